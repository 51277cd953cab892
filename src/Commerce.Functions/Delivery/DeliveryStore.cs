using System.Net;
using Commerce.Functions.Cosmos;
using Commerce.Shared;
using Commerce.Shared.Delivery;
using Commerce.Shared.Json;
using Microsoft.Azure.Cosmos;

namespace Commerce.Functions.Delivery;

/// <summary>The documents of the container <c>deliveries</c>.</summary>
public sealed class DeliveryStore
{
    /// <summary>
    /// Documents of one batch: each is some KB, a batch at most 2 MB; where that is not enough, each is written by itself.
    /// </summary>
    public const int BatchMax = 100;

    private const int QueueLengthMax = 20_000;

    /// <summary>As many instances as an app can have.</summary>
    private const int BreakersMax = 1_000;

    private static readonly PartitionKey ControlKey = new(DeliveryControl.DocumentId);

    private readonly Container _deliveries;
    private readonly KeyedBatcher<EventDelivery, bool> _recorder;

    public DeliveryStore(CommerceDatabase database)
    {
        _deliveries = database[CommerceDatabase.Deliveries];
        _recorder = new(RecordAsync, BatchMax, QueueLengthMax);
    }

    /// <summary>Writes a delivery as it is, whatever is there. What waits for a shard goes into one batch.</summary>
    /// <exception cref="InvalidOperationException">Too many wait to be written.</exception>
    /// <exception cref="CosmosException">The store did not answer properly.</exception>
    public Task RecordAsync(EventDelivery delivery)
    {
        ArgumentNullException.ThrowIfNull(delivery);
        return _recorder.TrySubmit(delivery.Shard, delivery)
            ?? throw new InvalidOperationException("Too many deliveries are waiting to be recorded.");
    }

    public Task<EventDelivery?> FindAsync(string eventId, CancellationToken ct) =>
        _deliveries.FindAsync<EventDelivery>(eventId, new PartitionKey(EventDelivery.ShardOfEvent(eventId)), ct);

    /// <summary>Which of these ids have no document.</summary>
    public async Task<IReadOnlySet<string>> FindMissingAsync(IReadOnlyList<string> eventIds, CancellationToken ct)
    {
        var items = eventIds.Select(static id => (id, new PartitionKey(EventDelivery.ShardOfEvent(id)))).ToList();
        var found = await _deliveries.ReadManyAsync(items, DocumentJsonContext.Default.EventDelivery, ct);
        var missing = eventIds.ToHashSet(StringComparer.Ordinal);
        missing.ExceptWith(found.Select(static delivery => delivery.Id));
        return missing;
    }

    /// <summary>Writes a delivery unless there is one; false when there is.</summary>
    public Task<bool> TryCreateAsync(EventDelivery delivery)
    {
        ArgumentNullException.ThrowIfNull(delivery);
        return _deliveries.TryCreateAsync(delivery, new PartitionKey(delivery.Shard));
    }

    /// <summary>Writes changed deliveries of one shard, those that are still as they were read.</summary>
    /// <returns>False when somebody else has written some of them.</returns>
    public async Task<bool> SettleAsync(string shard, IReadOnlyList<EventDelivery> changed)
    {
        if (changed.Count == 0 || await TryReplaceAllAsync(shard, changed))
            return true;
        // The others must not suffer for it.
        var written = 0;
        foreach (var delivery in changed)
            written += await TryReplaceAsync(delivery) ? 1 : 0;
        return written == changed.Count;
    }

    /// <summary>Writes a delivery if it is still as it was read; false when it is not.</summary>
    public async Task<bool> TryReplaceAsync(EventDelivery delivery)
    {
        ArgumentNullException.ThrowIfNull(delivery);
        return await _deliveries.TryWriteAsync(delivery, new PartitionKey(delivery.Shard)) is not null;
    }

    /// <summary>Deliveries of a shard that wait and are due, the longest due first.</summary>
    public Task<List<EventDelivery>> DueAsync(string shard, DateTimeOffset now, int max, CancellationToken ct) =>
        _deliveries.ListAsync<EventDelivery>(
        new QueryDefinition("SELECT * FROM c WHERE c.state = 'waiting' AND c.dueAt <= @now ORDER BY c.dueAt OFFSET 0 LIMIT @max")
            .WithParameter("@now", UtcTimeConverter.Text(now))
            .WithParameter("@max", max),
        max,
        new PartitionKey(shard),
        ct);

    /// <summary>Deliveries of a shard that were parked before a moment.</summary>
    public Task<List<EventDelivery>> ParkedAsync(string shard, DateTimeOffset before, int max, CancellationToken ct) =>
        _deliveries.ListAsync<EventDelivery>(
        new QueryDefinition("SELECT * FROM c WHERE c.state = 'parked' AND c.updatedAt <= @before ORDER BY c.updatedAt OFFSET 0 LIMIT @max")
            .WithParameter("@before", UtcTimeConverter.Text(before))
            .WithParameter("@max", max),
        max,
        new PartitionKey(shard),
        ct);

    /// <summary>When the next waiting delivery is due; null when none waits.</summary>
    public async Task<DateTimeOffset?> NextDueAsync(CancellationToken ct)
    {
        var first = await _deliveries.ListAsync<EventDelivery>(
            new QueryDefinition("SELECT * FROM c WHERE c.state = 'waiting' ORDER BY c.dueAt OFFSET 0 LIMIT 1"), 1, ct: ct);
        return first.Count == 0 ? null : first[0].DueAt;
    }

    public async Task<long> CountAsync(DeliveryState state, CancellationToken ct)
    {
        var counts = await _deliveries.ListAsync<long>(
            new QueryDefinition("SELECT VALUE COUNT(1) FROM c WHERE c.state = @state").WithParameter("@state", NameOf(state)), 1, ct: ct);
        return counts.Count == 0 ? 0 : counts[0];
    }

    /// <summary>Deliveries in a state, the last changed first, from a position on.</summary>
    public async Task<List<EventDelivery>> ListAsync(DeliveryState state, int max, TimePosition? after, CancellationToken ct)
    {
        var query = new QueryDefinition(
            "SELECT * FROM c WHERE c.state = @state AND c.updatedAt <= @from ORDER BY c.updatedAt DESC")
            .WithParameter("@state", NameOf(state))
            .WithParameter("@from", UtcTimeConverter.Text(after?.Time ?? DateTimeOffset.MaxValue));
        return await _deliveries.QueryAsync<EventDelivery>(query, pageSize: max + 1, ct: ct)
            .AfterAsync(after, PositionOf, ct).Take(max).ToListAsync(ct);
    }

    internal static TimePosition PositionOf(EventDelivery delivery) => new(delivery.UpdatedAt, delivery.Id);

    public Task<DeliveryControl?> FindControlAsync(CancellationToken ct) =>
        _deliveries.FindAsync<DeliveryControl>(DeliveryControl.DocumentId, ControlKey, ct);

    /// <summary>Writes what operators have ordered if it is still as it was read (or absent). Null when it is not.</summary>
    public Task<DeliveryControl?> TryWriteControlAsync(DeliveryControl control) => _deliveries.TryWriteAsync(control, ControlKey);

    /// <summary>The circuit breakers that are open, on whichever instance.</summary>
    public Task<List<OpenBreaker>> OpenBreakersAsync(CancellationToken ct) => _deliveries.ListAsync<OpenBreaker>(
        new QueryDefinition("SELECT * FROM c WHERE c.type = @type").WithParameter("@type", OpenBreaker.DocumentType),
        BreakersMax,
        ControlKey,
        ct);

    public Task ReportBreakerAsync(OpenBreaker breaker) => _deliveries.UpsertAsync(breaker, ControlKey);

    public Task DeleteBreakerAsync(string id) => _deliveries.DeleteAsync(id, ControlKey);

    private async Task RecordAsync(string shard, IReadOnlyList<Pending<EventDelivery, bool>> waiting)
    {
        using var answer = await _deliveries.TryExecuteAsync(new PartitionKey(shard), batch =>
        {
            foreach (var pending in waiting)
                batch.UpsertItemStream(Json(pending.Work));
        });
        // Nothing guards these writes, so there is nothing to refuse them.
        if (!answer.IsSuccessStatusCode)
            throw answer.Fault();
        foreach (var pending in waiting)
            pending.Complete(true);
    }

    private async Task<bool> TryReplaceAllAsync(string shard, IReadOnlyList<EventDelivery> changed)
    {
        try
        {
            using var answer = await _deliveries.TryExecuteAsync(new PartitionKey(shard), batch =>
            {
                foreach (var delivery in changed)
                    batch.ReplaceItemStream(
                        delivery.Id, Json(delivery), new TransactionalBatchItemRequestOptions { IfMatchEtag = delivery.ETag });
            });
            return answer.IsSuccessStatusCode;
        }
        catch (CosmosException fault) when (fault.StatusCode == HttpStatusCode.RequestEntityTooLarge)
        {
            return false;
        }
    }

    /// <summary>The state as documents have it.</summary>
    internal static string NameOf(DeliveryState state) => state.ToString().ToLowerInvariant();

    private static MemoryStream Json(EventDelivery delivery) => GuardedWrites.Json(delivery with { ETag = null });
}
