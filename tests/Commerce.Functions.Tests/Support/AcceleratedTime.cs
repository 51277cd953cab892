namespace Commerce.Functions.Tests.Support;

/// <summary>
/// A clock whose waits take a hundredth, and which may be ahead of the real one. Deadlines are no waits: they keep their time.
/// </summary>
internal sealed class AcceleratedTime(TimeSpan ahead = default) : TimeProvider
{
    // Whoever polls until something that never comes is to leave the processor to others.
    private static readonly TimeSpan WaitMin = TimeSpan.FromMilliseconds(1);

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + ahead;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => base.CreateTimer(
        callback, state, dueTime <= WaitMin || state is CancellationTokenSource ? dueTime : Max(dueTime / 100, WaitMin), period);

    private static TimeSpan Max(TimeSpan one, TimeSpan other) => one > other ? one : other;
}
