namespace Commerce.Functions.Orders;

/// <summary>Settings <c>Orders:...</c>.</summary>
public sealed record OrderOptions
{
    public const string Section = "Orders";

    /// <summary>So many seconds is an order followed by the instance that let it in; nobody is told anything after that.</summary>
    public const int FollowSeconds = 60;

    /// <summary>Longest wait for an order's outcome before 202 is answered, in seconds, 0 to <see cref="FollowSeconds"/>.</summary>
    public double WaitSeconds { get; init; } = 10;

    /// <summary>
    /// Most orders that one instance has in flight, 1 to 1,000,000. Beyond it buyers are told to come back, before anything is created:
    /// at some hundreds of orders a second this is the work of a few seconds, which is as long as a buyer waits.
    /// </summary>
    public int InFlightMax { get; init; } = 4_000;

    /// <summary>
    /// Most orders in flight that hold the same product, 1 to <see cref="InFlightMax"/>: a run on one product leaves room for the
    /// buyers of all others.
    /// </summary>
    public int InFlightPerProductMax { get; init; } = 2_000;

    /// <summary>
    /// Age at which the sweeper looks after a pending order, in seconds, 1 to 86,400. Longer than a buyer waits, so that it seldom meets an
    /// order that somebody is just starting; not much longer, because a crash leaves orders that nobody else starts.
    /// </summary>
    public double SweepAfterSeconds { get; init; } = 15;

    /// <summary>Days for which the history of an orchestration is kept, counted from its start, if it has ended; 0.01 to 3,650.</summary>
    public double HistoryDays { get; init; } = 7;

    /// <summary>What is wrong, naming the setting; null when nothing is.</summary>
    public string? Problem() => this switch
    {
        { WaitSeconds: not (>= 0 and <= FollowSeconds) } =>
            $"{Section}:{nameof(WaitSeconds)} must be 0 to {FollowSeconds}: for so long an order is followed.",
        { InFlightMax: < 1 or > 1_000_000 } => $"{Section}:{nameof(InFlightMax)} must be 1 to 1,000,000.",
        _ when InFlightPerProductMax < 1 || InFlightPerProductMax > InFlightMax =>
            $"{Section}:{nameof(InFlightPerProductMax)} must be 1 to {Section}:{nameof(InFlightMax)}.",
        { SweepAfterSeconds: not (>= 1 and <= 86_400) } => $"{Section}:{nameof(SweepAfterSeconds)} must be 1 to 86,400.",
        { HistoryDays: not (>= 0.01 and <= 3_650) } => $"{Section}:{nameof(HistoryDays)} must be 0.01 to 3,650.",
        _ => null,
    };
}
