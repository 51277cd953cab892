using Commerce.Shared.Delivery;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Commerce.Functions.Delivery;

/// <summary>
/// Compares the books with the deliveries, and records each event that has none as waiting. An order's status is committed before its
/// event is sent; whoever dies between the two is made up for by the orchestration. This is for the case that the orchestration, its hub,
/// the queue or a message is lost as well.
/// </summary>
/// <remarks>Running it twice at the same time does no harm: only one moves the checkpoint, and a delivery is created once.</remarks>
public sealed partial class EventReconciler(
    ReconciliationStore books, DeliveryStore deliveries, IOptions<DataPlatformOptions> options, TimeProvider time,
    ILogger<EventReconciler> logger)
{
    /// <summary>Below a function's five minutes; the next run goes on from the checkpoint.</summary>
    private static readonly TimeSpan RunMax = TimeSpan.FromMinutes(3);

    private static readonly TimeSpan FirstMargin = TimeSpan.FromHours(1);

    private const int ChunkSize = 500;

    /// <summary>
    /// Goes on from the checkpoint, until nothing is left to compare or the run has taken its time. The events that were recorded.
    /// </summary>
    public async Task<int> RunAsync(CancellationToken ct)
    {
        var started = time.GetTimestamp();
        var (now, recorded) = (time.GetUtcNow(), 0);
        var lostBefore = now - TimeSpan.FromSeconds(options.Value.LostAfterSeconds);
        var checkpoint = await books.FindCheckpointAsync(ct) ?? FirstAt(now);
        foreach (var type in new[] { OrderEvents.PaidType, OrderEvents.CancelledType })
        {
            var events = books.EventsAsync(type, checkpoint.Until(type), lostBefore, ct);
            await foreach (var chunk in events.Chunk(ChunkSize).WithCancellation(ct))
            {
                recorded += await RecordMissingAsync(chunk, now, ct);
                if (time.GetElapsedTime(started) > RunMax)
                {
                    await books.TryWriteAsync(checkpoint.MovedTo(type, chunk[^1].OccurredAt));
                    return recorded;
                }
            }
            if (await books.TryWriteAsync(checkpoint.MovedTo(type, lostBefore)) is not { } moved)
                return recorded;
            checkpoint = moved;
        }
        return recorded;
    }

    /// <summary>
    /// A delivered event is remembered for three days, so before that nothing can be told. A new shop has nothing before.
    /// </summary>
    private static ReconciliationCheckpoint FirstAt(DateTimeOffset now)
    {
        var begin = now - EventDelivery.DeliveredLifetime + FirstMargin;
        return new() { PaidUntil = begin, CancelledUntil = begin };
    }

    private async Task<int> RecordMissingAsync(OrderEventRef[] events, DateTimeOffset now, CancellationToken ct)
    {
        var missing = await deliveries.FindMissingAsync([.. events.Select(static happened => happened.EventId)], ct);
        var recorded = 0;
        foreach (var lost in events.Where(happened => missing.Contains(happened.EventId)))
        {
            if (!await deliveries.TryCreateAsync(EventDelivery.Of(lost, now)))
                continue;
            recorded++;
            DeliveryMetrics.Recovered();
            LogRecovered(lost.EventId, lost.OccurredAt);
        }
        return recorded;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Event {EventId} of {OccurredAt:O} was neither delivered nor waiting; it waits now")]
    private partial void LogRecovered(string eventId, DateTimeOffset occurredAt);
}
