using System.Globalization;
using LocalPlatform.Cosmos.Values;

namespace LocalPlatform.Cosmos.Protocol;

/// <summary>What a front end knows of a request. Keeps the gateway free of any HTTP stack.</summary>
internal interface IGatewayMessage
{
    /// <summary>The address the client has called, which the account names as its own.</summary>
    string Endpoint { get; }

    /// <summary>A header's value; null when it is absent.</summary>
    string? Find(string header);
}

/// <summary>One call to the gateway, as either front end hands it over. The body is valid until the call has been answered.</summary>
internal sealed record GatewayRequest(string Method, string Path, IGatewayMessage Message, ReadOnlyMemory<byte> Body)
{
    private const int PageSizeDefault = 1000;

    /// <summary>A header's value; null when it is absent.</summary>
    public string? Find(string header) => Message.Find(header);

    /// <summary>A header that is either absent or <c>True</c>/<c>true</c>.</summary>
    public bool Flag(string header) => string.Equals(Find(header), "true", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether the body is a query.</summary>
    public bool IsQuery => Flag(HeaderNames.IsQuery)
        || (Find(HeaderNames.ContentType)?.StartsWith("application/query+json", StringComparison.OrdinalIgnoreCase) ?? false);

    /// <summary>Whether the caller asked for writes without the document in the answer.</summary>
    public bool WantsMinimalResponse =>
        Find(HeaderNames.Prefer) is { } prefer && prefer.Contains("return=minimal", StringComparison.OrdinalIgnoreCase);

    /// <summary>The partition key it names; null when it names none, or it is malformed.</summary>
    public byte[]? PartitionKey => Find(HeaderNames.PartitionKey) is { Length: > 0 } header ? PartitionKeyValue.FromHeader(header) : null;

    /// <summary>The page size asked for; -1 or nothing lets the gateway choose.</summary>
    public int PageSize => int.TryParse(Find(HeaderNames.MaxItemCount), CultureInfo.InvariantCulture, out var count) && count > 0
        ? count
        : PageSizeDefault;
}
