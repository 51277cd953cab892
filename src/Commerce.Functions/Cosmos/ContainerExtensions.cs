using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Azure.Cosmos;

namespace Commerce.Functions.Cosmos;

/// <summary>
/// Reads of documents. Any replica answers a read, and under session consistency it may lag behind what other processes have written: it
/// has an older version, or none. What that may become is decided by which of the three reads of a document a caller asks.
/// </summary>
internal static class ContainerExtensions
{
    private const string SubStatusHeader = "x-ms-substatus";

    /// <summary>
    /// The document as a replica has it; null proves nothing. For hints, and for what the write that follows proves.
    /// </summary>
    /// <exception cref="CosmosException">The store did not answer properly.</exception>
    public static Task<T?> PeekAsync<T>(this Container container, string id, PartitionKey partitionKey, CancellationToken ct = default)
        where T : class =>
        TransientFaults.RetryAsync(async () =>
        {
            // A stream: that there is none is an expected answer, which the SDK would raise as an exception on the typed call.
            using var response = await container.ReadItemStreamAsync(id, partitionKey, cancellationToken: ct);
            if (response.StatusCode == HttpStatusCode.NotFound)
                return null;
            response.EnsureSuccessStatusCode();
            return JsonSerializer.Deserialize<T>(response.Content, DocumentJson.Options);
        });

    /// <summary>The document as a replica has it; null only when the primary has none. For what is shown.</summary>
    /// <inheritdoc cref="PeekAsync"/>
    public static async Task<T?> FindAsync<T>(
        this Container container, string id, PartitionKey partitionKey, CancellationToken ct = default)
        where T : class =>
        await container.PeekAsync<T>(id, partitionKey, ct) ?? await container.FindAtPrimaryAsync<T>(id, partitionKey, ct);

    /// <summary>
    /// The document as it is, or null when there is none: for decisions that last. A batch is a write to the store, also one that only
    /// reads, and writes are judged by the primary.
    /// </summary>
    /// <inheritdoc cref="PeekAsync"/>
    public static async Task<T?> FindAtPrimaryAsync<T>(
        this Container container, string id, PartitionKey partitionKey, CancellationToken ct = default)
        where T : class
    {
        using var answer = await container.TryExecuteAsync(partitionKey, batch => batch.ReadItem(id), ct);
        if (!answer.IsSuccessStatusCode)
            return null;
        using var document = answer[0].ResourceStream;
        return JsonSerializer.Deserialize<T>(document, DocumentJson.Options);
    }

    /// <summary>Those of many documents that replicas have, in no order.</summary>
    /// <exception cref="CosmosException">The store did not answer properly.</exception>
    public static Task<List<T>> ReadManyAsync<T>(
        this Container container, IReadOnlyList<(string, PartitionKey)> items, JsonTypeInfo<T> type, CancellationToken ct) =>
        TransientFaults.RetryAsync(async () =>
        {
            using var answer = await container.ReadManyItemsStreamAsync(items, cancellationToken: ct);
            answer.EnsureSuccessStatusCode();
            return ContainerQueries.ReadDocuments(answer.Content, type);
        });

    /// <summary>
    /// True when a replica has answered that it has no such document. Any other 404 is a fault: the replica lags behind the session
    /// (sub-status 1002), the container is missing (1003).
    /// </summary>
    public static bool IsMissingItem(this ResponseMessage response) =>
        response.StatusCode == HttpStatusCode.NotFound && SubStatus(response.Headers) == 0;

    /// <summary>What a batch that failed as a whole is raised as.</summary>
    public static CosmosException Fault(this TransactionalBatchResponse answer) =>
        new(answer.ErrorMessage, answer.StatusCode, answer.SubStatus(), answer.ActivityId, answer.RequestCharge);

    /// <summary>The sub-status of a batch that was refused as a whole; 0 where only operations of it were.</summary>
    public static int SubStatus(this TransactionalBatchResponse answer) => SubStatus(answer.Headers);

    private static int SubStatus(Headers headers) => int.TryParse(headers[SubStatusHeader], out var subStatus) ? subStatus : 0;
}
