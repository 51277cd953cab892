using Commerce.Scale.Model;
using Commerce.Scale.Plan;
using CsCheck;

namespace Commerce.Scale.Tests.Plan;

public sealed class PlanTests
{
    private static readonly Gen<Traffic> Loads = Gen.Select(
        Gen.Double[0.001, 100_000], Gen.Double[1, 24], Gen.Int[0, 1200], Gen.Double[1, 1e8], Gen.Double[0, 100],
        static (rate, peak, lines, buyers, reads) =>
            new Traffic(rate, peak, lines == 0 ? Models.Samples : Models.Samples.WithLines(lines), buyers, reads));

    private static readonly Gen<Deployment> Deployments =
        Gen.Select(Gen.Bool, Gen.Enum<DurableBackend>(), static (isProd, backend) => Models.Deployment(isProd ? "prod" : "dev", backend));

    [Fact]
    public void More_orders_never_use_less_of_anything() =>
        Gen.Select(Loads, Deployments, Gen.Double[1, 1000]).Sample(static (traffic, deployment, times) =>
            new Resources(Models.Committed, traffic, deployment).All().All(resource =>
                resource.Utilisation(traffic.OrdersPerSecond * times) >= resource.Utilisation(traffic.OrdersPerSecond)), iter: 50);

    [Fact]
    public void A_resource_is_used_up_where_the_plan_says() => Gen.Select(Loads, Deployments).Sample(static (traffic, deployment) =>
        new Resources(Models.Committed, traffic, deployment).All()
            .Where(static resource => double.IsFinite(resource.HitAt()))
            .All(static resource => Math.Abs(resource.Utilisation(resource.HitAt()) - 1) < 1e-6), iter: 50);

    [Fact]
    public void No_price_is_negative_and_more_orders_never_cost_less() =>
        Gen.Select(Loads, Deployments, Gen.Double[1, 1000]).Sample(static (traffic, deployment, times) =>
        {
            var grown = traffic with { OrdersPerSecond = traffic.OrdersPerSecond * times };
            var month = new Prices(Models.Committed, traffic, deployment).Month();
            var more = new Prices(Models.Committed, grown, deployment).Month();
            // Where another service takes over it may be cheaper, or its price not be known.
            var isSameServices = month.Select(Service).SequenceEqual(more.Select(Service));
            return month.All(static item => item.Dollars >= 0)
                && (!isSameServices || Prices.Total(more) >= Prices.Total(month) * (1 - 1e-12));
        }, iter: 50);

    // The database's item has its size in its name.
    private static string Service(PriceItem item) => item.Item.Split(" to ")[0];

    [Fact]
    public void The_first_bottleneck_is_the_one_that_the_smallest_load_uses_up() =>
        Gen.Select(Loads, Deployments).Sample(static (traffic, deployment) =>
        {
            var plan = PlanReport.Of(Models.Committed, traffic, deployment);
            return plan.Bottleneck.HitAtOrdersPerSecond == plan.Resources.Min(static use => use.HitAtOrdersPerSecond);
        }, iter: 20);

    [Theory]
    [InlineData(1, 3)]
    [InlineData(1_000, 4 + 1 + 4)]
    public void Each_group_that_orders_keep_busy_has_instances_of_its_own(double ordersPerSecond, double instances)
    {
        var plan = PlanReport.Of(Models.Committed, Models.Traffic(ordersPerSecond, lines: 1), Models.Deployment("prod"));

        Assert.Equal(instances, plan.InstancesNeeded);
    }

    [Fact]
    public void Batches_make_a_sale_cheaper_down_to_its_own_record()
    {
        var costs = Enumerable.Range(1, Models.Committed.BatchLinesMax).Select(batch => Wall.RuPerSale(Models.Committed, batch)).ToList();

        Assert.Equal(costs.OrderDescending(), costs);
        Assert.All(costs, cost => Assert.True(cost > Models.Committed.SaleRu));
    }

    [Fact]
    public void The_wall_of_one_product_is_about_1850_sales_a_second() =>
        Assert.InRange(Wall.SalesPerSecond(Models.Committed, Models.Committed.BatchLinesMax), 1_800, 1_900);

    [Fact]
    public void The_real_baskets_are_those_of_the_samples()
    {
        Assert.Equal(23.9, Models.Samples.MeanLines, 0.05);
        Assert.Equal(1, Models.Samples.Lines.Sum(static entry => entry.Share), 1e-9);
        Assert.Equal(Models.Samples.MeanLines, Models.Samples.ProductShares.Sum(), 1e-9);
        Assert.Equal(205 / 1494.0, Models.Samples.ProductShares[0], 1e-9);
    }
}
