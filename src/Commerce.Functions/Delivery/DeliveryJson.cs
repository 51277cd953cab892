using System.Text.Json.Serialization;
using Commerce.Functions.Http;
using Commerce.Shared.Delivery;

namespace Commerce.Functions.Delivery;

/// <summary>A delivery in a list.</summary>
internal record DeliveryView(
    string EventId,
    string EventType,
    string OrderId,
    string UserId,
    DateTimeOffset OccurredAt,
    DeliveryState State,
    DateTimeOffset UpdatedAt,
    DateTimeOffset? DueAt,
    string? Reason,
    int AttemptCount)
{
    public static DeliveryView Of(EventDelivery delivery) => new(
        delivery.Id,
        delivery.EventType,
        delivery.OrderId,
        delivery.UserId,
        delivery.OccurredAt,
        delivery.State,
        delivery.UpdatedAt,
        delivery.DueAt,
        delivery.Reason,
        delivery.AttemptCount);
}

/// <summary>A delivery with its last attempts, oldest first.</summary>
internal sealed record DeliveryDetailView(DeliveryView Delivery, IReadOnlyList<AttemptView> Attempts)
{
    public static DeliveryDetailView Of(EventDelivery delivery) =>
        new(DeliveryView.Of(delivery), [.. delivery.Attempts.Select(AttemptView.Of)]);
}

/// <param name="At">When it ended.</param>
/// <param name="Verdict">What it came to.</param>
/// <param name="Status">The HTTP status, if there was an answer.</param>
/// <param name="Detail">For a person.</param>
/// <param name="DurationMs">Milliseconds from the request to the answer.</param>
internal sealed record AttemptView(DateTimeOffset At, DeliveryVerdict Verdict, int? Status, string Detail, double DurationMs)
{
    public static AttemptView Of(DeliveryAttempt attempt) =>
        new(attempt.At, attempt.Verdict, attempt.Status, attempt.Detail, attempt.DurationMs);
}

internal sealed record DeliveryList(IReadOnlyList<DeliveryView> Items, string? NextCursor);

/// <param name="Configured">There is a platform to deliver to.</param>
/// <param name="Paused">An operator has paused all deliveries.</param>
/// <param name="PausedByPlatformUntil">The platform has asked that nothing is sent before this; absent when it has not.</param>
/// <param name="Breaker">Open when any of the instances that deliver has opened its circuit breaker, closed otherwise.</param>
/// <param name="OpenBreakers">Those that are open, the longest open first.</param>
/// <param name="Waiting">Events in the backlog.</param>
/// <param name="Parked">Events put aside for an operator.</param>
/// <param name="NextDueAt">When the next waiting event may be tried; absent when none waits.</param>
/// <param name="ReleasingParked">Parked events are about to be tried again.</param>
internal sealed record DeliveryStatusView(
    bool Configured,
    bool Paused,
    DateTimeOffset? PausedByPlatformUntil,
    string Breaker,
    IReadOnlyList<OpenBreakerView> OpenBreakers,
    long Waiting,
    long Parked,
    DateTimeOffset? NextDueAt,
    bool ReleasingParked);

/// <param name="OpenSince">Since when the instance has delivered nothing.</param>
/// <param name="ReportedAt">When its last try failed.</param>
/// <param name="RetryAt">From when on its next event may try.</param>
/// <param name="Detail">What its last try came to, for a person.</param>
internal sealed record OpenBreakerView(DateTimeOffset OpenSince, DateTimeOffset ReportedAt, DateTimeOffset RetryAt, string Detail)
{
    public static OpenBreakerView Of(OpenBreaker breaker) => new(breaker.OpenSince, breaker.ReportedAt, breaker.RetryAt, breaker.Detail);
}

[JsonSerializable(typeof(DeliveryList))]
[JsonSerializable(typeof(DeliveryDetailView))]
[JsonSerializable(typeof(DeliveryStatusView))]
internal sealed partial class DeliveryJson : JsonSerializerContext
{
    public static DeliveryJson Wire { get; } = new(HttpJson.Options());
}
