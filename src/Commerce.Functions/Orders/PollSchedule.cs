namespace Commerce.Functions.Orders;

/// <summary>
/// When to poll for the outcome of an order that another instance decides: for the first time when such orders are usually done, then
/// after pauses of a fifth of the time that has passed. So a buyer waits at most about a fifth longer than the order takes, for a few
/// reads (1 RU each).
/// </summary>
internal sealed class PollSchedule
{
    private const double PauseShare = 0.2;

    // An order that was decided at the first poll may have been so for long: the next is polled a little sooner. One that was not takes
    // the guess with it, by so much of the difference. The two meet where somewhat less than half of the orders are decided at the first
    // poll.
    private const double Sooner = 0.05;
    private const double Later = 1.0 / 8;

    private static readonly TimeSpan PauseMin = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan PauseMax = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FirstGuess = TimeSpan.FromMilliseconds(250);

    // Written by many at once: one that is lost is not missed.
    private double _usualMs = FirstGuess.TotalMilliseconds;

    /// <summary>How long to wait for the next poll; 2 ms to 1 s.</summary>
    /// <param name="waited">How long the order has been waited for.</param>
    public TimeSpan PauseAfter(TimeSpan waited)
    {
        var pause = waited == TimeSpan.Zero ? TimeSpan.FromMilliseconds(Volatile.Read(ref _usualMs)) : waited * PauseShare;
        return pause < PauseMin ? PauseMin : pause > PauseMax ? PauseMax : pause;
    }

    /// <summary>Learns from an order that was found decided.</summary>
    /// <param name="waited">How long it had been waited for then.</param>
    /// <param name="polls">At which poll, from 1.</param>
    public void Found(TimeSpan waited, int polls)
    {
        var usualMs = Volatile.Read(ref _usualMs);
        var change = polls == 1 ? -Sooner * usualMs : Later * (waited.TotalMilliseconds - usualMs);
        Volatile.Write(ref _usualMs, Math.Clamp(usualMs + change, PauseMin.TotalMilliseconds, PauseMax.TotalMilliseconds));
    }
}
