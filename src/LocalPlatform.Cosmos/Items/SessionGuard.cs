using System.Globalization;
using LocalPlatform.Cosmos.Resources;

namespace LocalPlatform.Cosmos.Items;

/// <summary>
/// Session consistency: a client that states it has seen a later change than the store holds is told so, not answered from the past.
/// </summary>
internal static class SessionGuard
{
    private const int SessionNotAvailable = 1002;

    /// <summary>Whether the request's session token for the range in question lies ahead of the container.</summary>
    public static bool IsAhead(ContainerState container, GatewayRequest request, byte[]? partitionKey)
    {
        if (request.Headers.Find(HeaderNames.SessionToken) is not { Length: > 0 } tokens)
            return false;
        var range = partitionKey is null || container.Ranges.Count == 1 ? 0 : container.Ranges.Of(partitionKey);
        foreach (var part in tokens.AsSpan().Split(','))
        {
            if (LsnOf(tokens.AsSpan(part), range) is { } lsn && lsn > container.Lsn.Last)
                return true;
        }
        return false;
    }

    public static GatewayResponse NotAvailable() =>
        GatewayResponse.Error(404, "The read session is not available for the input session token.", SessionNotAvailable);

    // range:version#globalLsn[#region=localLsn...], or range:lsn.
    private static long? LsnOf(ReadOnlySpan<char> token, int range)
    {
        var colon = token.IndexOf(':');
        if (colon < 0 || !int.TryParse(token[..colon], CultureInfo.InvariantCulture, out var tokenRange) || tokenRange != range)
            return null;
        var rest = token[(colon + 1)..];
        var hash = rest.IndexOf('#');
        if (hash >= 0)
            rest = rest[(hash + 1)..];
        var end = rest.IndexOf('#');
        return long.TryParse(end < 0 ? rest : rest[..end], CultureInfo.InvariantCulture, out var lsn) ? lsn : null;
    }
}
