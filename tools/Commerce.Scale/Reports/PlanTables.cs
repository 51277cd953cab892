using Commerce.Scale.Plan;
using static Commerce.Scale.Format;

namespace Commerce.Scale.Reports;

/// <summary>Says what a plan came to.</summary>
internal static class PlanTables
{
    public static Report Report(PlanReport plan) =>
        new([Utilisation(plan), Price(plan), Growth(plan), Storage(plan)], Findings(plan), Data(plan), () => HitChart.Svg(plan));

    private static ReportTable Utilisation(PlanReport plan) => new(
        Text($"What is used at {plan.Traffic.OrdersPerSecond} orders/s of {Count(plan.Traffic.Baskets.MeanLines, "line")}, ")
        + $"`{plan.Deployment.TierName}`, {Backend(plan)}; what is used up first comes first.",
        ["resource", ">used", ">of", "unit", ">utilisation", ">used up at orders/s", "then"],
        [.. plan.Resources.Select(static use => new[]
        {
            use.Name, Number(use.Used), Number(use.Limit), use.Unit, Percent(use.Utilisation), Number(use.HitAtOrdersPerSecond), use.Remedy,
        })]);

    private static string Backend(PlanReport plan) =>
        plan.Deployment.Backend == DurableBackend.Storage ? "Durable on Azure Storage" : "Durable Task Scheduler";

    private static ReportTable Price(PlanReport plan) => new(
        Text($"A month of it: {plan.Traffic.OrdersPerMonth / 1e6} million orders, ")
        + Text($"all of them in {24 / plan.Traffic.Peak} hours of the day."),
        ["item", "arithmetic", ">a month"],
        [
            .. plan.Prices.Select(static item => new[] { item.Item, item.Arithmetic, Dollars(item.Dollars, item.IsFloor) }),
            [
                "**all**", $"{Dollars(plan.Growth[0].DollarsPerMillionOrders, plan.IsFloor)} per million orders",
                $"**{Dollars(plan.DollarsPerMonth, plan.IsFloor)}**",
            ],
        ]);

    private static ReportTable Growth(PlanReport plan) => new(
        "When it grows, by as many more buyers; prices with everything raised or replaced that can be.",
        [">times", ">orders/s", "used up as deployed, in this order", ">a month", ">per million orders"],
        [.. plan.Growth.Select(static step => new[]
        {
            Number(step.Factor), Number(step.OrdersPerSecond), step.Exceeded.Count == 0 ? "nothing" : string.Join(", ", step.Exceeded),
            Dollars(step.DollarsPerMonth, step.IsFloor), Dollars(step.DollarsPerMillionOrders, step.IsFloor),
        })]);

    private static ReportTable Storage(PlanReport plan) => new(
        "What grows with time.",
        ["what", ">in a month", "limit", ">reached after"],
        [.. plan.Storage.Select(static growth => new[] { growth.What, growth.PerMonth, growth.Limit, growth.Until })]);

    private static List<string> Findings(PlanReport plan)
    {
        var first = plan.Bottleneck;
        var used = first.Utilisation > 1 ? "exceeded" : $"{Percent(first.Utilisation)} used";
        var units = plan.RuPerOrder.Where(static entry => entry.Ru > 0)
            .Select(static entry => Text($"{entry.Ru} RU in `{entry.Container}`"));
        return
        [
            Text($"First bottleneck: **{first.Name}**, at **{first.HitAtOrdersPerSecond} orders/s** ({used}). Then: {first.Remedy}."),
            Text($"An order takes {string.Join(", ", units)}: {plan.RuPerOrder.Sum(static entry => entry.Ru)} RU."),
            Text($"{Count(plan.InstancesNeeded, "instance")} at the peak, without those of timers; ")
            + Text($"{plan.Deployment.Tier.AlwaysReady} always ready. ")
            + Text($"Who comes while another one starts waits about {plan.ColdStartSeconds} s."),
        ];
    }

    private static object Data(PlanReport plan) => new
    {
        plan.Traffic.OrdersPerSecond,
        plan.Traffic.OrdersPerMonth,
        plan.Traffic.Peak,
        plan.Traffic.Baskets.MeanLines,
        plan.Traffic.HotShare,
        Tier = plan.Deployment.TierName,
        plan.Deployment.Backend,
        RuPerOrder = plan.RuPerOrder.ToDictionary(static entry => entry.Container, static entry => entry.Ru),
        plan.Bottleneck,
        plan.Resources,
        plan.Prices,
        plan.DollarsPerMonth,
        plan.IsFloor,
        plan.Growth,
        plan.Storage,
        plan.InstancesNeeded,
    };
}
