using Commerce.Scale.Model;
using static Commerce.Scale.Format;

namespace Commerce.Scale.Plan;

/// <summary>What grows with the history, and when it meets a limit.</summary>
/// <param name="What">What grows.</param>
/// <param name="PerMonth">How much, in words.</param>
/// <param name="Limit">Where it ends, in words.</param>
/// <param name="Months">Months until then; infinite when there is no end.</param>
internal sealed record StorageGrowth(string What, string PerMonth, string Limit, double Months)
{
    private const double Gigabyte = 1024.0 * 1024 * 1024;

    /// <summary>The time until the limit in the unit that reads best.</summary>
    public string Until => Months switch
    {
        double.PositiveInfinity => "",
        < 2 => Text($"{Months * Traffic.HoursPerMonth / 24} days"),
        < 24 => Text($"{Months} months"),
        _ => Text($"{Months / 12} years"),
    };

    public static double GigabytesPerMonth(OrderCost cost, Traffic traffic) =>
        OrderCost.Containers.Sum(cost.StoredBytes) * traffic.OrdersPerMonth / Gigabyte;

    public static IReadOnlyList<StorageGrowth> Of(CostModel model, Traffic traffic)
    {
        var cost = new OrderCost(model, traffic);
        return
        [
            new("the database", Text($"{GigabytesPerMonth(cost, traffic)} GB"), "none that is near", double.PositiveInfinity),
            Product(model, traffic, cost),
            Buyer(model, traffic, cost),
            Audit(model, traffic),
        ];
    }

    private static StorageGrowth Product(CostModel model, Traffic traffic, OrderCost cost)
    {
        var sales = traffic.OrdersPerMonth * traffic.HotShare;
        var salesMax = model.Limits.PartitionGb * Gigabyte / cost.MovementBytes;
        return new(
            "the most popular product's partition", Text($"{sales} sales of {cost.MovementBytes} bytes"),
            Text($"{model.Limits.PartitionGb} GB: {salesMax / 1e6} million sales; archive the movements of past years"), salesMax / sales);
    }

    private static StorageGrowth Buyer(CostModel model, Traffic traffic, OrderCost cost)
    {
        var orders = traffic.OrdersPerMonth / traffic.Buyers;
        var bytes = cost.StoredBytes(OrderCost.Accounts);
        var ordersMax = model.Limits.PartitionGb * Gigabyte / bytes;
        return new(
            "a buyer's partition", Text($"{orders} orders of {bytes} bytes"),
            Text($"{model.Limits.PartitionGb} GB: {ordersMax / 1e6} million orders"), ordersMax / orders);
    }

    /// <summary>
    /// The audit goes through all books each day; the more there are, the longer its round takes. If following the changes takes all its
    /// request units, no round comes to its end.
    /// </summary>
    private static StorageGrowth Audit(CostModel model, Traffic traffic)
    {
        const string Name = "a round of the audit";
        var daysMax = model.Limits.AuditRoundDays;
        var ordersPerDay = new AuditLoad(model, traffic).RoundOrdersPerDay(traffic.OrdersPerSecond);
        if (ordersPerDay == 0)
        {
            return new(
                Name, "none ends: following the changes takes all",
                Text($"{daysMax} days; raise `Audit:RequestUnitsPerSecond`"), daysMax * 24 / Traffic.HoursPerMonth);
        }
        var ordersMax = ordersPerDay * daysMax;
        return new(
            Name, Text($"{traffic.OrdersPerMonth / ordersPerDay} days longer"),
            Text($"{daysMax} days: {ordersMax / 1e6} million orders; raise `Audit:RequestUnitsPerSecond`"),
            ordersMax / traffic.OrdersPerMonth);
    }
}
