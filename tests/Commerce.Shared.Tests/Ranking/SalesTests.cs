using Commerce.Shared.Ranking;

namespace Commerce.Shared.Tests.Ranking;

public sealed class SalesTests
{
    [Fact]
    public void Pieces_and_won_are_added_and_negated_each_for_itself()
    {
        Assert.Equal(new Sales(5, 70), new Sales(2, 50) + new Sales(3, 20));
        Assert.Equal(new Sales(5, 70), Sales.Add(new(2, 50), new(3, 20)));
        Assert.Equal(new Sales(-2, 50), -new Sales(2, -50));
        Assert.Equal(new Sales(-2, 50), Sales.Negate(new(2, -50)));
    }

    [Fact]
    public void A_product_that_comes_to_nothing_is_dropped_and_one_of_which_won_are_left_is_not()
    {
        SalesByProduct sum = new() { [1] = new(2, 20), [2] = new(1, 5) };
        sum.Accumulate(new SalesByProduct { [1] = new(-2, -20), [2] = new(-1, -4), [3] = new(1, 1) });
        Assert.Equal([(2, new Sales(0, 1)), (3, new Sales(1, 1))], sum.OrderBy(one => one.Key).Select(one => (one.Key, one.Value)));
    }

    [Fact]
    public void Products_are_numbered_from_0_in_the_order_in_which_they_are_met()
    {
        var products = new ProductIds();
        Assert.Equal([0, 1, 0, 2], new[] { "b", "a", "b", "B" }.Select(id => products.NumberOf(id)));
        Assert.Equal(["b", "a", "B"], new[] { 0, 1, 2 }.Select(number => products[number]));
    }
}
