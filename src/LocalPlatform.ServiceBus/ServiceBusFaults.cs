namespace LocalPlatform.ServiceBus;

/// <summary>
/// What a real Service Bus does now and then, done often, to test those who receive from it. Off by default. Seeded: the same
/// messages in the same order meet the same faults.
/// </summary>
public sealed record ServiceBusFaults
{
    private readonly Lock _lock = new();
    private Random? _random;

    public int Seed { get; init; }

    /// <summary>Share of the messages that are stored twice, with the same message id; 0 to 1.</summary>
    public double DuplicateRate { get; init; }

    /// <summary>
    /// Longest time for which a message is held back. Each is held back by a time of its own, so they overtake each other.
    /// </summary>
    public TimeSpan DelayMax { get; init; }

    /// <summary>Share of the completions that find the lock lost, the message being available again; 0 to 1.</summary>
    public double LockLossRate { get; init; }

    /// <summary>What is stored for a message that is sent.</summary>
    internal IEnumerable<OutgoingMessage> Copies(OutgoingMessage message, DateTimeOffset now)
    {
        if (DuplicateRate == 0 && DelayMax == TimeSpan.Zero)
            return [message];
        var original = message with { MessageId = message.MessageId ?? Guid.NewGuid().ToString("N") };
        return Enumerable.Repeat(original, Next() < DuplicateRate ? 2 : 1).Select(copy => copy with
        {
            ScheduledEnqueueTime = (copy.ScheduledEnqueueTime ?? now) + Next() * DelayMax,
        });
    }

    internal bool LosesLock() => LockLossRate > 0 && Next() < LockLossRate;

    private double Next()
    {
        lock (_lock)
        {
            _random ??= new Random(Seed);
#pragma warning disable CA5394 // Chance, not a secret.
            return _random.NextDouble();
#pragma warning restore CA5394
        }
    }
}
