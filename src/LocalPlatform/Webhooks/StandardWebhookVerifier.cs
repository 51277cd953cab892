using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace LocalPlatform.Webhooks;

/// <summary>Why a delivery was not accepted.</summary>
public enum WebhookRejection
{
    /// <summary>A header of the signature is missing or malformed.</summary>
    MissingHeaders,

    /// <summary>The timestamp is too far from this machine's clock.</summary>
    StaleTimestamp,

    /// <summary>No signature fits the body under any key.</summary>
    BadSignature,

    /// <summary>The body is larger than the receiver takes.</summary>
    TooLarge,
}

/// <summary>
/// Checks signatures as the Standard Webhooks specification (standardwebhooks.com, 1.0) has them: HMAC-SHA256 over
/// <c>id.timestamp.body</c>, with any of several keys, so that keys can be rotated.
/// </summary>
public sealed class StandardWebhookVerifier
{
    private const string KeyPrefix = "whsec_";
    private const string Scheme = "v1,";

    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    private readonly List<byte[]> _keys;
    private readonly TimeProvider _time;

    /// <param name="keys">Keys of the form <c>whsec_</c> + base64, 24 to 64 bytes. Without any key, signatures are not checked.</param>
    /// <param name="time">The clock that timestamps are held against.</param>
    /// <exception cref="FormatException">A key has another form.</exception>
    public StandardWebhookVerifier(IEnumerable<string> keys, TimeProvider time)
    {
        _keys = [.. keys.Select(ParseKey)];
        _time = time;
    }

    /// <summary>Null when the delivery is genuine and fresh.</summary>
    public WebhookRejection? Check(string? id, string? timestamp, string? signatures, ReadOnlySpan<byte> body)
    {
        if (string.IsNullOrEmpty(id))
            return WebhookRejection.MissingHeaders;
        if (_keys.Count == 0)
            return null;
        if (string.IsNullOrEmpty(signatures) || !long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
            return WebhookRejection.MissingHeaders;
        if (!IsFresh(seconds))
            return WebhookRejection.StaleTimestamp;
        return IsSigned($"{id}.{timestamp}.", signatures, body) ? null : WebhookRejection.BadSignature;
    }

    private bool IsFresh(long seconds) =>
        Math.Abs(_time.GetUtcNow().ToUnixTimeSeconds() - (decimal)seconds) <= (decimal)Tolerance.TotalSeconds;

    private bool IsSigned(string head, string signatures, ReadOnlySpan<byte> body)
    {
        var content = new byte[Encoding.UTF8.GetByteCount(head) + body.Length];
        body.CopyTo(content.AsSpan(Encoding.UTF8.GetBytes(head, content)));
        var given = signatures.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Where(s => s.StartsWith(Scheme, StringComparison.Ordinal))
            .Select(s => Encoding.ASCII.GetBytes(s[Scheme.Length..]))
            .ToList();
        foreach (var key in _keys)
        {
            var expected = Encoding.ASCII.GetBytes(Convert.ToBase64String(HMACSHA256.HashData(key, content)));
            if (given.Exists(signature => CryptographicOperations.FixedTimeEquals(signature, expected)))
                return true;
        }
        return false;
    }

    private static byte[] ParseKey(string key)
    {
        var encoded = key.StartsWith(KeyPrefix, StringComparison.Ordinal) ? key[KeyPrefix.Length..] : "";
        var bytes = new byte[encoded.Length];
        if (encoded.Length == 0 || !Convert.TryFromBase64String(encoded, bytes, out var length) || length is < 24 or > 64)
            throw new FormatException($"A webhook signing key has the form {KeyPrefix} + base64 of 24 to 64 bytes.");
        return bytes[..length];
    }
}
