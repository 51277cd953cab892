using System.Net;
using Commerce.Functions.Cosmos;
using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.Caching.Memory;

namespace Commerce.Functions.Ledger;

/// <summary>
/// The documents of one kind of ledger in Cosmos DB. Keeps the last heads seen, as hints only: every write is guarded by the ETag.
/// </summary>
public abstract class LedgerStore<THead, TRecord>(Container container, LedgerOptions options) : IDisposable
    where THead : class
    where TRecord : class
{
    private static readonly TransactionalBatchItemRequestOptions CreateOptions = new() { EnableContentResponseOnWrite = false };

    private readonly MemoryCache _heads = new(new MemoryCacheOptions { SizeLimit = options.CachedHeadsMax });

    /// <summary>Id of the head document in its partition.</summary>
    protected abstract string HeadId { get; }

    protected abstract string? ETagOf(THead head);

    protected abstract THead WithETag(THead head, string etag);

    /// <summary>The patch that makes the stored head equal to <paramref name="head"/> in all that postings change.</summary>
    protected abstract IReadOnlyList<PatchOperation> Patch(THead head);

    /// <summary>The last head seen, or the stored one; null when there is none. A hint: it may have changed by now.</summary>
    public async ValueTask<THead?> PeekAsync(string key) => (await GetHeadAsync(key)).Document;

    /// <summary>The last head seen, or the stored one.</summary>
    internal async ValueTask<LedgerHead<THead>> GetHeadAsync(string key) =>
        _heads.TryGetValue(key, out THead? head) ? new(head, IsFresh: false) : await ReadHeadAsync(key);

    /// <summary>The head as it is stored now.</summary>
    internal async Task<LedgerHead<THead>> ReadHeadAsync(string key)
    {
        var head = await container.FindAsync<THead>(HeadId, new PartitionKey(key));
        if (head is null)
            _heads.Remove(key);
        else
            Remember(key, head);
        return new(head, IsFresh: true);
    }

    internal Task<TRecord?> FindRecordAsync(string key, string recordId) =>
        container.FindAsync<TRecord>(recordId, new PartitionKey(key));

    /// <summary>
    /// Writes the head and the records, all or nothing. 200; 409 with the index of the first record that exists already; 412 when
    /// <paramref name="seen"/> is not what is stored.
    /// </summary>
    /// <exception cref="CosmosException">The store did not answer properly; the outcome is unknown.</exception>
    internal async Task<LedgerWrite> WriteAsync(string key, LedgerHead<THead> seen, THead head, IEnumerable<TRecord> records)
    {
        using var response = await TransientFaults.RetryAsync(() => Batch(key, seen, head, records).ExecuteAsync());
        if (response.IsSuccessStatusCode)
        {
            Remember(key, WithETag(head, response[0].ETag));
            return LedgerWrite.Done;
        }
        for (var i = 1; i < response.Count; i++)
        {
            if (response[i].StatusCode == HttpStatusCode.Conflict)
                return new(HttpStatusCode.Conflict, i - 1);
        }
        // 409 without a record's: the head was created meanwhile. 404: it is gone.
        if (response.StatusCode is HttpStatusCode.PreconditionFailed or HttpStatusCode.Conflict or HttpStatusCode.NotFound)
            return new(HttpStatusCode.PreconditionFailed, 0);
        throw new CosmosException(response.ErrorMessage, response.StatusCode, 0, response.ActivityId, response.RequestCharge);
    }

    public void Dispose()
    {
        _heads.Dispose();
        GC.SuppressFinalize(this);
    }

    private TransactionalBatch Batch(string key, LedgerHead<THead> seen, THead head, IEnumerable<TRecord> records)
    {
        var batch = container.CreateTransactionalBatch(new PartitionKey(key));
        if (seen.Document is { } current)
        {
            batch.PatchItem(HeadId, Patch(head), new TransactionalBatchPatchItemRequestOptions
            {
                IfMatchEtag = ETagOf(current),
                EnableContentResponseOnWrite = false,
            });
        }
        else
        {
            batch.CreateItem(head, CreateOptions);
        }
        foreach (var record in records)
            batch.CreateItem(record, CreateOptions);
        return batch;
    }

    private void Remember(string key, THead head) => _heads.Set(key, head, new MemoryCacheEntryOptions { Size = 1 });
}

/// <param name="Document">The head, or null when there is none.</param>
/// <param name="IsFresh">True when it was read for the purpose, false when it is the last one seen.</param>
internal readonly record struct LedgerHead<THead>(THead? Document, bool IsFresh)
    where THead : class;

/// <param name="Status">200, 409 or 412.</param>
/// <param name="RecordIndex">With 409: the first of the records that was there already.</param>
internal readonly record struct LedgerWrite(HttpStatusCode Status, int RecordIndex)
{
    public static readonly LedgerWrite Done = new(HttpStatusCode.OK, 0);
}

/// <summary>Bounds of a ledger's memory.</summary>
public sealed record LedgerOptions
{
    /// <summary>Most commands that wait for one head; more are answered <c>busy</c>.</summary>
    public int QueueLengthMax { get; init; } = 5_000;

    /// <summary>Most heads kept in memory, at some 300 bytes each.</summary>
    public int CachedHeadsMax { get; init; } = 100_000;
}
