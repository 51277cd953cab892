using System.Net;
using System.Text.Json;
using Commerce.Shared;
using Microsoft.Azure.Cosmos;

namespace Commerce.Functions.Cosmos;

/// <summary>
/// All ways to write to the store. Transient faults are retried inside, so a repeat must be harmless; that a guard does not hold (a
/// version, a condition, that there is no such document) is an answer, and everything else an exception.
/// </summary>
internal static class GuardedWrites
{
    /// <summary>Creates a document. False when there is one with its id.</summary>
    /// <exception cref="CosmosException">The store did not answer properly.</exception>
    public static async Task<bool> TryCreateAsync<T>(
        this Container container, T document, PartitionKey partitionKey, CancellationToken ct = default) =>
        await TransientFaults.RetryAsync(async () =>
        {
            using var body = Json(document);
            using var response = await container.CreateItemStreamAsync(body, partitionKey, cancellationToken: ct);
            return ETagUnlessRefused(response);
        }) is not null;

    /// <summary>
    /// Writes a document if it is still as it was read: replaces it under its ETag, or creates it where there was none (null).
    /// </summary>
    /// <returns>The document with its ETag from now on; null when somebody else has written it: it is to be read again.</returns>
    /// <exception cref="CosmosException">The store did not answer properly.</exception>
    public static Task<T?> TryWriteAsync<T>(
        this Container container, T document, PartitionKey partitionKey, CancellationToken ct = default)
        where T : class, IVersioned<T> =>
        TransientFaults.RetryAsync(async () =>
        {
            using var body = Json(document);
            using var response = document.ETag is { } etag
                ? await container.ReplaceItemStreamAsync(body, document.Id, partitionKey, new ItemRequestOptions { IfMatchEtag = etag }, ct)
                : await container.CreateItemStreamAsync(body, partitionKey, cancellationToken: ct);
            return ETagUnlessRefused(response) is { } written ? document.WithETag(written) : null;
        });

    /// <summary>Patches a document if it has a version, or meets a condition.</summary>
    /// <param name="container">Where it is.</param>
    /// <param name="id">Its id.</param>
    /// <param name="partitionKey">Its partition.</param>
    /// <param name="changes">What changes.</param>
    /// <param name="guard">The version (<c>IfMatchEtag</c>) or the condition (<c>FilterPredicate</c>).</param>
    /// <returns>The document as it is then; null when the guard does not hold.</returns>
    /// <exception cref="CosmosException">The store did not answer properly, or there is no such document.</exception>
    public static Task<T?> TryPatchAsync<T>(
        this Container container, string id, PartitionKey partitionKey, IReadOnlyList<PatchOperation> changes,
        PatchItemRequestOptions guard)
        where T : class
    {
        guard.EnableContentResponseOnWrite = true;
        return TransientFaults.RetryAsync(async () =>
        {
            using var response = await container.PatchItemStreamAsync(id, partitionKey, changes, guard);
            if (response.StatusCode == HttpStatusCode.PreconditionFailed)
                return null;
            response.EnsureSuccessStatusCode();
            return JsonSerializer.Deserialize<T>(response.Content, DocumentJson.Options);
        });
    }

    /// <summary>Executes a batch, all or nothing.</summary>
    /// <param name="container">Where to write.</param>
    /// <param name="partitionKey">The partition.</param>
    /// <param name="fill">Adds the operations; called again for each attempt.</param>
    /// <param name="ct">Stops before the next attempt.</param>
    /// <returns>
    /// The answer, to be disposed of: success, or that a guard does not hold (409, 412, 404), as the operation says whose guard it is.
    /// </returns>
    /// <exception cref="CosmosException">The store did not answer properly; the outcome is unknown.</exception>
    public static async Task<TransactionalBatchResponse> TryExecuteAsync(
        this Container container, PartitionKey partitionKey, Action<TransactionalBatch> fill, CancellationToken ct = default)
    {
        var answer = await TransientFaults.RetryAsync(() =>
        {
            var batch = container.CreateTransactionalBatch(partitionKey);
            fill(batch);
            return batch.ExecuteAsync(ct);
        });
        if (answer.IsSuccessStatusCode || IsRefusal(answer.StatusCode))
            return answer;
        using (answer)
            throw answer.Fault();
    }

    /// <summary>Writes a document, whatever is there.</summary>
    /// <exception cref="CosmosException">The store did not answer properly.</exception>
    public static Task UpsertAsync<T>(this Container container, T document, PartitionKey partitionKey) =>
        TransientFaults.RetryAsync(async () =>
        {
            using var body = Json(document);
            using var response = await container.UpsertItemStreamAsync(body, partitionKey);
            return response.EnsureSuccessStatusCode().StatusCode;
        });

    /// <summary>Deletes a document if there is one.</summary>
    /// <exception cref="CosmosException">The store did not answer properly.</exception>
    public static Task DeleteAsync(this Container container, string id, PartitionKey partitionKey, CancellationToken ct = default) =>
        TransientFaults.RetryAsync(async () =>
        {
            using var response = await container.DeleteItemStreamAsync(id, partitionKey, cancellationToken: ct);
            return response.IsMissingItem() ? response.StatusCode : response.EnsureSuccessStatusCode().StatusCode;
        });

    /// <summary>A document's bytes, for streams of the SDK.</summary>
    public static MemoryStream Json<T>(T document) =>
        new(JsonSerializer.SerializeToUtf8Bytes(document, DocumentJson.Options), writable: false);

    private static string? ETagUnlessRefused(ResponseMessage response) =>
        IsRefusal(response.StatusCode) && (response.StatusCode != HttpStatusCode.NotFound || response.IsMissingItem())
            ? null
            : response.EnsureSuccessStatusCode().Headers.ETag;

    private static bool IsRefusal(HttpStatusCode status) =>
        status is HttpStatusCode.PreconditionFailed or HttpStatusCode.Conflict or HttpStatusCode.NotFound;
}
