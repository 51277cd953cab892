using System.Text;

namespace LocalPlatform.ServiceBus;

/// <summary>A message to be sent. Without a <see cref="MessageId"/> it gets a new one.</summary>
/// <param name="Entity">The queue or topic.</param>
/// <param name="Body">At most <see cref="ServiceBusBroker.BodyBytesMax"/> bytes.</param>
public sealed record OutgoingMessage(string Entity, ReadOnlyMemory<byte> Body)
{
    public string? MessageId { get; init; }

    public string? ContentType { get; init; }

    public string? CorrelationId { get; init; }

    public string? Subject { get; init; }

    /// <summary>Not received before this time; null for at once.</summary>
    public DateTimeOffset? ScheduledEnqueueTime { get; init; }

    /// <summary>A text message.</summary>
    public static OutgoingMessage OfText(string entity, string text, string contentType = "text/plain") =>
        new(entity, Encoding.UTF8.GetBytes(text)) { ContentType = contentType };
}

/// <summary>A message as it is stored.</summary>
public sealed record StoredMessage
{
    /// <summary>Unique and increasing in the order of sending.</summary>
    public required long SequenceNumber { get; init; }

    public required string MessageId { get; init; }

    public required byte[] Body { get; init; }

    public string? ContentType { get; init; }

    public string? CorrelationId { get; init; }

    public string? Subject { get; init; }

    public required DateTimeOffset EnqueuedTime { get; init; }

    /// <summary>Times the message was received, this one included.</summary>
    public required int DeliveryCount { get; init; }

    /// <summary>The end of the lock, or the scheduled time; null when the message can be received.</summary>
    public DateTimeOffset? AvailableAt { get; init; }

    public string? DeadLetterReason { get; init; }

    public string? DeadLetterDescription { get; init; }

    /// <summary>The queue or subscription that a dead letter comes from.</summary>
    public string? DeadLetterSource { get; init; }
}

/// <summary>A message under a lock that only the holder of <see cref="LockToken"/> can settle.</summary>
public sealed record LockedMessage(string Entity, StoredMessage Message, Guid LockToken, DateTimeOffset LockedUntil);

/// <summary>What a queue or subscription holds. Locked and scheduled messages count as active.</summary>
public sealed record EntitySummary(string Entity, long ActiveMessages, long DeadLetters);

/// <summary>The lock on a message has ended: it expired, or the message was settled. Somebody else may have the message now.</summary>
public sealed class MessageLockLostException(long sequenceNumber)
    : Exception($"The lock on message {sequenceNumber} is lost.");

/// <summary>How queues and subscriptions behave.</summary>
public sealed record ServiceBusOptions
{
    /// <summary>After so many failed deliveries a message is dead-lettered; at least 1.</summary>
    public int MaxDeliveryCount { get; init; } = 10;

    /// <summary>How long a received message stays locked unless the lock is renewed; above zero.</summary>
    public TimeSpan LockDuration { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>A message whose id was sent before within this time is dropped; null to keep all.</summary>
    public TimeSpan? DuplicateDetectionWindow { get; init; }

    /// <summary>Faults to be injected, for tests.</summary>
    public ServiceBusFaults Faults { get; init; } = new();
}
