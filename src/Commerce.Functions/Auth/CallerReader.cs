using System.Text.Json;
using Commerce.Shared;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Commerce.Functions.Auth;

/// <summary>
/// Reads who calls from the payload of a token that was verified. The payload itself is read, and not claims that were made of it: a name
/// that stands there twice is refused, where a list of claims would leave it open which of the two was meant.
/// </summary>
internal static class CallerReader
{
    /// <summary>
    /// Where issuers say what a token is good for: OAuth 2 (RFC 8693), Entra's for users, and Entra's for apps and assigned roles.
    /// </summary>
    private static readonly string[] ScopeClaims = ["scope", "scp", "roles"];

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 16 };

    /// <summary>Null when the token does not say who calls, or not in one way.</summary>
    public static Caller? Read(JsonWebToken token, string userClaim)
    {
        try
        {
            using var payload = JsonDocument.Parse(Base64UrlEncoder.DecodeBytes(token.EncodedPayload), Strict);
            return payload.RootElement is { ValueKind: JsonValueKind.Object } claims && UserIdOf(claims, userClaim) is { } userId
                ? new(userId, [.. ScopeClaims.SelectMany(name => Words(claims, name)).Distinct()])
                : null;
        }
        catch (Exception malformed) when (malformed is JsonException or FormatException)
        {
            return null;
        }
    }

    private static string? UserIdOf(JsonElement claims, string userClaim) =>
        claims.TryGetProperty(userClaim, out var claim) && claim.ValueKind == JsonValueKind.String
        && claim.GetString() is { } id && Identifiers.IsUserId(id)
            ? id
            : null;

    /// <summary>The words of a claim, which is text with spaces or a list.</summary>
    private static IEnumerable<string> Words(JsonElement claims, string name)
    {
        if (!claims.TryGetProperty(name, out var claim))
            return [];
        return claim.ValueKind switch
        {
            JsonValueKind.String => claim.GetString()!.Split(' ', StringSplitOptions.RemoveEmptyEntries),
            JsonValueKind.Array => claim.EnumerateArray().Where(word => word.ValueKind == JsonValueKind.String)
                .Select(word => word.GetString()!),
            _ => [],
        };
    }
}
