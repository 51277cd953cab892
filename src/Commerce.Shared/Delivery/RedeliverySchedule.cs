namespace Commerce.Shared.Delivery;

/// <summary>
/// When what failed is tried again. Jitter follows from the seed: orchestrators find the same time when they are replayed.
/// </summary>
public static class RedeliverySchedule
{
    /// <summary>
    /// An event that has failed as often as its pauses fit into this is parked. What else kept it from being tried (a pause by an operator
    /// or by the platform, the circuit breaker, no platform at all) takes as long as it likes and does not count.
    /// </summary>
    public static readonly TimeSpan GiveUpAfter = TimeSpan.FromHours(72);

    /// <summary>Longest pause that a Retry-After can ask for.</summary>
    public static readonly TimeSpan RetryAfterMax = TimeSpan.FromHours(1);

    private static readonly TimeSpan EventPauseMin = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan EventPauseMax = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan ProbePauseMin = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Pause after an event's <paramref name="failure"/>-th failure (from 1): 2 s doubling up to 30 min, less up to half by jitter.
    /// </summary>
    public static TimeSpan EventPause(string eventId, int failure) => Pause(eventId, failure, EventPauseMin, EventPauseMax);

    /// <summary>
    /// True when the pauses between an event's first failure and its <paramref name="failure"/>-th (from 1) come to
    /// <see cref="GiveUpAfter"/>.
    /// </summary>
    public static bool IsSpent(string eventId, int failure)
    {
        var tried = TimeSpan.Zero;
        for (var n = 1; n < failure; n++)
            tried += EventPause(eventId, n);
        return tried >= GiveUpAfter;
    }

    /// <summary>
    /// Pause of the redelivery after the platform was found down for the <paramref name="failure"/>-th time in a row (from 1): 2 s
    /// doubling up to <paramref name="max"/>, less up to half by jitter.
    /// </summary>
    public static TimeSpan ProbePause(string seed, int failure, TimeSpan max) => Pause(seed, failure, ProbePauseMin, max);

    private static TimeSpan Pause(string seed, int n, TimeSpan min, TimeSpan max)
    {
        var doublings = Math.Clamp(n - 1, 0, 30);
        var pause = Math.Min(min.Ticks * (double)(1L << doublings), max.Ticks);
        return TimeSpan.FromTicks((long)(pause * (1 - StableHash.Fraction(seed, n) / 2)));
    }
}
