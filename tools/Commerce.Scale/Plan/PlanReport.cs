using Commerce.Scale.Model;

namespace Commerce.Scale.Plan;

/// <summary>How full a resource is at the planned load, and at what load it is used up.</summary>
internal sealed record ResourceUse(
    string Name, double Used, double Limit, string Unit, double Utilisation, double HitAtOrdersPerSecond, string Remedy);

/// <summary>The same deployment at a multiple of the load.</summary>
/// <param name="Exceeded">Resources that are used up there, the first one first.</param>
/// <param name="IsFloor">True when the dollars lack what has no known price.</param>
internal sealed record GrowthStep(
    double Factor,
    double OrdersPerSecond,
    IReadOnlyList<string> Exceeded,
    double DollarsPerMonth,
    double DollarsPerMillionOrders,
    bool IsFloor);

/// <summary>A load on a deployment, computed through.</summary>
/// <param name="RuPerOrder">By container, without what goes by the clock.</param>
/// <param name="InstancesNeeded">At the peak, by what they are needed for; those of timers are not in it.</param>
internal sealed record PlanReport(
    Traffic Traffic,
    Deployment Deployment,
    IReadOnlyList<(string Container, double Ru)> RuPerOrder,
    IReadOnlyList<ResourceUse> Resources,
    IReadOnlyList<PriceItem> Prices,
    IReadOnlyList<GrowthStep> Growth,
    IReadOnlyList<StorageGrowth> Storage,
    double InstancesNeeded,
    double ColdStartSeconds)
{
    private static readonly double[] Factors = [1, 10, 100];

    public ResourceUse Bottleneck => Resources[0];

    public double DollarsPerMonth => Plan.Prices.Total(Prices);

    public bool IsFloor => Plan.Prices.IsFloor(Prices);

    public static PlanReport Of(CostModel model, Traffic traffic, Deployment deployment)
    {
        var cost = new OrderCost(model, traffic);
        var resources = new Resources(model, traffic, deployment).All();
        var rate = traffic.OrdersPerSecond;
        return new(
            traffic, deployment,
            [.. OrderCost.Containers.Select(container => (container, cost.RuPerOrder(container, rate)))],
            [.. resources.Select(resource => UseOf(resource, rate))],
            new Prices(model, traffic, deployment).Month(),
            [.. Factors.Select(factor => GrowthAt(model, traffic, deployment, factor))],
            StorageGrowth.Of(model, traffic),
            Instances(model, cost, deployment.Tier, rate),
            model.Latencies.ColdStartSeconds);
    }

    private static ResourceUse UseOf(Resource resource, double rate) => new(
        resource.Name, resource.Use(rate), resource.Limit, resource.Unit, resource.Utilisation(rate), resource.HitAt(), resource.Remedy);

    private static GrowthStep GrowthAt(CostModel model, Traffic traffic, Deployment deployment, double factor)
    {
        // More orders come from more buyers, not from busier ones.
        var grown = traffic with { OrdersPerSecond = traffic.OrdersPerSecond * factor, Buyers = traffic.Buyers * factor };
        var month = new Prices(model, grown, deployment).Month();
        var dollars = Plan.Prices.Total(month);
        var exceeded = new Resources(model, grown, deployment).All()
            .Where(resource => resource.Utilisation(grown.OrdersPerSecond) > 1).Select(static resource => resource.Name);
        return new(factor, grown.OrdersPerSecond, [.. exceeded], dollars, dollars / grown.OrdersPerMonth * 1e6, Plan.Prices.IsFloor(month));
    }

    /// <summary>Each group of functions has instances of its own, by its places; all together have processors enough.</summary>
    private static double Instances(CostModel model, OrderCost cost, Tier tier, double rate) =>
        Math.Max(
            Math.Ceiling(rate * cost.CpuMs / 1000 / tier.InstanceCores),
            model.Groups.All.Sum(group => Math.Ceiling(rate * group.Seconds / group.Places)));
}
