using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Commerce.Shared.Delivery;

/// <summary>
/// Signatures as the Standard Webhooks specification 1.0 describes them: HMAC-SHA256 over <c>id.timestamp.body</c>, so that neither the
/// id nor the time can be exchanged. With two keys a message bears two signatures, and receivers can change keys one after the other.
/// </summary>
public static class WebhookSignature
{
    public const string IdHeader = "webhook-id";
    public const string TimestampHeader = "webhook-timestamp";
    public const string SignatureHeader = "webhook-signature";

    private const string KeyPrefix = "whsec_";
    private const int KeyLengthMin = 24;
    private const int KeyLengthMax = 64;

    /// <summary>A key as it is handed over: <c>whsec_</c> and 24 to 64 bytes in base64.</summary>
    /// <returns>The bytes, or null when <paramref name="text"/> is no such key.</returns>
    public static byte[]? ParseKey(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (!text.StartsWith(KeyPrefix, StringComparison.Ordinal))
            return null;
        var key = new byte[text.Length];
        return Convert.TryFromBase64String(text[KeyPrefix.Length..], key, out var length) && length is >= KeyLengthMin and <= KeyLengthMax
            ? key[..length]
            : null;
    }

    /// <summary>The seconds since 1970 that go into <see cref="TimestampHeader"/>.</summary>
    public static string Timestamp(DateTimeOffset time) => time.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);

    /// <summary>The value of <see cref="SignatureHeader"/>: one signature a key, parted by spaces.</summary>
    public static string Sign(string id, string timestamp, ReadOnlySpan<byte> body, params IEnumerable<byte[]> keys)
    {
        var prefix = Encoding.UTF8.GetBytes($"{id}.{timestamp}.");
        var signatures = new List<string>(2);
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        foreach (var key in keys)
        {
            using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
            hmac.AppendData(prefix);
            hmac.AppendData(body);
            hmac.GetHashAndReset(mac);
            signatures.Add("v1," + Convert.ToBase64String(mac));
        }
        return string.Join(' ', signatures);
    }
}
