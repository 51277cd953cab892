using Commerce.Scale.Model;

namespace Commerce.Scale.Plan;

/// <summary>
/// What the audit reads: first all that has changed, then, as far as its request units go, all books in a round a day
/// (<c>docs/exactness.md</c>).
/// </summary>
internal sealed class AuditLoad(CostModel model, Traffic traffic)
{
    private const double SecondsPerDay = 86_400;

    /// <summary>RU to follow one order: its account, each of its products, and itself.</summary>
    public double FollowRu { get; } =
        traffic.Mean(lines => ((1 + lines) * model.Work.AuditRuPerOwner) + model.Work.AuditRuPerOrder);

    /// <summary>RU in each round for one order in the books: the order, its payment, and a movement for each line.</summary>
    public double RoundRu { get; } = traffic.Mean(lines => (2 + lines) * model.Work.AuditRuPerDocument);

    /// <summary>RU/s for what changes, as a day's mean: what busy hours leave is followed in the others.</summary>
    public double FollowRuPerSecond(double ordersPerSecond) => ordersPerSecond / traffic.Peak * FollowRu;

    /// <summary>Orders in the books that a round of one day gets through with what following leaves of the audit's RU; not negative.</summary>
    public double RoundOrdersPerDay(double ordersPerSecond) =>
        Math.Max(0, model.Limits.AuditRuPerSecond - FollowRuPerSecond(ordersPerSecond)) * SecondsPerDay / RoundRu;

    /// <summary>RU/s while it runs: as it is set, or raised to what following takes. It runs in every hour.</summary>
    public double RuPerSecondAtWork(double ordersPerSecond) =>
        model.Limits.AuditRuPerSecondAtWork * Math.Max(1, FollowRuPerSecond(ordersPerSecond) / model.Limits.AuditRuPerSecond);
}
