using Commerce.Scale.Model;
using static Commerce.Scale.Format;

namespace Commerce.Scale.Plan;

/// <summary>One line of a month's bill.</summary>
/// <param name="Item">What is paid for.</param>
/// <param name="Arithmetic">How the sum comes about.</param>
/// <param name="Dollars">US dollars a month that are known; not negative.</param>
/// <param name="IsFloor">True when it costs at least that, since not all of it has a known price.</param>
internal sealed record PriceItem(string Item, string Arithmetic, double Dollars, bool IsFloor = false);

/// <summary>
/// What a month costs. Sizes that can be raised count as raised to what the load needs, and what is used up as replaced, so the price is
/// that of a shop which carries it.
/// </summary>
internal sealed class Prices(CostModel model, Traffic traffic, Deployment deployment)
{
    private const double Million = 1_000_000;
    private const double KilobytesPerGb = 1_000_000;
    private const double SecondsPerHour = 3600;

    private readonly OrderCost _cost = new(model, traffic);
    private readonly AuditLoad _audit = new(model, traffic);

    public IReadOnlyList<PriceItem> Month() =>
    [
        .. Database(), Data(), Executions(), Memory(), .. Durable(), Messages(), Logs(),
        .. deployment.Tier.Idle.Select(static item => new PriceItem(item.Key, "without any order", item.Value)),
    ];

    /// <summary>The sum of what has a known price.</summary>
    public static double Total(IEnumerable<PriceItem> items) => items.Sum(static item => item.Dollars);

    /// <summary>True when that is less than it costs.</summary>
    public static bool IsFloor(IEnumerable<PriceItem> items) => items.Any(static item => item.IsFloor);

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

    /// <summary>
    /// The list of best sellers while orders come; the audit of what changes, and its round each day over half of the month's books, as far
    /// as it gets.
    /// </summary>
    private PriceItem ByTheClock()
    {
        var ranking = model.Work.RankingRuPerSecond * traffic.BusyHoursPerMonth * SecondsPerHour / Million;
        var roundOrders = Math.Min(traffic.OrdersPerMonth / 2, _audit.RoundOrdersPerDay(traffic.OrdersPerSecond));
        var rounds = roundOrders * _audit.RoundRu * Traffic.HoursPerMonth / 24;
        var audit = ((traffic.OrdersPerMonth * _audit.FollowRu) + rounds) / Million;
        var price = model.Prices.ServerlessPerMillionRu;
        return new(
            "Cosmos DB, serverless: best sellers, audit", Text($"{ranking} + {audit} million RU x ${price}"), (ranking + audit) * price);
    }

    /// <summary>
    /// Set in steps of 1,000 RU/s, and billed each hour by its busiest second, but a floor. The audit works in every hour, and adds its
    /// speed to that second.
    /// </summary>
    private PriceItem Autoscale()
    {
        var price = model.Prices;
        var audit = _audit.RuPerSecondAtWork(traffic.OrdersPerSecond);
        var used = OrderCost.Containers.Sum(container => _cost.RuPerSecond(container, traffic.OrdersPerSecond)) + audit;
        var maximum = Math.Max(deployment.Tier.AutoscaleRuPerSecond, Math.Ceiling(used / 1000) * 1000);
        var floor = maximum * price.AutoscaleFloor;
        var (busy, quiet, busyHours) = (Math.Max(used, floor), Math.Max(audit, floor), traffic.BusyHoursPerMonth);
        var hundreds = ((busy * busyHours) + (quiet * (Traffic.HoursPerMonth - busyHours))) / 100;
        var factor = deployment.Tier.DatabaseFactor;
        return new(
            Text($"Cosmos DB, autoscale to {maximum} RU/s"),
            Text($"{busy} RU/s in {busyHours} h, {quiet} in the others, x ${price.AutoscalePer100RuHour} per 100 and hour x {factor}"),
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
        var millions = MillionOrders * _cost.Executions;
        var price = model.Prices.ExecutionsPerMillion;
        return new("function executions", Text($"{millions} million x ${price}"), millions * price);
    }

    private PriceItem Memory()
    {
        var seconds = traffic.OrdersPerMonth * _cost.GbSeconds(deployment.Tier.InstanceGb, traffic.OrdersPerSecond);
        var price = model.Prices.GbSecond;
        return new("function memory", Text($"{seconds / Million} million GB-s x ${price}"), seconds * price);
    }

    /// <summary>By requests and polls of the storage account; by the scheduler where that is deployed, or the account used up.</summary>
    private IEnumerable<PriceItem> Durable()
    {
        var work = model.Work;
        if (deployment.Backend == DurableBackend.Scheduler
            || work.StorageRequestsPerSecond(traffic.OrdersPerSecond) > model.Limits.StorageRequestsPerSecond)
        {
            var actions = MillionOrders * work.DurableActions;
            yield return new("Durable Task Scheduler", Text($"{actions} million actions; no price is listed"), 0, IsFloor: true);
            yield break;
        }
        var polls = work.DurablePollsPerSecond * traffic.BusyHoursPerMonth * SecondsPerHour / Million;
        yield return Requests("queue requests of Durable", MillionOrders * work.DurableQueueRequests, model.Prices.QueuePer10000);
        yield return Requests("queue polls of Durable", polls, model.Prices.QueuePer10000);
        yield return Requests("table requests of Durable", MillionOrders * work.DurableTableRequests, model.Prices.TablePer10000);
    }

    private static PriceItem Requests(string item, double millions, double dollarsPer10000)
    {
        var price = dollarsPer10000 * 100;
        return new(item, Text($"{millions} million x ${price}"), millions * price);
    }

    private PriceItem Messages()
    {
        var prices = model.Prices;
        if (traffic.OrdersPerSecond * model.Work.ServiceBusOperations > model.Limits.ServiceBusCreditsPerSecond)
        {
            var (unit, endpoints) = (prices.ServiceBusUnitMonth, prices.PrivateEndpointsMonth);
            return new(
                "Service Bus Premium, in a private network",
                Text($"${unit} for one messaging unit, whose operations/s are not published, + ${endpoints}"),
                unit + endpoints, IsFloor: true);
        }
        var operations = MillionOrders * model.Work.ServiceBusOperations;
        var (price, month) = (prices.ServiceBusPerMillion, prices.ServiceBusMonth);
        return new("Service Bus Standard", Text($"{operations} million operations x ${price} + ${month}"), (operations * price) + month);
    }

    private PriceItem Logs()
    {
        var kilobytes = model.Work.LogKb + (model.Work.TraceKb * deployment.Tier.TraceShare);
        var gigabytes = traffic.OrdersPerMonth * kilobytes / KilobytesPerGb;
        return new("logs and traces", Text($"{gigabytes} GB x ${model.Prices.LogsPerGb}"), gigabytes * model.Prices.LogsPerGb);
    }
}
