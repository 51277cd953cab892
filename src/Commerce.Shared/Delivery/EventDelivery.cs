using System.Text.Json.Serialization;

namespace Commerce.Shared.Delivery;

[JsonConverter(typeof(JsonStringEnumConverter<DeliveryState>))]
public enum DeliveryState
{
    /// <summary>To be delivered as soon as the platform takes it.</summary>
    [JsonStringEnumMemberName("waiting")]
    Waiting,

    /// <summary>The platform has it. Kept for <see cref="EventDelivery.DeliveredLifetime"/>.</summary>
    [JsonStringEnumMemberName("delivered")]
    Delivered,

    /// <summary>Given up; an operator decides. Kept until then.</summary>
    [JsonStringEnumMemberName("parked")]
    Parked,
}

/// <summary>
/// Where the delivery of one event stands, in the container <c>deliveries</c> under <c>/shard</c>. The event itself is not stored: it
/// follows from the order document (<see cref="OrderEvents"/>).
/// </summary>
public sealed record EventDelivery : IVersioned<EventDelivery>
{
    /// <summary>
    /// Shards of the container: enough to spread the writes, few enough that a redelivery page comes from one partition and is settled
    /// in one batch. Stored documents depend on it.
    /// </summary>
    public const int ShardCount = 8;

    public static readonly TimeSpan DeliveredLifetime = TimeSpan.FromDays(3);

    private const int AttemptsKept = 20;

    /// <summary>The event id.</summary>
    public required string Id { get; init; }

    /// <inheritdoc cref="ShardOf"/>
    public required string Shard { get; init; }

    public required string EventType { get; init; }

    public required string OrderId { get; init; }

    public required string UserId { get; init; }

    /// <summary>When the order was paid or cancelled.</summary>
    public required DateTimeOffset OccurredAt { get; init; }

    public required DeliveryState State { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>While waiting: the earliest next attempt.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? DueAt { get; init; }

    /// <summary>While parked: why.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Reason { get; init; }

    public required int AttemptCount { get; init; }

    /// <summary>
    /// Attempts that have failed since it waits; a redelivery by an operator starts anew. Pauses follow from it, and so does giving up: no
    /// clock runs while nothing is tried.
    /// </summary>
    public int FailureCount { get; init; }

    /// <summary>The last 20 attempts, oldest first.</summary>
    public required IReadOnlyList<DeliveryAttempt> Attempts { get; init; }

    /// <summary>Seconds after which the document expires.</summary>
    [JsonPropertyName("ttl")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? TimeToLive { get; init; }

    [JsonPropertyName("_etag")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ETag { get; init; }

    public EventDelivery WithETag(string etag) => this with { ETag = etag };

    /// <summary>The shard of all events of an order.</summary>
    public static string ShardOf(string orderId) => ShardName((int)(StableHash.Of(orderId) % ShardCount));

    /// <summary>The shard of an event, from its id: <c>{orderId}.{what happened}</c>.</summary>
    public static string ShardOfEvent(string eventId) => ShardOf(eventId[..Math.Max(0, eventId.LastIndexOf('.'))]);

    public static string ShardName(int index) => $"shard-{index}";

    /// <summary>A delivery that waits and may be tried at once.</summary>
    public static EventDelivery Of(OrderEventRef orderEvent, DateTimeOffset now) => new()
    {
        Id = orderEvent.EventId,
        Shard = ShardOf(orderEvent.OrderId),
        EventType = orderEvent.EventType,
        OrderId = orderEvent.OrderId,
        UserId = orderEvent.UserId,
        OccurredAt = orderEvent.OccurredAt,
        State = DeliveryState.Waiting,
        UpdatedAt = now,
        DueAt = now,
        AttemptCount = 0,
        Attempts = [],
    };

    /// <summary>The delivery after an attempt: done, parked, or waiting for the next one.</summary>
    public EventDelivery After(DeliveryAttempt attempt)
    {
        ArgumentNullException.ThrowIfNull(attempt);
        var tried = this with
        {
            UpdatedAt = attempt.At,
            AttemptCount = AttemptCount + 1,
            FailureCount = FailureCount + (attempt.Verdict == DeliveryVerdict.Failed ? 1 : 0),
            Attempts = [.. Attempts.TakeLast(AttemptsKept - 1), attempt],
            DueAt = null,
        };
        return attempt.Verdict switch
        {
            DeliveryVerdict.Delivered => tried with
            {
                State = DeliveryState.Delivered,
                Reason = null,
                TimeToLive = (int)DeliveredLifetime.TotalSeconds,
            },
            DeliveryVerdict.Rejected => tried.Parked(attempt.Detail),
            _ when RedeliverySchedule.IsSpent(Id, tried.FailureCount) =>
                tried.Parked($"Given up after {RedeliverySchedule.GiveUpAfter.TotalHours:0} hours of attempts. {attempt.Detail}"),
            _ => tried with { State = DeliveryState.Waiting, DueAt = NextAttempt(attempt, tried.FailureCount) },
        };
    }

    /// <summary>The delivery, to be tried again at an operator's word.</summary>
    public EventDelivery Released(DateTimeOffset now) => this with
    {
        State = DeliveryState.Waiting,
        UpdatedAt = now,
        DueAt = now,
        FailureCount = 0,
        Reason = null,
        TimeToLive = null,
    };

    private EventDelivery Parked(string reason) => this with { State = DeliveryState.Parked, Reason = reason };

    private DateTimeOffset NextAttempt(DeliveryAttempt attempt, int failure)
    {
        var pause = RedeliverySchedule.EventPause(Id, failure);
        var asked = DeliveryVerdicts.SpeaksForAll(attempt.Status) ? null : attempt.RetryAfter;
        return attempt.At + (asked > pause ? asked.Value : pause);
    }
}

/// <summary>One try.</summary>
/// <param name="At">When it ended.</param>
/// <param name="Verdict">What it came to.</param>
/// <param name="Detail">For a person: the status and the start of the answer, or what broke.</param>
public sealed record DeliveryAttempt(DateTimeOffset At, DeliveryVerdict Verdict, string Detail)
{
    /// <summary>The HTTP status, if there was an answer.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Status { get; init; }

    /// <summary>Milliseconds from the request to the answer.</summary>
    public double DurationMs { get; init; }

    /// <summary>What the platform's Retry-After asked for, at most <see cref="RedeliverySchedule.RetryAfterMax"/>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TimeSpan? RetryAfter { get; init; }
}
