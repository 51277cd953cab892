using Commerce.Scale.Model;

namespace Commerce.Scale.Plan;

/// <summary>What the orders of a load take, in request units by container and in everything else.</summary>
internal sealed class OrderCost(CostModel model, Traffic traffic)
{
    public const string Accounts = "accounts";
    public const string Catalog = "catalog";
    public const string Deliveries = "deliveries";
    public const string Ranking = "ranking";

    /// <summary>Containers, in the order in which an order meets them.</summary>
    public static readonly IReadOnlyList<string> Containers = [Accounts, Catalog, Deliveries, Ranking];

    private readonly Dictionary<string, double> _ruPerOrder = model.Operations
        .GroupBy(static operation => operation.Container)
        .ToDictionary(static group => group.Key, group => group.Sum(operation => RuOf(model, traffic, operation)));

    // Asked for each product of the baskets, at each step of the search for a limit.
    private readonly double _saleRu = model.SaleRu;
    private readonly double _stockPatchRu = model.StockPatchRu;

    public double CpuMs { get; } = traffic.Mean(lines => model.Work.CpuMs + (model.Work.CpuMsPerLine * lines));

    public double Executions { get; } = model.Groups.All.Sum(static group => group.Executions);

    /// <summary>
    /// GB-seconds that are billed for an order. An instance is billed while it runs anything, and for a second at least: where orders are
    /// rare each wakes its groups for as long, where they are many their executions share instances and each counts with its own time.
    /// </summary>
    public double GbSeconds(double instanceGb, double ordersPerSecond)
    {
        // One line's time is in the mean of an execution; what more lines take comes on top.
        var more = Math.Max(0, CpuMs - model.Work.CpuMs - model.Work.CpuMsPerLine) / 1000;
        return instanceGb * (more + model.Groups.All.Sum(group => Math.Max(
            group.Executions * model.Work.ExecutionMs / 1000, AwakeShare(group.Bursts * ordersPerSecond) / ordersPerSecond)));
    }

    /// <summary>Request units that a container uses each second at so many orders a second.</summary>
    public double RuPerSecond(string container, double ordersPerSecond) =>
        (_ruPerOrder.GetValueOrDefault(container) * ordersPerSecond) + container switch
        {
            Catalog => traffic.Baskets.ProductShares.Sum(share => StockRu(share * ordersPerSecond)) + ReadRu(ordersPerSecond),
            Ranking => ordersPerSecond > 0 ? model.Work.RankingRuPerSecond : 0,
            _ => 0,
        };

    /// <summary>Request units an order, without what goes by the clock.</summary>
    public double RuPerOrder(string container, double ordersPerSecond) =>
        container == Ranking ? 0 : RuPerSecond(container, ordersPerSecond) / ordersPerSecond;

    /// <summary>Bytes that an order leaves for good in a container, and in all.</summary>
    public double StoredBytes(string container) => container switch
    {
        Accounts => traffic.Mean(lines => model.StoredBytesOf("order", lines) + model.StoredBytesOf("payment", lines)),
        Catalog => traffic.Mean(lines => lines * MovementBytes),
        _ => 0,
    };

    public double MovementBytes => model.StoredBytesOf("movement", 1);

    /// <summary>
    /// Request units that the sales of one product use: a record each, and a patch for each batch. A batch has what came while the one
    /// before was on its way, so there are as many as sales while these are few, then one after the other, and never more sales in one
    /// than it holds.
    /// </summary>
    private double StockRu(double salesPerSecond)
    {
        var batchesMax = 1000 / model.Latencies.WriteMs.Median;
        var batches = Math.Max(Math.Min(salesPerSecond, batchesMax), salesPerSecond / model.BatchLinesMax);
        return (salesPerSecond * _saleRu) + (batches * _stockPatchRu);
    }

    /// <summary>The share of the time that is within the billed minimum after a burst; these come independently of each other.</summary>
    private double AwakeShare(double burstsPerSecond) => 1 - Math.Exp(-burstsPerSecond * model.Prices.BilledSecondsMin);

    private double ReadRu(double ordersPerSecond) => ordersPerSecond * traffic.ReadsPerOrder * model.RequestUnits.Read;

    private static double RuOf(CostModel model, Traffic traffic, Operation operation) =>
        traffic.Mean(lines => operation.Steps.Sum(step => model.RequestUnitsOf(step, lines)));
}
