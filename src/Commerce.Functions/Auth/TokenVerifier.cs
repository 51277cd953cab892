using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Commerce.Functions.Auth;

/// <summary>
/// Verifies access tokens with the library that ASP.NET Core's bearer authentication is made of. Its handler sits in a pipeline that knows
/// no functions; what it does there is done here, between the worker and the function.
/// </summary>
internal sealed class TokenVerifier : IDisposable
{
    /// <summary>How far the issuer's clock may be off.</summary>
    public static readonly TimeSpan ClockSkew = TimeSpan.FromSeconds(30);

    /// <summary>Signatures that only the issuer can make: nothing with a shared secret, and not none.</summary>
    private static readonly string[] Algorithms =
    [
        SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSha512,
        SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.RsaSsaPssSha384, SecurityAlgorithms.RsaSsaPssSha512,
        SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.EcdsaSha384, SecurityAlgorithms.EcdsaSha512,
    ];

    private readonly IssuerKeys _keys;
    private readonly TimeProvider _time;
    private readonly string _userClaim;
    private readonly JwtBearerOptions _bearer;
    private readonly VerifiedTokens _verified;

    public TokenVerifier(IssuerKeys keys, IOptions<AuthOptions> options, TimeProvider time)
    {
        (_keys, _time, _userClaim) = (keys, time, options.Value.UserClaim);
        _verified = new VerifiedTokens(time);
        _bearer = new JwtBearerOptions
        {
            // Else `sub` and its like get other names.
            MapInboundClaims = false,
            TokenValidationParameters = new TokenValidationParameters
            {
                ValidIssuer = options.Value.Issuer,
                ValidAudience = options.Value.Audience,
                ValidAlgorithms = Algorithms,
                LifetimeValidator = IsAlive,
                LogValidationExceptions = false,
            },
        };
    }

    /// <summary>Who sent a token, or that it is refused, or that nobody can say because the issuer's keys cannot be had.</summary>
    public async ValueTask<Verification> VerifyAsync(string token, CancellationToken ct)
    {
        if (Read(token) is not { } read)
            return Verification.Refused;
        if (await _keys.TrustedAsync(read.Kid, ct) is not { } keys)
            return Verification.Unavailable;
        // One that names a key which the issuer has not is not worth a try with its other keys.
        if (!keys.Knows(read.Kid))
            return Verification.Refused;
        var parameters = _bearer.TokenValidationParameters.Clone();
        parameters.IssuerSigningKeys = keys.Keys;
        var result = await _bearer.TokenHandlers.Single().ValidateTokenAsync(read, parameters);
        if (!result.IsValid || CallerReader.Read(read, _userClaim) is not { } caller)
            return Verification.Refused;
        _verified.Remember(TokenHash.Of(token), keys, caller, read.ValidTo - _time.GetUtcNow().UtcDateTime + ClockSkew);
        return new(caller);
    }

    /// <summary>Who sent a token that was verified before; null for one that has to be verified.</summary>
    public async ValueTask<Caller?> RecallAsync(TokenHash token, CancellationToken ct) =>
        await _keys.TrustedAsync(keyId: null, ct) is { } keys ? _verified.Recall(token, keys) : null;

    public void Dispose() => _verified.Dispose();

    /// <summary>Null when the text is no signed token; encrypted ones are not taken.</summary>
    private static JsonWebToken? Read(string token)
    {
        if (token.Count(static letter => letter == '.') != 2)
            return null;
        try
        {
            var read = new JsonWebToken(token);
            // What an extension says must be understood (RFC 7515, 4.1.11), and none is here.
            return read.TryGetHeaderValue<object>("crit", out _) ? null : read;
        }
        catch (Exception malformed) when (malformed is ArgumentException or FormatException or SecurityTokenException)
        {
            return null;
        }
    }

    private bool IsAlive(DateTime? notBefore, DateTime? expires, SecurityToken token, TokenValidationParameters parameters)
    {
        var now = _time.GetUtcNow().UtcDateTime;
        return expires is { } end && end > now - ClockSkew && (notBefore is not { } begin || begin <= now + ClockSkew);
    }
}

/// <summary>What came of a token.</summary>
/// <param name="Caller">Who sent it; null when that is not known.</param>
/// <param name="IsUnavailable">True when nobody could tell.</param>
internal readonly record struct Verification(Caller? Caller, bool IsUnavailable = false)
{
    public static readonly Verification Refused;
    public static readonly Verification Unavailable = new(null, IsUnavailable: true);
}
