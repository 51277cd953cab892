using System.Net;
using Commerce.Functions.Cosmos;
using Commerce.Shared;
using Microsoft.Azure.Cosmos;

namespace Commerce.Functions.Ledger;

/// <summary>
/// The documents of one kind of ledger in Cosmos DB. Keeps the last heads seen, as hints only: every write is guarded by the ETag.
/// </summary>
public abstract class LedgerStore<THead, TCommand, TRecord>(Container container, LedgerOptions options, TimeProvider time) : IDisposable
    where THead : class, IVersioned<THead>
    where TRecord : class
{
    protected static readonly TransactionalBatchItemRequestOptions CreateOptions = new() { EnableContentResponseOnWrite = false };

    private readonly HeadMemory<THead> _heads = new(options, time);

    /// <summary>Id of the head document in its partition.</summary>
    protected abstract string HeadId { get; }

    protected Container Container => container;

    /// <summary>The patch that makes <paramref name="head"/>, in all that postings change, of the stored <paramref name="seen"/>.</summary>
    protected abstract IReadOnlyList<PatchOperation> Patch(THead seen, THead head);

    /// <summary>Adds to a batch what a record is stored as: <see cref="OperationsOf"/> operations.</summary>
    protected abstract void Append(TransactionalBatch batch, TRecord record);

    protected abstract int OperationsOf(TRecord record);

    /// <summary>
    /// A record's share of a batch, of <see cref="Limits.BatchOperationsMax"/>: at least its operations, more if it is large.
    /// </summary>
    internal virtual int WeightOf(TRecord record) => OperationsOf(record);

    /// <summary>
    /// The record that a command left when it was carried out before, or null: as the primary has it, for it is an answer for good.
    /// </summary>
    internal abstract Task<TRecord?> RecallAsync(TCommand command);

    /// <summary>The record with what only the store's answer tells of it.</summary>
    /// <param name="record">The record as it was written.</param>
    /// <param name="answer">Results of the batch.</param>
    /// <param name="first">Number of the record's first operation in it.</param>
    protected virtual TRecord AsStored(TRecord record, TransactionalBatchResponse answer, int first) => record;

    /// <summary>The last head seen, or the stored one; null when there is none. A hint: it may have changed by now.</summary>
    public async ValueTask<THead?> PeekAsync(string key) => (await GetHeadAsync(key)).Document;

    /// <summary>Gives up the last head seen: it was changed by something else than a posting.</summary>
    internal void Forget(string key) => _heads.Forget(key);

    /// <summary>The last head seen, or null.</summary>
    protected THead? Seen(string key) => _heads.Find(key);

    /// <summary>The last head seen, or the one that a replica has.</summary>
    internal async ValueTask<LedgerHead<THead>> GetHeadAsync(string key)
    {
        if (_heads.Find(key) is { } seen)
            return new(seen, IsFresh: false);
        var head = await container.PeekAsync<THead>(HeadId, new PartitionKey(key));
        if (head is not null)
            Remember(key, head);
        return new(head, IsFresh: false);
    }

    /// <summary>The head as it is stored now.</summary>
    internal async Task<LedgerHead<THead>> ReadHeadAsync(string key)
    {
        var head = await container.FindAtPrimaryAsync<THead>(HeadId, new PartitionKey(key));
        if (head is null)
            _heads.Forget(key);
        else
            Remember(key, head);
        return new(head, IsFresh: true);
    }

    /// <summary>
    /// Writes the head and the records, all or nothing: written; in conflict, with the first record that is not to be written as things are
    /// (it was before, or what it changes has changed); or overtaken, when <paramref name="seen"/> is not the head that is stored.
    /// </summary>
    /// <exception cref="CosmosException">The store did not answer properly; the outcome is unknown.</exception>
    internal async Task<LedgerWrite<TRecord>> WriteAsync(string key, LedgerHead<THead> seen, THead head, IReadOnlyList<TRecord> records)
    {
        using var answer = await container.TryExecuteAsync(new PartitionKey(key), batch =>
        {
            AddHead(batch, seen.Document, head);
            foreach (var record in records)
                Append(batch, record);
        });
        if (answer.IsSuccessStatusCode)
        {
            Remember(key, head.WithETag(answer[0].ETag));
            return new(LedgerWriteStatus.Written, Records: [.. records.Zip(StartsOf(records), (record, start) => AsStored(record, answer, start))]);
        }
        // One operation says what is wrong; the others only that one of them did.
        var failed = Enumerable.Range(0, answer.Count).First(i => answer[i].StatusCode != HttpStatusCode.FailedDependency);
        return failed == 0
            ? new(LedgerWriteStatus.Overtaken)
            : new(LedgerWriteStatus.Conflict, ConflictAt: StartsOf(records).TakeWhile(start => start <= failed).Count() - 1);
    }

    public void Dispose()
    {
        _heads.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Numbers of the records' first operations. That of the head is 0.</summary>
    private IEnumerable<int> StartsOf(IEnumerable<TRecord> records)
    {
        var start = 1;
        foreach (var record in records)
        {
            yield return start;
            start += OperationsOf(record);
        }
    }

    private void AddHead(TransactionalBatch batch, THead? seen, THead head)
    {
        if (seen is null)
        {
            batch.CreateItem(head, CreateOptions);
            return;
        }
        batch.PatchItem(head.Id, Patch(seen, head), new TransactionalBatchPatchItemRequestOptions
        {
            IfMatchEtag = seen.ETag,
            EnableContentResponseOnWrite = false,
        });
    }

    protected void Remember(string key, THead head) => _heads.Keep(key, head);
}

/// <param name="Document">The head, or null when there is none.</param>
/// <param name="IsFresh">True when the primary was asked for the purpose; false for a hint: the last one seen, or a replica's.</param>
internal readonly record struct LedgerHead<THead>(THead? Document, bool IsFresh)
    where THead : class;

internal enum LedgerWriteStatus
{
    Written,

    /// <summary>A record is there already, or what it changes is not as it was.</summary>
    Conflict,

    /// <summary>Somebody else has written to the head.</summary>
    Overtaken,
}

/// <param name="Status">What came of it.</param>
/// <param name="ConflictAt">With a conflict: the first of the records that has one.</param>
/// <param name="Records">What was written, as it is stored.</param>
internal readonly record struct LedgerWrite<TRecord>(LedgerWriteStatus Status, int ConflictAt = 0, IReadOnlyList<TRecord>? Records = null);

/// <summary>Bounds of a ledger's memory, in number and time.</summary>
public sealed record LedgerOptions
{
    /// <summary>Most commands that wait for one head; more are answered <c>busy</c>.</summary>
    public int QueueLengthMax { get; init; } = 5_000;

    /// <summary>Most heads kept in memory, at some 300 bytes each.</summary>
    public int CachedHeadsMax { get; init; } = 100_000;

    /// <summary>
    /// How long a head counts as seen that nobody has read or written since. Names and prices of a moment ago are what an order is let in
    /// with, and what 202 and a change of a cart answer: half a minute is about as long as a buyer looks at a page, and costs one point
    /// read (1 RU) in that time for a product in demand, an instance.
    /// </summary>
    public TimeSpan HeadLifetime { get; init; } = TimeSpan.FromSeconds(30);
}
