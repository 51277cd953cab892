namespace Commerce.Functions.Auth;

/// <summary>Settings <c>Auth:...</c>: whose access tokens are taken.</summary>
public sealed record AuthOptions
{
    public const string Section = "Auth";

    private const string IssuerPath = "/.well-known/openid-configuration";

    /// <summary>The issuer, letter for letter as its tokens name it: https, or http on this machine. Required.</summary>
    public string? Issuer { get; init; }

    /// <summary>What tokens for this shop are made out to, their <c>aud</c>. Required.</summary>
    public string? Audience { get; init; }

    /// <summary>The claim that says who somebody is, and that has to be the user id of the routes.</summary>
    public string UserClaim { get; init; } = "sub";

    /// <summary>Where the issuer says what it is (OpenID Connect Discovery).</summary>
    public string MetadataAddress => Issuer!.TrimEnd('/') + IssuerPath;

    /// <summary>True for an issuer on this machine, with which nobody but this machine can sign in.</summary>
    public bool IsIssuerLocal => Uri.TryCreate(Issuer, UriKind.Absolute, out var address) && address.IsLoopback;

    /// <summary>What is wrong, naming the setting; null when nothing is.</summary>
    public string? Problem() => this switch
    {
        { Issuer: null or "" } =>
            $"{Section}:{nameof(Issuer)} is missing: the address of the OpenID Connect issuer whose access tokens are taken.",
        _ when !IsAcceptable(Issuer) =>
            $"{Section}:{nameof(Issuer)} must be an absolute https address (http only on this machine) without query and fragment.",
        { Audience: null or "" } => $"{Section}:{nameof(Audience)} is missing: what access tokens for this shop are made out to.",
        { UserClaim: null or "" } => $"{Section}:{nameof(UserClaim)} must name a claim.",
        _ => null,
    };

    private static bool IsAcceptable(string issuer) =>
        Uri.TryCreate(issuer, UriKind.Absolute, out var address)
        && (address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback))
        && address.Query.Length == 0 && address.Fragment.Length == 0;
}
