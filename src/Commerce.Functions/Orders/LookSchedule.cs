namespace Commerce.Functions.Orders;

/// <summary>
/// When to look for the outcome of an order that another instance decides: for the first time when such orders are usually done, then
/// after pauses of a fifth of the time that has passed. So a buyer waits at most about a fifth longer than the order takes, for a few
/// reads (1 RU each).
/// </summary>
internal sealed class LookSchedule
{
    private const double PauseShare = 0.2;

    // How much the last order counts of what is usual.
    private const double Weight = 1.0 / 16;

    private static readonly TimeSpan PauseMin = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan PauseMax = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FirstGuess = TimeSpan.FromMilliseconds(250);

    // Written by many at once: one that is lost is not missed.
    private double _usualMs = FirstGuess.TotalMilliseconds;

    /// <summary>How long to wait for the next look; 20 ms to 1 s.</summary>
    /// <param name="waited">How long the order has been waited for.</param>
    public TimeSpan PauseAfter(TimeSpan waited)
    {
        // A little early: what is found at the first look tells only that the order has not taken longer.
        var pause = waited == TimeSpan.Zero ? TimeSpan.FromMilliseconds(Volatile.Read(ref _usualMs) * (1 - (PauseShare / 2))) : waited * PauseShare;
        return pause < PauseMin ? PauseMin : pause > PauseMax ? PauseMax : pause;
    }

    /// <summary>Learns from an order that was found decided.</summary>
    public void Found(TimeSpan waited)
    {
        var usualMs = Volatile.Read(ref _usualMs);
        Volatile.Write(ref _usualMs, usualMs + ((waited.TotalMilliseconds - usualMs) * Weight));
    }
}
