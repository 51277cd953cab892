using Commerce.Load.Http;
using Commerce.Load.Replay;
using CsCheck;

namespace Commerce.Load.Tests.Replay;

public sealed class SalesCountTests
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Ties_go_to_the_greater_revenue_and_then_to_the_smaller_id()
    {
        var top = Count([Order("paid", ("b", 5, 50), ("a", 5, 50), ("c", 5, 60), ("d", 9, 9), ("e", 1, 1), ("f", 1, 2))]).Top(5);

        Assert.Equal(
            [new TopItem(1, "d", 9, 9), new TopItem(2, "c", 5, 60), new TopItem(3, "a", 5, 50), new TopItem(4, "b", 5, 50),
                new TopItem(5, "f", 1, 2)],
            top);
    }

    [Fact]
    public void Only_orders_paid_within_the_window_count()
    {
        var top = Count([Order("paid", ("a", 1, 10)), Order("cancelled", ("a", 10, 100)), Order("pending", ("a", 10, 100)),
            Order("paid", ("a", 4, 40)) with { PaidAt = Noon.AddTicks(-1) }]).Top(5);

        Assert.Equal([new TopItem(1, "a", 1, 10)], top);
    }

    [Fact]
    public void Lines_of_one_product_add_up() =>
        Assert.Equal([new TopItem(1, "a", 5, 35)], Count([Order("paid", ("a", 2, 14), ("a", 3, 21))]).Top(5));

    [Fact]
    public void What_is_taken_away_and_added_again_is_what_it_was() =>
        Gen.Select(Gen.Int[0, 5], Gen.Int[1, 9], Gen.Int[1, 9]).List[0, 20].Sample(lines =>
        {
            var part = Count([Order("paid",
                [.. lines.Take(lines.Count / 2).Select(line => ($"p{line.Item1}", (long)line.Item2, (long)line.Item3))])]);
            var whole = Count([Order("paid", [.. lines.Select(line => ($"p{line.Item1}", (long)line.Item2, (long)line.Item3))])]);
            Assert.Equal(whole.Top(10), whole.Without(part).Plus(part).Top(10));
        });

    private static SalesCount Count(IEnumerable<PlacedOrder> orders) => SalesCount.Of(orders, Noon);

    private static PlacedOrder Order(string status, params (string Id, long Quantity, long Amount)[] lines) => new(
        "o", status, [.. lines.Select(line => new PlacedLine(line.Id, line.Quantity, line.Amount))], 0, Noon, Noon);
}
