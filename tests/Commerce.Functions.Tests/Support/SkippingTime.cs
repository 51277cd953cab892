namespace Commerce.Functions.Tests.Support;

/// <summary>
/// A clock that leaps over every wait: it is over at once, and as late as if it had been waited. Deadlines keep their time.
/// </summary>
internal sealed class SkippingTime(TimeSpan ahead = default) : TimeProvider
{
    private long _ahead = ahead.Ticks;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + TimeSpan.FromTicks(Interlocked.Read(ref _ahead));

    public void Leap(TimeSpan time) => Interlocked.Add(ref _ahead, time.Ticks);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime == Timeout.InfiniteTimeSpan || state is CancellationTokenSource)
            return base.CreateTimer(callback, state, dueTime, period);
        Leap(dueTime);
        return base.CreateTimer(callback, state, TimeSpan.Zero, period);
    }
}
