namespace Commerce.Functions.Tests.Support;

/// <summary>
/// A clock whose waits are over at once, and which may be ahead of the real one. Deadlines are no waits: they keep their time.
/// </summary>
internal sealed class AcceleratedTime(TimeSpan ahead = default) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + ahead;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        base.CreateTimer(callback, state, dueTime == Timeout.InfiniteTimeSpan || state is CancellationTokenSource ? dueTime : TimeSpan.Zero,
            period);
}
