namespace Commerce.Functions.Tests.Support;

/// <summary>
/// A clock that leaps over every wait: it is over at once, and as late as if it had been waited. Deadlines keep their time.
/// </summary>
internal sealed class SkippingTime(TimeSpan ahead = default) : TimeProvider
{
    private long _ahead = ahead.Ticks;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + TimeSpan.FromTicks(Interlocked.Read(ref _ahead));

    // Who polls for so long at most ends at the leap, instead of polling at full speed until the real time is over.
    public override long GetTimestamp() =>
        base.GetTimestamp() + (Interlocked.Read(ref _ahead) * (TimestampFrequency / TimeSpan.TicksPerSecond));

    public void Leap(TimeSpan time) => Interlocked.Add(ref _ahead, time.Ticks);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime == Timeout.InfiniteTimeSpan || state is CancellationTokenSource)
            return base.CreateTimer(callback, state, dueTime, period);
        Leap(dueTime);
        return base.CreateTimer(callback, state, TimeSpan.Zero, period);
    }
}
