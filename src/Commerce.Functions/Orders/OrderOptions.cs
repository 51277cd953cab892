using System.ComponentModel.DataAnnotations;
using Commerce.Functions.Settings;

namespace Commerce.Functions.Orders;

/// <summary>Settings <c>Orders:...</c>.</summary>
public sealed record OrderOptions : ICheckedOptions
{
    public const string Section = "Orders";

    /// <summary>So many seconds is an order followed by the instance that accepted it; nobody is told anything after that.</summary>
    public const int FollowSeconds = 60;

    /// <summary>Longest wait for an order's outcome before 202 is answered, in seconds.</summary>
    [Range(0, (double)FollowSeconds, ErrorMessage = "for so long an order is followed")]
    public double WaitSeconds { get; init; } = 10;

    /// <summary>
    /// Most orders that one instance has in flight. Beyond it buyers are told to come back, before anything is created:
    /// at some hundreds of orders a second this is the work of a few seconds, which is as long as a buyer waits.
    /// </summary>
    [Range(1, 1_000_000)]
    public int InFlightMax { get; init; } = 4_000;

    /// <summary>
    /// Most orders in flight that hold the same product, at most <see cref="InFlightMax"/>: a run on one product leaves room for the
    /// buyers of all others.
    /// </summary>
    [Range(1, 1_000_000)]
    public int InFlightPerProductMax { get; init; } = 2_000;

    /// <summary>
    /// Age at which the sweeper picks a pending order up, in seconds. Longer than a buyer waits, so that it seldom meets an
    /// order that somebody is just starting; not much longer, because a crash leaves orders that nobody else starts.
    /// </summary>
    [Range(1.0, 86_400)]
    public double SweepAfterSeconds { get; init; } = 15;

    /// <summary>Days for which the history of an orchestration is kept, counted from its start, if it has ended.</summary>
    [Range(0.01, 3_650)]
    public double HistoryDays { get; init; } = 7;

    public string? Problem() => CheckedOptions.OutOfRange(Section, this)
        ?? (InFlightPerProductMax > InFlightMax
            ? $"{Section}:{nameof(InFlightPerProductMax)} must be 1 to {Section}:{nameof(InFlightMax)}."
            : null);

    public (TimeSpan Work, string Settings)? LongestRun => (TimeSpan.FromSeconds(WaitSeconds), $"{Section}:{nameof(WaitSeconds)}");
}
