using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Microsoft.IdentityModel.Tokens;

namespace LocalPlatform.Identity;

/// <summary>What a page asked for when it sent somebody to sign in.</summary>
/// <param name="Client">What the page calls itself.</param>
/// <param name="RedirectUri">Where to go back to.</param>
/// <param name="Challenge">The hash of what the page keeps to itself (RFC 7636, S256).</param>
internal sealed record SignInRequest(string Client, string RedirectUri, string Challenge);

/// <summary>Codes that are exchanged for a token: once, soon, and by whoever knows the secret behind the challenge.</summary>
internal sealed class AuthorizationCodes(TimeProvider time)
{
    private const int CodesMax = 1000;
    private const int CodeBytes = 32;

    private static readonly TimeSpan GoodFor = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, Entry> _codes = new(StringComparer.Ordinal);

    /// <summary>A code; null when too many are not exchanged yet.</summary>
    public string? Add(SignInRequest request, string subject, string scope)
    {
        var now = time.GetUtcNow();
        foreach (var (old, entry) in _codes)
        {
            if (entry.Until <= now)
                _codes.TryRemove(old, out _);
        }
        if (_codes.Count >= CodesMax)
            return null;
        var code = Base64UrlEncoder.Encode(RandomNumberGenerator.GetBytes(CodeBytes));
        _codes[code] = new(request, subject, scope, now + GoodFor);
        return code;
    }

    /// <summary>Who signed in, and for what; null when the code is none, was used, is too old, or is somebody else's.</summary>
    public (string Subject, string Scope)? Take(string code, string client, string redirectUri, string verifier) =>
        _codes.TryRemove(code, out var entry) && entry.Until > time.GetUtcNow()
        && entry.Request.Client == client && entry.Request.RedirectUri == redirectUri && Fits(verifier, entry.Request.Challenge)
            ? (entry.Subject, entry.Scope)
            : null;

    private static bool Fits(string verifier, string challenge) => CryptographicOperations.FixedTimeEquals(
        Encoding.ASCII.GetBytes(Base64UrlEncoder.Encode(SHA256.HashData(Encoding.ASCII.GetBytes(verifier)))),
            Encoding.ASCII.GetBytes(challenge));

    private sealed record Entry(SignInRequest Request, string Subject, string Scope, DateTimeOffset Until);
}
