using Commerce.Scale.Plan;

namespace Commerce.Scale.Tests.Plan;

public sealed class AuditTests
{
    [Fact]
    public void Of_orders_of_one_line_ten_to_twenty_a_second_can_be_followed_on_average()
    {
        var traffic = Models.Traffic(100, lines: 1);
        var first = PlanReport.Of(Models.Committed, traffic, Models.Deployment("prod")).Bottleneck;

        Assert.Contains("audit", first.Name, StringComparison.Ordinal);
        Assert.InRange(first.HitAtOrdersPerSecond / traffic.Peak, 10, 20);
    }

    [Fact]
    public void When_following_takes_all_no_round_ends_and_the_alarm_is_due_after_its_two_days()
    {
        var round = Round(100, lines: 1);

        Assert.Contains("none ends", round.PerMonth, StringComparison.Ordinal);
        Assert.Equal("2 days", round.Until);
    }

    [Fact]
    public void More_lines_make_a_round_longer_and_leave_it_less()
    {
        var (one, many) = (Round(0.5, lines: 1), Round(0.5, lines: 24));

        // 26 documents instead of 3.
        Assert.True(many.Months < one.Months / (26 / 3.0));
    }

    [Fact]
    public void The_database_has_to_carry_the_audit_beside_the_orders()
    {
        var traffic = Models.Traffic(30, lines: 1);
        var cost = new OrderCost(Models.Committed, traffic);
        var orders = OrderCost.Containers.Sum(container => cost.RuPerSecond(container, 30));
        var plan = PlanReport.Of(Models.Committed, traffic, Models.Deployment("prod"));
        var database = plan.Resources.Single(static use => use.Name == "Cosmos DB, all containers");

        Assert.Equal(orders + 1_000, database.Used, 1e-6);
        // A third of the hours is busy, in the others the tenth of the maximum is billed; zones cost a quarter more.
        var hundreds = ((orders + 1_000) + (2 * 2_000)) / 3 * Traffic.HoursPerMonth / 100;
        Assert.Equal(hundreds * 0.012 * 1.25, plan.Prices[0].Dollars, 1e-6);
    }

    private static StorageGrowth Round(double ordersPerSecond, int lines) =>
        StorageGrowth.Of(Models.Committed, Models.Traffic(ordersPerSecond, lines)).Single(static row => row.What == "a round of the audit");
}
