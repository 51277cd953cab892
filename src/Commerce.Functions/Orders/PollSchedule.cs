namespace Commerce.Functions.Orders;

/// <summary>
/// When to poll for the outcome of an order that another instance decides: for the first time when such orders are usually done, then
/// after pauses of a fifth of the time that has passed. So a buyer waits at most about a fifth longer than the order takes, for a few
/// reads (1 RU each).
/// </summary>
internal sealed class PollSchedule
{
    private const double PauseShare = 0.2;

    // So many of the orders are to be decided at the first poll: each that is brings the next one forward, and each that is not puts it
    // off, by shares of Step that cancel out just then. A late first poll costs every buyer time, an early one a read.
    private const double DecidedAtFirst = 0.2;
    private const double Step = 0.1;

    // An order that takes so many polls says that all of them take longer now: the guess follows by an eighth of the difference.
    private const int PollsOfSlowSpell = 10;
    private const double Catch = 1.0 / 8;

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
        var change = polls switch
        {
            1 => -Step * (1 - DecidedAtFirst) * usualMs,
            < PollsOfSlowSpell => Step * DecidedAtFirst * usualMs,
            _ => Catch * (waited.TotalMilliseconds - usualMs),
        };
        Volatile.Write(ref _usualMs, Math.Clamp(usualMs + change, PauseMin.TotalMilliseconds, PauseMax.TotalMilliseconds));
    }
}
