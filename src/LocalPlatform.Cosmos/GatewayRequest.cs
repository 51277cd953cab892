namespace LocalPlatform.Cosmos;

/// <summary>Looks up one request header; null when it is absent. Keeps the core free of any HTTP stack.</summary>
internal interface IGatewayHeaders
{
    string? Find(string name);
}

/// <summary>One call to the gateway, as either front end hands it over. The body is valid until the call has been answered.</summary>
internal sealed record GatewayRequest(string Method, string Path, IGatewayHeaders Headers, ReadOnlyMemory<byte> Body)
{
    /// <summary>A header that is either absent or <c>True</c>/<c>true</c>.</summary>
    public bool Flag(string name) => string.Equals(Headers.Find(name), "true", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether the body is a query.</summary>
    public bool IsQuery => Flag(HeaderNames.IsQuery)
        || (Headers.Find(HeaderNames.ContentType)?.StartsWith("application/query+json", StringComparison.OrdinalIgnoreCase) ?? false);

    /// <summary>Whether the caller asked for writes without the document in the answer.</summary>
    public bool WantsMinimalResponse =>
        Headers.Find(HeaderNames.Prefer) is { } prefer && prefer.Contains("return=minimal", StringComparison.OrdinalIgnoreCase);
}
