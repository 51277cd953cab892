using Commerce.Shared.Catalog;
using Commerce.Shared.Orders;
using CsCheck;

namespace Commerce.Shared.Tests.Orders;

public sealed class OrderRulesTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 9, 0, 0, TimeSpan.Zero);

    private static readonly Gen<OrderItem[]> Items =
        Gen.Select(Gen.Int[0, 20], Gen.Long[1, 1_000], (product, quantity) => new OrderItem($"p{product}", quantity)).Array[1, 60];

    [Fact]
    public void Lines_of_one_product_are_summed_and_sorted() => Items.Sample(items =>
    {
        var normalized = OrderRules.Normalize(items).Value!;
        Assert.Equal(items.Sum(item => item.Quantity), normalized.Sum(item => item.Quantity));
        Assert.Equal(items.Select(item => item.ProductId).Distinct().Order(StringComparer.Ordinal), normalized.Select(item => item.ProductId));
    });

    [Fact]
    public void The_fingerprint_does_not_depend_on_how_the_items_are_written() => Items.Sample(items =>
    {
        var shuffled = items.Reverse().SelectMany(item => item.Quantity > 1
            ? [item with { Quantity = 1 }, item with { Quantity = item.Quantity - 1 }]
            : new[] { item }).Take(Limits.OrderLinesMax).ToArray();
        Assert.Equal(FingerprintOf(items), FingerprintOf(shuffled));
    });

    [Fact]
    public void Another_quantity_makes_another_fingerprint() => Items.Sample(items =>
    {
        var other = items.ToArray();
        other[0] = other[0] with { Quantity = other[0].Quantity + 1 };
        Assert.NotEqual(FingerprintOf(items), FingerprintOf(other));
    });

    [Fact]
    public void An_order_has_at_least_one_item_and_at_most_the_limit()
    {
        Assert.Equal("items", OrderRules.Normalize([]).Failure!.Errors![0].Field);
        var tooMany = Enumerable.Range(0, Limits.OrderLinesMax + 1).Select(i => new OrderItem($"p{i}", 1)).ToArray();
        Assert.Equal("items", OrderRules.Normalize(tooMany).Failure!.Errors![0].Field);
        Assert.True(OrderRules.Normalize(tooMany[1..]).Succeeded);
    }

    [Fact]
    public void The_quantity_limit_holds_for_the_sum_of_a_products_lines()
    {
        var refusal = OrderRules.Normalize([new("a", 1), new("p", Limits.QuantityMax), new("p", 1)]).Failure!;
        Assert.Equal((ErrorCode.Validation, "items[2].quantity"), (refusal.Code, refusal.Errors![0].Field));
    }

    [Fact]
    public void An_unknown_product_is_named_where_the_client_wrote_it()
    {
        OrderItem[] items = [new("z", 1), new("a", 1)];
        var refusal = Accept(items, product => product == "z" ? null : Product(product, 10)).Failure!;
        Assert.Equal((ErrorCode.Validation, "items[0].productId"), (refusal.Code, refusal.Errors![0].Field));
    }

    [Fact]
    public void An_order_costs_what_its_lines_cost() => Items.Sample(items =>
    {
        var order = Accept(items, product => Product(product, product.Length * 100)).Value!;
        Assert.Equal(items.Sum(item => item.ProductId.Length * 100 * item.Quantity), order.TotalAmount);
        Assert.All(order.Lines, line => Assert.Equal(line.UnitPrice * line.Quantity, line.Amount));
        Assert.Equal(OrderStatus.Pending, order.Status);
    });

    [Fact]
    public void An_order_that_no_balance_could_pay_is_refused_before_it_is_placed()
    {
        var items = Enumerable.Range(0, 10).Select(i => new OrderItem($"p{i}", Limits.QuantityMax)).ToArray();
        var refusal = Accept(items, product => Product(product, Limits.PriceMax)).Failure!;
        Assert.Equal((ErrorCode.Validation, "items"), (refusal.Code, refusal.Errors![0].Field));
    }

    [Fact]
    public void The_largest_order_does_not_overflow()
    {
        var items = Enumerable.Range(0, Limits.OrderLinesMax).Select(i => new WorkItem($"p{i}", Limits.QuantityMax, Limits.PriceMax)).ToArray();
        var total = new StockReservation(null, null).Total(items);
        Assert.Equal((Int128)Limits.OrderLinesMax * Limits.QuantityMax * Limits.PriceMax, total);
    }

    [Fact]
    public void Prices_of_the_reservation_win_over_those_of_the_acceptance()
    {
        WorkItem[] items = [new("a", 2, 10), new("b", 3, 10)];
        Assert.Equal(50, new StockReservation(null, null).Total(items));
        Assert.Equal(2 * 11 + 3 * 12, new StockReservation([11, 12], null).Total(items));
        var lines = OrderRules.Reprice([new("a", "A", 10, 2, 20), new("b", "B", 10, 3, 30)], [11, 12]);
        Assert.Equal([new("a", "A", 11, 2, 22), new("b", "B", 12, 3, 36)], lines);
    }

    [Theory]
    [InlineData(OrderStatus.Pending, OrderStatus.Paid)]
    [InlineData(OrderStatus.Pending, OrderStatus.Rejected)]
    [InlineData(OrderStatus.Paid, OrderStatus.Cancelled)]
    public void Only_three_status_changes_are_legal(OrderStatus from, OrderStatus to)
    {
        Assert.True(OrderTransitions.IsLegal(from, to));
        var legal = from x in Enum.GetValues<OrderStatus>() from y in Enum.GetValues<OrderStatus>() where OrderTransitions.IsLegal(x, y) select (x, y);
        Assert.Equal(3, legal.Count());
    }

    [Theory]
    [InlineData("o-abc", false)]
    [InlineData("x-AAAAAAAAAAAAAAAAAAAAAA", false)]
    [InlineData("o-AAAAAAAAAAAAAAAAAAAA/A", false)]
    [InlineData("o-AAAAAAAAAAAAAAAAAAAAAA", true)]
    [InlineData("", false)]
    public void An_order_id_is_known_by_its_shape(string text, bool isOrder) => Assert.Equal(isOrder, OperationId.IsOrder(text));

    [Fact]
    public void Ids_of_orders_have_the_shape_of_order_ids() =>
        Gen.Select(Gen.String, Gen.String).Sample((user, key) => OperationId.IsOrder(OperationId.Order(user, key)));

    private static string FingerprintOf(OrderItem[] items) =>
        OrderRules.Fingerprint(new OrderRequest("u", "k", items, null), OrderRules.Normalize(items).Value!);

    private static Result<Order> Accept(OrderItem[] items, Func<string, Product?> find)
    {
        var normalized = OrderRules.Normalize(items).Value!;
        return OrderRules.Accept(
            new OrderRequest("u", "k", items, null), normalized, [.. normalized.Select(item => find(item.ProductId))], Now);
    }

    private static Product Product(string id, long price) =>
        new() { ProductId = id, Name = id, Price = price, Stock = 0, CreatedAt = Now, UpdatedAt = Now };
}
