using Commerce.Scale.Plan;

namespace Commerce.Scale.Tests.Plan;

public sealed class PriceTests
{
    private const double MillionOrdersPerSecond = 0.3805;

    // A million orders a month, at all hours.
    private static readonly Traffic SmallShop = Models.Traffic(MillionOrdersPerSecond, lines: 1) with { Peak = 1 };

    [Fact]
    public void In_a_small_shop_each_order_wakes_its_groups_for_a_second()
    {
        var millions = SmallShop.OrdersPerMonth * new OrderCost(Models.Committed, SmallShop).GbSeconds(2, MillionOrdersPerSecond) / 1e6;

        Assert.InRange(millions, 5.9, 6.3);
        Assert.InRange(Item(SmallShop, "function memory").Dollars, 150, 165);
    }

    [Fact]
    public void In_a_large_shop_executions_share_instances()
    {
        var cost = new OrderCost(Models.Committed, Models.Traffic(1_000, lines: 1));

        Assert.Equal(4 * cost.Executions * Models.Committed.Work.ExecutionMs / 1000, cost.GbSeconds(4, 1_000), 1e-9);
    }

    [Fact]
    public void Queues_are_polled_for_some_60_cents_a_day()
    {
        var polls = Item(SmallShop, "queue polls of Durable");

        Assert.InRange(polls.Dollars / (Traffic.HoursPerMonth / 24), 0.55, 0.65);
        Assert.False(polls.IsFloor);
    }

    [Fact]
    public void Requests_of_queues_cost_eleven_times_those_of_tables()
    {
        var work = Models.Committed.Work;
        var queue = Item(SmallShop, "queue requests of Durable").Dollars / work.DurableQueueRequests;
        var table = Item(SmallShop, "table requests of Durable").Dollars / work.DurableTableRequests;

        Assert.InRange(queue / table, 11, 11.2);
    }

    [Fact]
    public void What_is_used_up_is_replaced_and_the_sum_is_a_floor_where_a_price_is_not_known()
    {
        var traffic = Models.Traffic(400, lines: 1);
        var month = Month(traffic, DurableBackend.Storage);

        Assert.DoesNotContain(month, static item => item.Item.Contains("Standard", StringComparison.Ordinal));
        Assert.DoesNotContain(month, static item => item.Item.Contains("table requests", StringComparison.Ordinal));
        Assert.Equal(677 + 44, month.Single(static item => item.Item.Contains("Premium", StringComparison.Ordinal)).Dollars);
        Assert.Equal(0, month.Single(static item => item.Item == "Durable Task Scheduler").Dollars);
        Assert.True(Prices.IsFloor(month));
    }

    [Theory]
    [InlineData(nameof(DurableBackend.Storage), false)]
    [InlineData(nameof(DurableBackend.Scheduler), true)]
    public void The_schedulers_price_is_not_known(string backend, bool isFloor) =>
        Assert.Equal(isFloor, Prices.IsFloor(Month(Models.Traffic(100, lines: 1), Enum.Parse<DurableBackend>(backend))));

    [Fact]
    public void Zones_keep_two_instances_ready_in_the_six_groups_that_have_none()
    {
        // docs/operations.md: seven groups, of which HTTP has its own; $0.000004 per GB-s.
        var dollars = 6 * 2 * 4 * 0.000004 * Traffic.HoursPerMonth * 3600;

        Assert.Equal(dollars, Models.Committed.Tiers["prod"].Idle["always-ready instances of six more groups, for zones"], 1.0);
    }

    [Theory]
    [InlineData(0, false, "$0.00")]
    [InlineData(0, true, "not included")]
    [InlineData(721, true, "at least $721")]
    public void A_price_says_what_is_not_in_it(double dollars, bool isFloor, string text) =>
        Assert.Equal(text, Format.Dollars(dollars, isFloor));

    private static PriceItem Item(Traffic traffic, string name) =>
        new Prices(Models.Committed, traffic, Models.Deployment("dev")).Month().Single(item => item.Item == name);

    private static IReadOnlyList<PriceItem> Month(Traffic traffic, DurableBackend backend) =>
        new Prices(Models.Committed, traffic, Models.Deployment("prod", backend)).Month();
}
