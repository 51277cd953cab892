using Commerce.Functions.Cosmos;
using Commerce.Shared.Delivery;
using Commerce.Shared.Json;
using Microsoft.Azure.Cosmos;

namespace Commerce.Functions.Delivery;

/// <summary>What the books say has happened, and how far that was compared with the deliveries.</summary>
public sealed class ReconciliationStore(CommerceDatabase database)
{
    private const int PageSize = 1_000;

    private static readonly PartitionKey CheckpointKey = new(ReconciliationCheckpoint.DocumentId);

    private readonly Container _accounts = database[CommerceDatabase.Accounts];
    private readonly Container _deliveries = database[CommerceDatabase.Deliveries];

    /// <summary>The events of a type that the books know from a moment on and before another, the first to happen first.</summary>
    public IAsyncEnumerable<OrderEventRef> EventsAsync(string type, DateTimeOffset from, DateTimeOffset before, CancellationToken ct)
    {
        // A payment and the order's status are one batch, so each paid order has one; and its time is indexed already.
        var query = type == OrderEvents.PaidType
            ? """
              SELECT c.orderId, c.userId, c.createdAt AS occurredAt FROM c
              WHERE c.type = 'entry' AND c.kind = 'payment' AND c.createdAt >= @from AND c.createdAt < @before ORDER BY c.createdAt
              """
            : """
              SELECT c.id AS orderId, c.userId, c.cancelledAt AS occurredAt FROM c
              WHERE c.cancelledAt >= @from AND c.cancelledAt < @before ORDER BY c.cancelledAt
              """;
        return _accounts
            .QueryAsync<OrderMoment>(
                new QueryDefinition(query)
                    .WithParameter("@from", UtcTimeConverter.Text(from))
                    .WithParameter("@before", UtcTimeConverter.Text(before)),
                pageSize: PageSize,
                ct: ct)
            .Select(moment => OrderEvents.Ref(type, moment.OrderId, moment.UserId, moment.OccurredAt));
    }

    public Task<ReconciliationCheckpoint?> FindCheckpointAsync(CancellationToken ct) =>
        _deliveries.FindAsync<ReconciliationCheckpoint>(ReconciliationCheckpoint.DocumentId, CheckpointKey, ct);

    /// <summary>Writes the checkpoint if it is still as it was read (or absent). Null when it is not.</summary>
    public Task<ReconciliationCheckpoint?> TryWriteAsync(ReconciliationCheckpoint checkpoint) =>
        _deliveries.TryWriteAsync(checkpoint, CheckpointKey);

    internal sealed record OrderMoment(string OrderId, string UserId, DateTimeOffset OccurredAt);
}
