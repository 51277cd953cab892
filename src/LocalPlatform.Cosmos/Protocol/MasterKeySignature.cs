using System.Security.Cryptography;
using System.Text;

namespace LocalPlatform.Cosmos.Protocol;

/// <summary>The signature of a request: HMAC-SHA256 over verb, resource and date, as clients send it in Authorization.</summary>
internal static class MasterKeySignature
{
    /// <summary>Whether the request was signed with <paramref name="key"/> (base64).</summary>
    public static bool IsValid(string key, string method, string path, IGatewayMessage message)
    {
        if (message.Find(HeaderNames.Authorization) is not { } header
            || Uri.UnescapeDataString(header) is not { } authorization
            || !authorization.StartsWith("type=master&ver=1.0&sig=", StringComparison.Ordinal))
            return false;
        var signature = authorization["type=master&ver=1.0&sig=".Length..];
        var (type, link, id) = Resource(path);
        var date = message.Find(HeaderNames.Date) ?? message.Find("Date") ?? "";
        bool IsSigned(string resource)
        {
            var payload = $"{method.ToLowerInvariant()}\n{type}\n{resource}\n{date.ToLowerInvariant()}\n\n";
            var expected = Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(key), Encoding.UTF8.GetBytes(payload)));
            return CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(expected), Encoding.UTF8.GetBytes(signature));
        }
        // A resource addressed by resource id is signed by that id alone, in lower case.
        return IsSigned(link) || IsSigned(id.ToLowerInvariant());
    }

    // A path of an odd number of segments names a feed, whose owner is signed; an even one a resource.
    private static (string Type, string Link, string Id) Resource(string path)
    {
        var segments = path.Trim('/').Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (segments.Length == 0)
            return ("", "", "");
        // An id with a slash in it makes a path longer than any resource's: it is all of it the document's name.
        var isFeed = segments.Length % 2 == 1 && segments.Length < 6;
        var type = isFeed ? segments[^1] : segments.Length > 6 ? segments[4] : segments[^2];
        var link = string.Join('/', (isFeed ? segments[..^1] : segments).Select(Uri.UnescapeDataString));
        return (type, link, link[(link.LastIndexOf('/') + 1)..]);
    }
}
