using CloudNative.CloudEvents;
using Commerce.Functions.Cosmos;
using Commerce.Functions.Orders;
using Commerce.Shared.Delivery;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Polly;
using Polly.Retry;

namespace Commerce.Functions.Delivery;

/// <summary>
/// Takes an event off the queue: sends it once if the platform takes events, and otherwise records that it waits. Only when it is
/// delivered or recorded may the message be completed, so that an event is always in one place at least.
/// </summary>
public sealed partial class EventDispatcher(
    PlatformGate gate, DeliverySwitch deliverySwitch, DeliveryStore store, OrderStore orders, IOptions<DataPlatformOptions> options,
    TimeProvider time, ILogger<EventDispatcher> logger)
    : IDisposable
{
    /// <summary>
    /// New events that are being sent at a time, fewer than messages are processed at a time (<c>maxConcurrentCalls</c> in host.json). A
    /// platform that hangs would hold all of them up else, and when it is given up, everything that came meanwhile would be recorded in
    /// one burst, which buyers would feel.
    /// </summary>
    public const int SendingMax = 24;

    /// <summary>When nothing has been begun or answered for so long, with all slots taken, the platform hangs.</summary>
    private static readonly TimeSpan HangThreshold = TimeSpan.FromMilliseconds(500);

    // While it answers, a slot is free soon.
    private static readonly TimeSpan SlotWait = TimeSpan.FromSeconds(2);

    private readonly SemaphoreSlim _sending = new(SendingMax);
    private long _movedAt = time.GetTimestamp();

    /// <summary>
    /// Holds on for about a minute and a half while the store does not answer. Service Bus itself would try again at once, use up its
    /// ten deliveries in seconds and put the event into the dead-letter queue.
    /// </summary>
    private readonly ResiliencePipeline _recording = new ResiliencePipelineBuilder { TimeProvider = time }
        .AddRetry(new RetryStrategyOptions
        {
            ShouldHandle = new PredicateBuilder().Handle<Exception>(fault => fault is not OperationCanceledException),
            MaxRetryAttempts = 8,
            Delay = TimeSpan.FromMilliseconds(250),
            MaxDelay = TimeSpan.FromSeconds(30),
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
        })
        .Build();

    /// <summary>Delivers an event, or sees to it that it is delivered later.</summary>
    public async Task<DeliveryState> DispatchAsync(OrderEventMessage message, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (await FindOvertakenAsync(message.Ref, ct) is { } known)
            return known.State;
        var delivery = EventDelivery.Of(message.Ref, time.GetUtcNow());
        var control = await _recording.ExecuteAsync(async token => await deliverySwitch.GetAsync(token), ct);
        if (!control.IsHeldAt(time.GetUtcNow()))
            delivery = await TryInPlaceAsync(delivery, message.Event, ct);
        if (delivery.State == DeliveryState.Waiting)
            DeliveryMetrics.HandedOver();
        await RecordAsync(delivery, ct);
        return delivery.State;
    }

    /// <summary>The delivery after an attempt, if one could be made.</summary>
    /// <param name="delivery">The delivery.</param>
    /// <param name="cloudEvent">Its event; null when it has to be made of the order.</param>
    /// <param name="ct">Breaks the attempt off.</param>
    public async Task<EventDelivery> TryAsync(EventDelivery delivery, CloudEvent? cloudEvent, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(delivery);
        if ((await deliverySwitch.GetAsync(ct)).IsHeldAt(time.GetUtcNow()))
            return delivery;
        try
        {
            cloudEvent ??= await MakeAsync(delivery);
            if (cloudEvent is null)
                return delivery.After(Failed("There is no such order, or no such event of it."));
            if (await gate.TrySendAsync(cloudEvent, ct) is not { } attempt)
                return delivery;
            if (attempt.RetryAfter is { } pause && DeliveryVerdicts.SpeaksForAll(attempt.Status))
                await deliverySwitch.PauseUntilAsync(attempt.At + pause);
            return delivery.After(attempt);
        }
#pragma warning disable CA1031 // One event that cannot be made or sent must not keep the others waiting, nor be tried without end.
        catch (Exception fault) when (fault is not OperationCanceledException && !fault.IsOfStore())
#pragma warning restore CA1031
        {
            LogNotSent(fault, delivery.Id);
            return delivery.After(Failed($"It could not be sent: {fault.GetType().Name}."));
        }
    }

    public void Dispose() => _sending.Dispose();

    /// <summary>The event of a delivery; null when there is none.</summary>
    private async Task<CloudEvent?> MakeAsync(EventDelivery delivery)
    {
        var order = await orders.FindAsync(delivery.UserId, delivery.OrderId, order => OrderEvents.Happened(delivery.EventType, order));
        return order is not null && OrderEvents.Happened(delivery.EventType, order) ? OrderEvents.Event(delivery.EventType, order) : null;
    }

    private DeliveryAttempt Failed(string detail) => new(time.GetUtcNow(), DeliveryVerdict.Failed, detail);

    /// <summary>The delivery of an event that was so long on its way that the reconciliation may have found it first.</summary>
    private async Task<EventDelivery?> FindOvertakenAsync(OrderEventRef orderEvent, CancellationToken ct) =>
        (time.GetUtcNow() - orderEvent.OccurredAt).TotalSeconds < options.Value.LostAfterSeconds
            ? null
            : await _recording.ExecuteAsync(async token => await store.FindAsync(orderEvent.EventId, token), ct);

    private async Task<EventDelivery> TryInPlaceAsync(EventDelivery delivery, CloudEvent? cloudEvent, CancellationToken ct)
    {
        var isMoving = time.GetElapsedTime(Interlocked.Read(ref _movedAt)) < HangThreshold;
        if (!await _sending.WaitAsync(isMoving ? SlotWait : TimeSpan.Zero, ct))
            return delivery;
        try
        {
            Interlocked.Exchange(ref _movedAt, time.GetTimestamp());
            return await TryAsync(delivery, cloudEvent, ct);
        }
        finally
        {
            Interlocked.Exchange(ref _movedAt, time.GetTimestamp());
            _sending.Release();
        }
    }

    private async Task RecordAsync(EventDelivery delivery, CancellationToken ct)
    {
        if (delivery.State == DeliveryState.Parked)
            LogParked(delivery.Id, delivery.Reason);
        if (delivery.State != DeliveryState.Delivered)
        {
            await _recording.ExecuteAsync(async _ => await store.RecordAsync(delivery), ct);
            return;
        }
        try
        {
            await store.RecordAsync(delivery);
        }
#pragma warning disable CA1031 // The platform has the event. That nobody can look it up is no reason to send it again.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            LogNotRecorded(fault, delivery.Id);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Event {EventId} is parked: {Reason}")]
    private partial void LogParked(string eventId, string? reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "Event {EventId} could not be made or sent; it waits for its next attempt")]
    private partial void LogNotSent(Exception fault, string eventId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Event {EventId} is delivered, which could not be recorded")]
    private partial void LogNotRecorded(Exception fault, string eventId);
}
