using Commerce.Load.Measuring;

namespace Commerce.Load.Reports;

/// <summary>What an outage of the data platform came to, for the buyers and for the events.</summary>
/// <param name="Fault">What the platform did.</param>
/// <param name="P99Ratio">Buyers' p99 over all dead runs by that over all healthy ones; null without such runs.</param>
/// <param name="Pairs">Each healthy run with the dead one after it.</param>
/// <param name="Lag">From paid to received while the platform was well; the receiver's clock has a resolution of a millisecond.</param>
/// <param name="Orders">Orders of the load's users that have an event, of this run and before.</param>
/// <param name="Received">Events that the platform has of them.</param>
/// <param name="Duplicates">Deliveries of this run that brought an event, by its id, once more.</param>
/// <param name="Missing">Events that never came; empty when all is well.</param>
/// <param name="Unexpected">Ids that came in this run and belong to no event of these orders; empty when all is well.</param>
/// <param name="Outages">Each outage.</param>
internal sealed record OutageSummary(
    string Fault,
    double? P99Ratio,
    IReadOnlyList<OutagePair> Pairs,
    LatencySummary Lag,
    int Orders,
    int Received,
    long Duplicates,
    IReadOnlyList<string> Missing,
    IReadOnlyList<string> Unexpected,
    IReadOnlyList<OutageFacts> Outages)
{
    public bool Held => Missing.Count == 0 && Unexpected.Count == 0;
}

/// <summary>Buyers' latencies side by side.</summary>
internal sealed record OutagePair(LatencySummary Healthy, LatencySummary Dead)
{
    public double P99Ratio => Healthy.P99Ms > 0 ? Math.Round(Dead.P99Ms / Healthy.P99Ms, 2) : 0;
}

/// <summary>One outage and what followed.</summary>
/// <param name="Seconds">How long the platform was down.</param>
/// <param name="Attempts">Deliveries that reached it meanwhile: what it is hammered with.</param>
/// <param name="ActiveInstances">Orchestrations that were not at their end when the load of the outage was.</param>
/// <param name="RedeliveryHistory">Events in the history of the redelivery then.</param>
/// <param name="Backlog">Events that came after its return.</param>
/// <param name="SilentSeconds">From its return to the first of them.</param>
/// <param name="DrainSeconds">From the first to the last.</param>
/// <param name="DrainPerSecond">Events a second in that time.</param>
/// <param name="DrainPerSecondMax">The most in any second of it.</param>
internal sealed record OutageFacts(
    double Seconds,
    long Attempts,
    int ActiveInstances,
    int RedeliveryHistory,
    int Backlog,
    double SilentSeconds,
    double DrainSeconds,
    double DrainPerSecond,
    int DrainPerSecondMax);
