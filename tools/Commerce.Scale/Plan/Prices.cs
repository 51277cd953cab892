using Commerce.Scale.Model;
using static Commerce.Scale.Format;

namespace Commerce.Scale.Plan;

/// <summary>One line of a month's bill.</summary>
/// <param name="Item">What is paid for.</param>
/// <param name="Arithmetic">How the sum comes about.</param>
/// <param name="Dollars">US dollars a month, not negative; NaN where the price is not known.</param>
internal sealed record PriceItem(string Item, string Arithmetic, double Dollars);

/// <summary>
/// What a month costs. Sizes that can be raised count as raised to what the load needs, so the price is that of a shop which carries it.
/// </summary>
internal sealed class Prices(CostModel model, Traffic traffic, Deployment deployment)
{
    private const double Million = 1_000_000;
    private const double KilobytesPerGb = 1_000_000;

    private readonly OrderCost _cost = new(model, traffic);

    public IReadOnlyList<PriceItem> Month() =>
    [
        .. Database(), Data(), Executions(), Memory(), Durable(), Messages(), Logs(),
        .. deployment.Tier.Idle.Select(static item => new PriceItem(item.Key, "without any order", item.Value)),
    ];

    /// <summary>The sum of what has a price.</summary>
    public static double Total(IEnumerable<PriceItem> items) =>
        items.Where(static item => !double.IsNaN(item.Dollars)).Sum(static item => item.Dollars);

    private double MillionOrders => traffic.OrdersPerMonth / Million;

    private IEnumerable<PriceItem> Database() => deployment.Tier.Serverless ? [Orders(), ByTheClock()] : [Autoscale()];

    private PriceItem Orders()
    {
        var units = OrderCost.Containers.Sum(container => _cost.RuPerOrder(container, traffic.OrdersPerSecond));
        var price = model.Prices.ServerlessPerMillionRu;
        return new(
            "Cosmos DB, serverless: orders", Text($"{units} RU an order, {units * MillionOrders} million RU x ${price}"),
            units * MillionOrders * price);
    }

    /// <summary>The list of best sellers while orders come, and a round of the audit each day over half of the month's books.</summary>
    private PriceItem ByTheClock()
    {
        const double SecondsPerMonth = Traffic.HoursPerMonth * 3600;
        var ranking = model.Work.RankingRuPerSecond * traffic.BusyHoursPerMonth * 3600 / Million;
        var round = model.Work.AuditRuPerOrder * traffic.OrdersPerMonth / 2;
        var audit = Math.Min(model.Limits.AuditRuPerSecond * SecondsPerMonth, round * Traffic.HoursPerMonth / 24) / Million;
        var price = model.Prices.ServerlessPerMillionRu;
        return new(
            "Cosmos DB, serverless: best sellers, audit", Text($"{ranking} + {audit} million RU x ${price}"), (ranking + audit) * price);
    }

    /// <summary>Set in steps of 1,000 RU/s, and billed each hour by its busiest second, but a floor; the audit stays below.</summary>
    private PriceItem Autoscale()
    {
        var price = model.Prices;
        var used = OrderCost.Containers.Sum(container => _cost.RuPerSecond(container, traffic.OrdersPerSecond));
        var maximum = Math.Max(deployment.Tier.AutoscaleRuPerSecond, Math.Ceiling(used / 1000) * 1000);
        var floor = maximum * price.AutoscaleFloor;
        var (busy, busyHours) = (Math.Max(used, floor), traffic.BusyHoursPerMonth);
        var hundreds = ((busy * busyHours) + (floor * (Traffic.HoursPerMonth - busyHours))) / 100;
        var factor = deployment.Tier.DatabaseFactor;
        return new(
            Text($"Cosmos DB, autoscale to {maximum} RU/s"),
            Text($"{busy} RU/s in {busyHours} h, {floor} in the others, x ${price.AutoscalePer100RuHour} per 100 and hour x {factor}"),
            hundreds * price.AutoscalePer100RuHour * factor);
    }

    private PriceItem Data()
    {
        var gigabytes = StorageGrowth.GigabytesPerMonth(_cost, traffic);
        var price = model.Prices.DataPerGb;
        return new("data of one month, kept", Text($"{gigabytes} GB x ${price}; as much again each month"), gigabytes * price);
    }

    private PriceItem Executions()
    {
        var millions = MillionOrders * model.Work.Executions;
        var price = model.Prices.ExecutionsPerMillion;
        return new("function executions", Text($"{millions} million x ${price}"), millions * price);
    }

    private PriceItem Memory()
    {
        var seconds = traffic.OrdersPerMonth * _cost.GbSeconds(deployment.Tier.InstanceGb);
        var price = model.Prices.GbSecond;
        return new("function memory", Text($"{seconds / Million} million GB-s x ${price}"), seconds * price);
    }

    private PriceItem Durable()
    {
        if (deployment.Backend == DurableBackend.Scheduler)
        {
            var actions = MillionOrders * model.Work.DurableActions;
            return new("Durable Task Scheduler", Text($"{actions} million actions; their price is not listed, nor in the sum"), double.NaN);
        }
        var requests = MillionOrders * model.Work.DurableStorageRequests;
        var price = model.Prices.StoragePer10000 * 100;
        return new("storage transactions of Durable", Text($"{requests} million x ${price}"), requests * price);
    }

    private PriceItem Messages()
    {
        var operations = MillionOrders * model.Work.ServiceBusOperations;
        var (price, month) = (model.Prices.ServiceBusPerMillion, model.Prices.ServiceBusMonth);
        return new("Service Bus Standard", Text($"{operations} million operations x ${price} + ${month}"), (operations * price) + month);
    }

    private PriceItem Logs()
    {
        var kilobytes = model.Work.LogKb + (model.Work.TraceKb * deployment.Tier.TraceShare);
        var gigabytes = traffic.OrdersPerMonth * kilobytes / KilobytesPerGb;
        return new("logs and traces", Text($"{gigabytes} GB x ${model.Prices.LogsPerGb}"), gigabytes * model.Prices.LogsPerGb);
    }
}
