namespace Faults;

/// <summary>What a request to Cosmos DB does.</summary>
public enum CosmosOperation
{
    /// <summary>Not about documents: accounts, containers, partition ranges.</summary>
    Metadata,
    Read,

    /// <summary>A batch that only reads: the primary answers it, as it does every batch.</summary>
    ReadAtPrimary,
    Query,
    Feed,
    Create,
    Replace,
    Patch,
    Delete,
    Batch,
}

/// <summary>A request to Cosmos DB as faults are chosen by.</summary>
/// <param name="Operation">What it does.</param>
/// <param name="Container">Name of the container; empty for metadata.</param>
/// <param name="PartitionKey">The partition key header as sent.</param>
public readonly record struct CosmosCall(CosmosOperation Operation, string Container, string PartitionKey)
{
    public bool IsWrite => Operation is CosmosOperation.Create or CosmosOperation.Replace or CosmosOperation.Patch
        or CosmosOperation.Delete or CosmosOperation.Batch;

    /// <summary>True for what any replica may answer, and not the primary alone.</summary>
    public bool IsRead => Operation is CosmosOperation.Read or CosmosOperation.Query or CosmosOperation.Feed;

    public static async Task<CosmosCall> OfAsync(HttpRequestMessage request)
    {
        var segments = request.RequestUri!.AbsolutePath.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (segments is not ["dbs", _, "colls", var container, "docs", ..])
            return new(CosmosOperation.Metadata, "", "");
        var operation = request.Method.Method switch
        {
            "PUT" => CosmosOperation.Replace,
            "PATCH" => CosmosOperation.Patch,
            "DELETE" => CosmosOperation.Delete,
            "GET" => segments.Length > 5 ? CosmosOperation.Read : CosmosOperation.Feed,
            _ when Has(request, "x-ms-cosmos-is-batch-request") =>
                await WritesAsync(request, container) ? CosmosOperation.Batch : CosmosOperation.ReadAtPrimary,
            _ when Has(request, "x-ms-documentdb-isquery") || Has(request, "x-ms-cosmos-is-query-plan-request") => CosmosOperation.Query,
            _ => CosmosOperation.Create,
        };
        var key = request.Headers.TryGetValues("x-ms-documentdb-partitionkey", out var values) ? string.Concat(values) : "";
        return new(operation, container, key);
    }

    /// <summary>A batch that writes has documents or changes in it, or deletes, which only the ranking does.</summary>
    private static async Task<bool> WritesAsync(HttpRequestMessage request, string container)
    {
        await request.Content!.LoadIntoBufferAsync();
        return container == "ranking" || (await request.Content.ReadAsByteArrayAsync()).AsSpan().IndexOf("{\""u8) >= 0;
    }

    private static bool Has(HttpRequestMessage request, string header) =>
        request.Headers.TryGetValues(header, out var values) && values.First().Equals("True", StringComparison.OrdinalIgnoreCase);
}
