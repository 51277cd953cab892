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
        var draft = Draft(items).Value!;
        Assert.Equal(items.Sum(item => item.Quantity), draft.Items.Sum(item => item.Quantity));
        Assert.Equal(items.Select(item => item.ProductId).Distinct().Order(StringComparer.Ordinal),
            draft.Items.Select(item => item.ProductId));
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
        Assert.Equal("items", Draft([]).Failure!.Errors![0].Field);
        var tooMany = Enumerable.Range(0, Limits.OrderLinesMax + 1).Select(i => new OrderItem($"p{i}", 1)).ToArray();
        Assert.Equal("items", Draft(tooMany).Failure!.Errors![0].Field);
        Assert.True(Draft(tooMany[1..]).Succeeded);
    }

    [Fact]
    public void The_quantity_limit_holds_for_the_sum_of_a_products_lines()
    {
        var refusal = Draft([new("a", 1), new("p", Limits.QuantityMax), new("p", 1)]).Failure!;
        Assert.Equal((ErrorCode.Validation, "items[2].quantity"), (refusal.Code, refusal.Errors![0].Field));
    }

    [Fact]
    public void A_line_of_a_hot_product_has_its_partition_from_its_buyer_and_keeps_it_at_another_price()
    {
        var order = Accept(
            [new("cold", 1), new("hot", 2)], product => Product(product, 10) with { Shards = product == "hot" ? 16 : 0 }).Value!;
        var home = StockPartition.HomeOf(order.UserId, 16);
        Assert.Equal([0, home], order.Lines.Select(line => line.Shard));
        Assert.Equal(["cold", $"hot#{home}"], OrderWork.Of(order).Items.Select(line => line.Partition));
        var repriced = OrderRules.Reprice(order, [11, 12]);
        Assert.Equal([(0, 11L), (home, 24L)], repriced.Lines.Select(line => (line.Shard, line.Amount)));
        Assert.Equal([0, 0], repriced.ShownLines().Select(line => line.Shard));
    }

    [Fact]
    public void Lines_that_lie_in_no_shard_are_shown_as_they_are()
    {
        var order = Accept([new("a", 2)], product => Product(product, 10)).Value!;
        Assert.Same(order.Lines, order.ShownLines());
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
        var items = Enumerable.Range(0, Limits.OrderLinesMax).Select(i => new SoldLine($"p{i}", Limits.QuantityMax, Limits.PriceMax))
            .ToArray();
        Assert.Equal((Int128)Limits.OrderLinesMax * Limits.QuantityMax * Limits.PriceMax, new OrderWork("o", "u", items).TotalAmount);
    }

    [Fact]
    public void An_order_that_is_repriced_has_other_amounts_and_another_revision()
    {
        var order = Accept([new("a", 2), new("b", 3)], product => Product(product, 10)).Value!;
        var repriced = OrderRules.Reprice(order, [11, 12]);
        Assert.Equal([new("a", "a", 11, 2, 22), new("b", "b", 12, 3, 36)], repriced.Lines);
        Assert.Equal((58, 1), (repriced.TotalAmount, repriced.Revision));
    }

    [Fact]
    public void An_order_that_costs_something_else_than_expected_is_rejected_with_both_totals()
    {
        OrderItem[] items = [new("a", 2)];
        var order = OrderRules.Accept(DraftOf(Request(items) with { ExpectedTotalAmount = 19 }), [Product("a", 10)], Now).Value!;
        Assert.Equal(
            (OrderStatus.Rejected, ErrorCode.PriceChanged, 19, 20),
            (order.Status, order.Rejection!.Code, order.Rejection.ExpectedTotalAmount, order.Rejection.TotalAmount));
        var agreed = OrderRules.Accept(DraftOf(Request(items) with { ExpectedTotalAmount = 20 }), [Product("a", 10)], Now).Value!;
        Assert.Equal((OrderStatus.Pending, true), (agreed.Status, agreed.IsPriceBound));
        Assert.False(OrderRules.Accept(DraftOf(Request(items)), [Product("a", 10)], Now).Value!.IsPriceBound);
    }

    [Fact]
    public void What_a_buyer_expects_to_pay_is_part_of_what_the_request_means()
    {
        OrderItem[] items = [new("a", 2)];
        var fingerprints = new long?[] { null, 0, 20, 21 }
            .SelectMany(expected =>
                new[] { false, true }.Select(fromCart =>
                    DraftOf(Request(items) with { ExpectedTotalAmount = expected, FromCart = fromCart }).Fingerprint));
        Assert.Equal(8, fingerprints.Distinct().Count());
    }

    [Fact]
    public void A_product_that_is_called_like_the_expectation_is_not_taken_for_it()
    {
        OrderItem[] items = [new("a", 2)];
        Assert.True(Identifiers.IsProductId("expected total"));
        Assert.NotEqual(
            DraftOf(Request(items) with { ExpectedTotalAmount = 20 }).Fingerprint, FingerprintOf([.. items, new("expected total", 20)]));
    }

    /// <summary>They are in stored orders, and a client may repeat its request whatever was deployed meanwhile.</summary>
    [Fact]
    public void Fingerprints_are_what_they_always_were()
    {
        OrderItem[] items = [new("b", 1), new("a", 2)];
        Assert.Equal(OperationId.Fingerprint("a", "2", "b", "1"), FingerprintOf(items));
        Assert.Equal(
            OperationId.Fingerprint("a", "2", "b", "1", "expected total", "20"),
            DraftOf(Request(items) with { ExpectedTotalAmount = 20 }).Fingerprint);
        Assert.Equal(OperationId.Fingerprint("cart"), DraftOf(Request(items) with { FromCart = true }).Fingerprint);
        Assert.Equal(
            OperationId.Fingerprint("cart", "expected total", "20"),
            DraftOf(Request(items) with { FromCart = true, ExpectedTotalAmount = 20 }).Fingerprint);
        Assert.Equal(
            OperationId.Fingerprint("expected total", "7", "p", "1"), FingerprintOf([new("expected total", 7), new("p", 1)]));
        Assert.Equal(
            OperationId.Fingerprint("a", "2", "expected total", "20", ""), FingerprintOf([new("a", 2), new("expected total", 20)]));
    }

    [Fact]
    public void An_order_from_a_cart_remembers_how_its_lines_lay_there()
    {
        OrderItem[] items = [new("c", 3), new("a", 1), new("b", 2)];
        var order = OrderRules.Accept(DraftOf(Request(items) with { FromCart = true }), [Product("a", 1), Product("b", 1), Product("c", 1)],
            Now).Value!;
        Assert.Equal(items, order.CartItems());
        Assert.Empty(Accept(items, product => Product(product, 1)).Value!.CartItems());
    }

    [Fact]
    public void Why_an_order_is_rejected_follows_from_what_its_lines_left()
    {
        var work = new OrderWork("o", "u", [new("a", 2, 10), new("b", 3, 10)]);
        var sold = Line("a", MovementKind.Sale) with { UnitPrice = 10 };
        var closed = Line("b", MovementKind.Sealed);
        FailureTests.AssertTold(
            """{"Code":"not-found","Detail":"There is no product 'b'.","ProductId":"b"}""", OrderRules.ReasonToReject(work, [sold, null]));
        var stock = OrderRules.ReasonToReject(work, [closed, Line("b", MovementKind.Refused) with { StockAfter = 1 }]);
        Assert.Equal((ErrorCode.InsufficientStock, "b", 3, 1), (stock.Code, stock.ProductId, stock.Requested, stock.Available));
        var price = OrderRules.ReasonToReject(work, [sold, Line("b", MovementKind.Refused) with { UnitPrice = 12 }]);
        Assert.Equal((ErrorCode.PriceChanged, 50, 56), (price.Code, price.ExpectedTotalAmount, price.TotalAmount));
        Assert.Equal(ErrorCode.PriceChanged, OrderRules.ReasonToReject(work, [sold with { UnitPrice = 9 }, closed]).Code);
        var both = OrderRules.ReasonToReject(work, [sold with { UnitPrice = 9 }, Line("b", MovementKind.Refused) with { UnitPrice = 12 }]);
        Assert.Equal((50, 54), (both.ExpectedTotalAmount, both.TotalAmount));
        Assert.Equal(
            "Nothing keeps order 'o' from being paid. (Parameter 'lines')",
            Assert.Throws<ArgumentException>(() => OrderRules.ReasonToReject(work, [sold, sold])).Message);
    }

    /// <summary>Closed when it was there again, after it had been away when its line was tried.</summary>
    [Fact]
    public void An_order_whose_lines_were_closed_and_none_refused_is_rejected_for_the_first_of_them()
    {
        var work = new OrderWork("o", "u", [new("a", 2, 10), new("b", 3, 10)]);
        var closed = Line("a", MovementKind.Sealed);
        Assert.Equal("a", Reason(closed, Line("b", MovementKind.Sealed)));
        Assert.Equal("b", Reason(Line("a", MovementKind.Sale) with { UnitPrice = 10 }, Line("b", MovementKind.Sealed)));

        string? Reason(params StockMovement[] lines)
        {
            var reason = OrderRules.ReasonToReject(work, lines);
            Assert.Equal(ErrorCode.NotFound, reason.Code);
            return reason.ProductId;
        }
    }

    [Fact]
    public void Orders_become_paid_or_rejected_when_they_are_pending_and_cancelled_when_they_are_paid()
    {
        Assert.Equal(
            [OrderStatus.Pending, OrderStatus.Pending, OrderStatus.Paid],
            new[] { OrderStatus.Paid, OrderStatus.Rejected, OrderStatus.Cancelled }.Select(OrderTransitions.Before));
        Assert.Throws<ArgumentOutOfRangeException>(() => OrderTransitions.Before(OrderStatus.Pending));
    }

    [Fact]
    public void Documents_have_a_status_under_the_name_that_queries_look_for() => Assert.All(
        Enum.GetValues<OrderStatus>(), status =>
            Assert.Equal($"\"{OrderTransitions.NameOf(status)}\"", System.Text.Json.JsonSerializer.Serialize(status)));

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

    [Fact]
    public void What_cannot_be_ordered_is_refused_in_words()
    {
        AssertWrong("items", "must have 1 to 1200 entries", Draft([]).Failure);
        AssertWrong("items[1].quantity", "must not bring the product to more than 1000000 in one order",
            Draft([new("p", Limits.QuantityMax), new("p", 1)]).Failure);
        AssertWrong("items[1].productId", "there is no such product",
            Accept([new("z", 1), new("a", 1)], product => product == "a" ? null : Product(product, 10)).Failure);
        AssertWrong("items", "must cost 9007199254740991 won in all at most",
            Accept([.. Enumerable.Range(0, 10).Select(i => new OrderItem($"p{i}", Limits.QuantityMax))],
                product => Product(product, Limits.PriceMax)).Failure);

        static void AssertWrong(string field, string message, Failure? refusal) => FailureTests.AssertTold(
            $$"""{"Code":"validation","Detail":"{{field}}: {{message}}","Errors":[{"Field":"{{field}}","Message":"{{message}}"}]}""",
            refusal);
    }

    [Fact]
    public void An_order_says_what_its_request_said()
    {
        const string trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        var request = Request([new("b", 3), new("a", 2)]) with { TraceParent = trace };
        var order = OrderRules.Accept(DraftOf(request), [Product("a", 10), Product("b", 20)], Now).Value!;
        Assert.Equal(
            new Order
            {
                Id = OperationId.Order("u", "k"),
                UserId = "u",
                Status = OrderStatus.Pending,
                Fingerprint = OperationId.Fingerprint("a", "2", "b", "3"),
                Lines = order.Lines,
                TotalAmount = 80,
                CreatedAt = Now,
                TraceParent = trace,
            },
            order);
        Assert.Null(OrderRules.Accept(
            DraftOf(request with { TraceParent = "hello\u0001" }), [Product("a", 10), Product("b", 20)], Now).Value!.TraceParent);
        Assert.Equal([new("a", "a", 10, 2, 20), new("b", "b", 20, 3, 60)], order.Lines);
        Assert.Equal(
            (OperationId.Fingerprint("cart", "expected total", "80"), true),
            (DraftOf(request with { FromCart = true, ExpectedTotalAmount = 80 }).Fingerprint,
                (request with { SeenProducts = new Dictionary<string, Product>() }).IsPriceBound));
    }

    [Fact]
    public void An_order_s_work_is_its_lines_and_what_may_be_done_with_them()
    {
        var order = Accept([new("a", 2)], product => Product(product, 10)).Value! with { Revision = 4, IsPriceBound = true, PaidAt = Now };
        var work = OrderWork.Of(order);
        Assert.Equal([new("a", 2, 10)], work.Items);
        Assert.Equal(
            new OrderWork(order.Id, "u", work.Items) { Revision = 4, IsPriceBound = true, PaidAt = Now }, work);
    }

    [Fact]
    public void Amounts_beyond_every_number_are_a_fault_and_no_other_amount()
    {
        var order = Accept([new("a", 2)], product => Product(product, 10)).Value!;
        Assert.Throws<OverflowException>(() => OrderRules.Reprice(order, [long.MaxValue]));
        Assert.Throws<OverflowException>(() => new OrderWork("o", "u", [new("a", 2, long.MaxValue)]).TotalAmount);
    }

    [Fact]
    public void A_cancelled_order_was_a_paid_one_before()
    {
        var paid = Accept([new("a", 2)], product => Product(product, 10)).Value! with { Status = OrderStatus.Paid, PaidAt = Now };
        Assert.Equal(paid, (paid with { Status = OrderStatus.Cancelled, CancelledAt = Now }).AsPaid());
    }

    [Theory]
    [InlineData(OrderStatus.Pending, "The order is still being placed. Ask again when it is paid, under another key.")]
    [InlineData(OrderStatus.Rejected, "The order was rejected; nothing was paid.")]
    [InlineData(OrderStatus.Paid, null)]
    [InlineData(OrderStatus.Cancelled, null)]
    public void Why_an_order_cannot_be_cancelled_is_told_by_its_status(OrderStatus status, string? detail)
    {
        var order = Accept([new("a", 2)], product => Product(product, 10)).Value! with { Id = "o-1", Status = status };
        FailureTests.AssertTold(
            detail is null ? "null" : $$"""{"Code":"order-not-cancellable","Detail":"{{detail}}","OrderId":"o-1"}""",
            CancellationRequest.RefusalOf(order));
    }

    private static OrderRequest Request(OrderItem[] items) => new("u", "k", items, null);

    private static Result<OrderDraft> Draft(OrderItem[] items) => OrderRules.Draft(Request(items));

    private static OrderDraft DraftOf(OrderRequest request) => OrderRules.Draft(request).Value!;

    private static string FingerprintOf(OrderItem[] items) => DraftOf(Request(items)).Fingerprint;

    private static Result<Order> Accept(OrderItem[] items, Func<string, Product?> find)
    {
        var draft = DraftOf(Request(items));
        return OrderRules.Accept(draft, [.. draft.Items.Select(item => find(item.ProductId))], Now);
    }

    private static StockMovement Line(string productId, MovementKind kind) => new()
    {
        Id = "sale-o",
        ProductId = productId,
        Kind = kind,
        Delta = 0,
        StockAfter = 5,
        OccurredAt = Now,
    };

    private static Product Product(string id, long price) =>
        new() { ProductId = id, Name = id, Price = price, Stock = 0, CreatedAt = Now, UpdatedAt = Now };
}
