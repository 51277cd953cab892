using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Commerce.Functions.Http;

/// <summary>Conditional requests (RFC 9110, 13). ETags are quoted, as Cosmos DB makes them and HTTP wants them.</summary>
internal static class EntityTags
{
    /// <summary>True when the client has this version already (<c>If-None-Match</c>): answer 304.</summary>
    public static bool IsUnchanged(HttpRequest request, string? etag) =>
        request.Headers.IfNoneMatch is { Count: > 0 } header && Matches(header, etag, strong: false);

    /// <summary>
    /// True when what is there is what a write's <c>If-Match</c> and <c>If-None-Match</c> ask for; without them, always.
    /// </summary>
    /// <param name="request">The request.</param>
    /// <param name="etag">Version of what is there; null when there is nothing.</param>
    public static bool PreconditionsHold(HttpRequest request, string? etag) =>
        (request.Headers.IfMatch is not { Count: > 0 } wanted || Matches(wanted, etag, strong: true))
        && (request.Headers.IfNoneMatch is not { Count: > 0 } unwanted || !Matches(unwanted, etag, strong: false));

    public static bool HasPreconditions(HttpRequest request) =>
        request.Headers.IfMatch.Count > 0 || request.Headers.IfNoneMatch.Count > 0;

    private static bool Matches(StringValues header, string? etag, bool strong)
    {
        if (etag is null)
            return false;
        if (header is [{ } single] && (single == etag || single == "*"))
            return true;
        if (!EntityTagHeaderValue.TryParseList(header, out var tags) || !EntityTagHeaderValue.TryParse(etag, out var current))
            return false;
        foreach (var tag in tags)
        {
            if (tag.Equals(EntityTagHeaderValue.Any) || tag.Compare(current, useStrongComparison: strong))
                return true;
        }
        return false;
    }
}
