namespace Faults;

/// <summary>What a request to Cosmos DB does.</summary>
public enum CosmosOperation
{
    /// <summary>Not about documents: accounts, containers, partition ranges.</summary>
    Metadata,
    Read,
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

    public static CosmosCall Of(HttpRequestMessage request)
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
            _ when Has(request, "x-ms-cosmos-is-batch-request") => CosmosOperation.Batch,
            _ when Has(request, "x-ms-documentdb-isquery") || Has(request, "x-ms-cosmos-is-query-plan-request") => CosmosOperation.Query,
            _ => CosmosOperation.Create,
        };
        var key = request.Headers.TryGetValues("x-ms-documentdb-partitionkey", out var values) ? string.Concat(values) : "";
        return new(operation, container, key);
    }

    private static bool Has(HttpRequestMessage request, string header) =>
        request.Headers.TryGetValues(header, out var values) && values.First().Equals("True", StringComparison.OrdinalIgnoreCase);
}
