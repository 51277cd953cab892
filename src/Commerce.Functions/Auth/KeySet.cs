using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace Commerce.Functions.Auth;

/// <summary>
/// The keys of an issuer as they were when they were fetched. Two fetches of the same keys are one set: tokens are remembered by it.
/// </summary>
internal sealed class KeySet
{
    private readonly HashSet<string> _ids;
    private readonly string _fingerprint;

    public KeySet(OpenIdConnectConfiguration configuration)
    {
        // A shared secret in a public document is none: who has read it could sign with it.
        Keys = [.. configuration.SigningKeys.Where(static key => key is not SymmetricSecurityKey)];
        _ids = [.. Keys.Select(static key => key.KeyId).Where(static id => !string.IsNullOrEmpty(id))];
        _fingerprint = string.Join('\n', (configuration.JsonWebKeySet?.Keys ?? [])
            .Select(static key => string.Join('|', [key.Kid, key.Kty, key.N, key.E, key.Crv, key.X, key.Y, .. key.X5c]))
            .Order(StringComparer.Ordinal));
    }

    public IReadOnlyList<SecurityKey> Keys { get; }

    /// <summary>Whether a token may be signed with one of these keys; one that names no key may.</summary>
    public bool Knows(string? keyId) => string.IsNullOrEmpty(keyId) || _ids.Contains(keyId);

    public bool IsSame(KeySet? other) => other is not null && _fingerprint == other._fingerprint;
}
