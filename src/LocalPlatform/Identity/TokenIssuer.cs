using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace LocalPlatform.Identity;

/// <summary>
/// An OpenID Connect issuer for one machine: it believes whoever says who they are. What it publishes and signs is what any issuer does, so
/// that an app needs nothing of its own to take its tokens.
/// </summary>
/// <param name="address">What it is called, and where it is: <c>http://127.0.0.1:7071/local/identity</c>.</param>
/// <param name="audience">What its tokens are made out to.</param>
/// <param name="key">What it signs with.</param>
/// <param name="time">The clock of its tokens.</param>
internal sealed class TokenIssuer(string address, string audience, IdentityKey key, TimeProvider time)
{
    public const string Path = "/local/identity";
    public const int LifetimeSeconds = 3600;

    private const int SubjectLengthMax = 255;
    private const int ScopeLengthMax = 2000;

    private static readonly JsonWebTokenHandler Handler = new() { SetDefaultTimesOnTokenCreation = false };

    /// <summary>OpenID Connect Discovery.</summary>
    public object Discovery => new
    {
        issuer = address,
        authorization_endpoint = $"{address}/authorize",
        token_endpoint = $"{address}/token",
        jwks_uri = $"{address}/jwks",
        response_types_supported = (string[])["code"],
        grant_types_supported = (string[])["authorization_code"],
        code_challenge_methods_supported = (string[])["S256"],
        token_endpoint_auth_methods_supported = (string[])["none"],
        subject_types_supported = (string[])["public"],
        id_token_signing_alg_values_supported = (string[])[SecurityAlgorithms.EcdsaSha256],
        authorization_response_iss_parameter_supported = true,
    };

    public string Address => address;

    /// <summary>The public key (RFC 7517).</summary>
    public object Keys
    {
        get
        {
            var jwk = JsonWebKeyConverter.ConvertFromECDsaSecurityKey(key.Security);
            return new
            {
                keys = (object[])[new { kty = jwk.Kty, use = "sig", alg = SecurityAlgorithms.EcdsaSha256, kid = jwk.Kid,
                crv = jwk.Crv, x = jwk.X, y = jwk.Y }]
            };
        }
    }

    /// <summary>A token (RFC 9068) for whoever that is.</summary>
    public string Issue(string subject, string scope, string client)
    {
        var now = time.GetUtcNow().UtcDateTime;
        return Handler.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = address,
            Audience = audience,
            IssuedAt = now,
            NotBefore = now,
            Expires = now.AddSeconds(LifetimeSeconds),
            Claims = new Dictionary<string, object>
            {
                ["sub"] = subject,
                ["scope"] = scope,
                ["client_id"] = client,
                ["jti"] = Guid.NewGuid().ToString("N"),
            },
            TokenType = "at+jwt",
            SigningCredentials = new SigningCredentials(key.Security, SecurityAlgorithms.EcdsaSha256),
        });
    }

    /// <summary>Whether somebody can be called so.</summary>
    public static bool IsSubject(string? text) => text is { Length: > 0 and <= SubjectLengthMax } && !text.Any(char.IsControl);

    /// <summary>Words of visible ASCII, parted by single spaces (RFC 6749, 3.3), or nothing.</summary>
    public static bool IsScope(string text) =>
        text.Length <= ScopeLengthMax
        && (text.Length == 0
            || text.Split(' ').All(word =>
                word.Length > 0 && word.All(letter => letter is > ' ' and < (char)127 and not '"' and not '\\')));
}
