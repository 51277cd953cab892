using Commerce.Shared.Catalog;
using Commerce.Shared.Tests.Ledger;
using CsCheck;

namespace Commerce.Shared.Tests.Catalog;

public sealed class StockRulesTests
{
    private const string Sku = "85123A";
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static LedgerModel<Product, StockCommand, StockMovement> NewLedger(long stock) =>
        new(new StockRules(), NewProduct.Create(Sku, "White hanging heart", 3_400, stock, Start, "first").Product);

    private abstract record Step(int Order)
    {
        public sealed record Buy(int Order, long Quantity) : Step(Order);

        public sealed record Undo(int Order) : Step(Order);

        public sealed record Adjust(int Order, long Delta) : Step(Order);
    }

    private static readonly Gen<Step> Steps = Gen.OneOf<Step>(
        Gen.Select(Gen.Int[0, 12], Gen.Long[1, 40]).Select((order, quantity) => (Step)new Step.Buy(order, quantity)),
        Gen.Int[0, 12].Select(order => (Step)new Step.Undo(order)),
        Gen.Select(Gen.Int[0, 12], Gen.Long[-60, 60]).Select((key, delta) => (Step)new Step.Adjust(key, delta)));

    /// <summary>Does what the order slice does: undoing releases what was sold and seals what was not.</summary>
    private static void Take(LedgerModel<Product, StockCommand, StockMovement> ledger, Step step)
    {
        switch (step)
        {
            case Step.Buy buy:
                ledger.Submit(new StockCommand.Reserve(Sku, $"o-{buy.Order}", buy.Quantity, 3_400, false));
                break;
            case Step.Undo undo when ledger.Find(OperationId.Sale($"o-{undo.Order}")) is { Kind: MovementKind.Sale } sale:
                ledger.Submit(new StockCommand.Release(Sku, $"o-{undo.Order}", sale));
                break;
            case Step.Undo undo:
                ledger.Submit(new StockCommand.Seal(Sku, $"o-{undo.Order}", 1));
                break;
            case Step.Adjust { Delta: not 0 } adjust:
                ledger.Submit(new StockCommand.Adjust(Sku, $"key-{adjust.Order}", adjust.Delta, "count"));
                break;
        }
    }

    [Fact]
    public void Movements_add_up_to_the_stock_and_nothing_is_oversold_after_any_steps() => Steps.Array[0, 80].Sample(steps =>
    {
        var ledger = NewLedger(100);
        foreach (var step in steps)
        {
            Take(ledger, step);
            Assert.Equal(100 + ledger.Records.Sum(movement => movement.Delta), ledger.Head!.Stock);
            Assert.True(ledger.Head.Stock >= 0);
        }
        var booked = ledger.Records.Where(movement => movement.Sequence > 0).Select(movement => movement.Sequence);
        // The first is the one that gave the product its stock.
        Assert.Equal(Enumerable.Range(2, (int)ledger.Head!.MovementCount - 1).Select(n => (long)n), booked);
        foreach (var order in ledger.Records.Where(movement => movement.OrderId is not null).GroupBy(movement => movement.OrderId))
        {
            var released = order.Any(movement => movement.Kind == MovementKind.Release);
            Assert.Equal(released ? 0 : order.First().Delta, order.Sum(movement => movement.Delta));
        }
    });

    [Fact]
    public void A_line_that_was_sealed_takes_nothing_when_its_reservation_comes_late()
    {
        var ledger = NewLedger(10);
        ledger.Submit(new StockCommand.Seal(Sku, "o-1", 3));
        var late = ledger.Submit(new StockCommand.Reserve(Sku, "o-1", 3, 3_400, false)).Value!;
        Assert.Equal((true, MovementKind.Sealed), (late.Repeated, late.Record.Kind));
        Assert.Equal(10, ledger.Head!.Stock);
    }

    [Fact]
    public void The_last_piece_is_sold_once()
    {
        var ledger = NewLedger(1);
        Assert.Equal(MovementKind.Sale, ledger.Submit(new StockCommand.Reserve(Sku, "o-1", 1, 3_400, false)).Value!.Record.Kind);
        var refused = ledger.Submit(new StockCommand.Reserve(Sku, "o-2", 1, 3_400, false)).Value!.Record;
        Assert.Equal((MovementKind.Refused, 0, 0, 1), (refused.Kind, refused.Delta, refused.StockAfter, refused.Requested));
    }

    [Fact]
    public void A_sale_is_at_the_price_of_its_moment_and_so_is_its_release()
    {
        var ledger = NewLedger(5);
        var sale = ledger.Submit(new StockCommand.Reserve(Sku, "o-1", 2, 3_400, false)).Value!.Record;
        var release = ledger.Submit(new StockCommand.Release(Sku, "o-1", sale)).Value!.Record;
        Assert.Equal((3_400, -2, 3), (sale.UnitPrice, sale.Delta, sale.StockAfter));
        Assert.Equal((3_400, 2, 5), (release.UnitPrice, release.Delta, release.StockAfter));
    }

    [Fact]
    public void A_line_at_another_price_takes_nothing_and_may_be_asked_for_again()
    {
        var ledger = NewLedger(5);
        var refused = ledger.Submit(new StockCommand.Reserve(Sku, "o-1", 2, 3_000, IsPriceBound: false)).Failure!;
        Assert.Equal((ErrorCode.PriceChanged, 3_000, 3_400), (refused.Code, refused.ExpectedTotalAmount, refused.TotalAmount));
        Assert.Empty(ledger.Records);
        Assert.Equal(MovementKind.Sale,
            ledger.Submit(new StockCommand.Reserve(Sku, "o-1", 2, 3_400, IsPriceBound: false)).Value!.Record.Kind);
    }

    [Fact]
    public void A_line_that_is_bound_to_its_price_is_refused_for_good_at_another()
    {
        var ledger = NewLedger(5);
        var refused = ledger.Submit(new StockCommand.Reserve(Sku, "o-1", 2, 3_000, IsPriceBound: true)).Value!.Record;
        Assert.Equal((MovementKind.Refused, 0, 3_400, 2), (refused.Kind, refused.Delta, refused.UnitPrice, refused.Requested));
        Assert.Equal(refused, ledger.Submit(new StockCommand.Reserve(Sku, "o-1", 2, 3_400, IsPriceBound: true)).Value!.Record);
        Assert.Equal(5, ledger.Head!.Stock);
    }

    [Theory]
    [InlineData(-11, ErrorCode.InsufficientStock, 11, 10)]
    [InlineData(Limits.StockMax - 9, ErrorCode.StockLimitExceeded, Limits.StockMax - 9, Limits.StockMax - 10)]
    public void An_adjustment_beyond_the_bounds_is_refused_and_the_refusal_stands(long delta, ErrorCode code, long requested,
        long available)
    {
        var ledger = NewLedger(10);
        var refused = ledger.Submit(new StockCommand.Adjust(Sku, "key", delta, "count")).Value!.Record;
        var refusal = StockRules.RefusalOf(refused)!;
        Assert.Equal((code, requested, available), (refusal.Code, refusal.Requested, refusal.Available));
        Assert.Equal((0, 0, 10), (refused.Delta, refused.Sequence, ledger.Head!.Stock));

        ledger.Submit(new StockCommand.Adjust(Sku, "other", Math.Sign(delta) * -10, "count"));
        Assert.Equal(refused, ledger.Submit(new StockCommand.Adjust(Sku, "key", delta, "count")).Value!.Record);
        Assert.Equal(ErrorCode.IdempotencyKeyReused, ledger.Submit(new StockCommand.Adjust(Sku, "key", delta, "theft")).Failure?.Code);
    }

    [Theory]
    [InlineData(-10, 0)]
    [InlineData(Limits.StockMax - 10, Limits.StockMax)]
    public void An_adjustment_up_to_the_bounds_goes_through(long delta, long stock)
    {
        var ledger = NewLedger(10);
        Assert.Equal(stock, ledger.Submit(new StockCommand.Adjust(Sku, "key", delta, "count")).Value!.Record.StockAfter);
    }

    [Fact]
    public void An_adjustment_for_another_reason_under_the_same_key_is_refused()
    {
        var ledger = NewLedger(10);
        ledger.Submit(new StockCommand.Adjust(Sku, "key", 5, "delivery"));
        Assert.True(ledger.Submit(new StockCommand.Adjust(Sku, "key", 5, "delivery")).Value!.Repeated);
        Assert.Equal(ErrorCode.IdempotencyKeyReused, ledger.Submit(new StockCommand.Adjust(Sku, "key", 5, "theft")).Failure?.Code);
        Assert.Equal(15, ledger.Head!.Stock);
    }

    [Fact]
    public void Nothing_can_be_done_to_a_product_that_is_not_there() =>
        Assert.Equal(ErrorCode.NotFound,
            new StockRules().Decide(null, new StockCommand.Reserve(Sku, "o-1", 1, 3_400, false), Start).Failure?.Code);

    [Fact]
    public void A_new_product_comes_with_a_movement_that_explains_its_stock()
    {
        var (product, movement) = NewProduct.Create(Sku, "White hanging heart", 3_400, 12, Start, "first");
        Assert.Equal((12, 12, 12, MovementKind.Initial), (product.Stock, movement!.Delta, movement.StockAfter, movement.Kind));
        Assert.Null(NewProduct.Create(Sku, "White hanging heart", 3_400, 0, Start, "first").Movement);
    }

    [Fact]
    public void A_new_product_and_its_movement_say_what_they_were_made_of()
    {
        var (product, movement) = NewProduct.Create(Sku, "White hanging heart", 3_400, 12, Start, "first");
        Assert.Equal(
            new Product
            {
                ProductId = Sku,
                Name = "White hanging heart",
                Price = 3_400,
                Stock = 12,
                MovementCount = 1,
                Revisions = "first",
                CreatedAt = Start,
                UpdatedAt = Start,
            },
            product);
        Assert.Equal(Movement("initial", MovementKind.Initial, 12, 12) with { Sequence = 1, OccurredAt = Start }, movement);
        Assert.Equal(0, NewProduct.Create(Sku, "White hanging heart", 3_400, 0, Start, "first").Product.MovementCount);
    }

    [Fact]
    public void Whatever_is_done_to_a_stock_leaves_a_record_of_all_that_explains_it()
    {
        var product = NewProduct.Create(Sku, "White hanging heart", 3_400, 12, Start, "first").Product with { ETag = "e" };
        var sale = Movement("sale-o-1", MovementKind.Sale, -2, 10) with { Sequence = 2, OrderId = "o-1", UnitPrice = 3_400 };
        var adjustment = Movement(OperationId.Adjustment(Sku, "k"), MovementKind.Adjustment, 5, 17) with { Sequence = 2, Reason = "count" };
        var refused = Movement("sale-o-1", MovementKind.Refused, 0, 12) with { OrderId = "o-1" };
        (StockCommand Command, StockMovement Record)[] cases =
        [
            (new StockCommand.Reserve(Sku, "o-1", 2, 3_400, false), sale),
            (new StockCommand.Reserve(Sku, "o-1", 13, 3_400, false), refused with { Requested = 13 }),
            (new StockCommand.Reserve(Sku, "o-1", 2, 3_000, true), refused with { Requested = 2, UnitPrice = 3_400 }),
            (new StockCommand.Seal(Sku, "o-1", 3), refused with { Kind = MovementKind.Sealed, Requested = 3 }),
            (new StockCommand.Release(Sku, "o-1", sale with { UnitPrice = 9 }), sale with
            {
                Id = "release-o-1",
                Kind = MovementKind.Release,
                Delta = 2,
                StockAfter = 14,
                UnitPrice = 9,
            }),
            (new StockCommand.Adjust(Sku, "k", 5, "count"), adjustment),
            (new StockCommand.Adjust(Sku, "k", -13, "count"), adjustment with
            {
                Kind = MovementKind.Refused,
                Delta = 0,
                StockAfter = 12,
                Sequence = 0,
                Requested = -13,
            }),
        ];
        var rules = new StockRules();
        Assert.All(cases, one =>
        {
            var decision = rules.Decide(product, one.Command, Later);
            Assert.Equal((true, one.Record), (decision.IsPosted, decision.Record));
            Assert.Equal(
                one.Record.Sequence == 0 ? product : product with { Stock = one.Record.StockAfter, MovementCount = 2, UpdatedAt = Later },
                decision.Head);
            Assert.True(rules.IsSound(product, decision.Head!, [decision.Record!]));
        });
    }

    [Fact]
    public void What_cannot_be_done_to_a_stock_is_refused_in_words_and_numbers()
    {
        var rules = new StockRules();
        FailureTests.AssertTold(
            """{"Code":"not-found","Detail":"There is no product '85123A'."}""",
            rules.Decide(null, new StockCommand.Seal(Sku, "o-1", 1), Start).Failure);
        FailureTests.AssertTold(
            """
            {"Code":"price-changed","Detail":"The order costs 3400 won now, not the 3000 won that were agreed to.",
            "ProductId":"85123A","ExpectedTotalAmount":3000,"TotalAmount":3400}
            """,
            rules.Decide(NewLedger(5).Head, new StockCommand.Reserve(Sku, "o-1", 1, 3_000, false), Start).Failure);
        var refused = Movement("adjustment-x", MovementKind.Refused, 0, 10);
        FailureTests.AssertTold(
            """
            {"Code":"stock-limit-exceeded","Detail":"Product '85123A' has 10; the most it can hold is 1000000000.",
            "ProductId":"85123A","Requested":1000000000,"Available":999999990}
            """,
            StockRules.RefusalOf(refused with { Requested = Limits.StockMax }));
        FailureTests.AssertTold(
            """
            {"Code":"insufficient-stock","Detail":"Product '85123A' has 10 left; 11 were requested.",
            "ProductId":"85123A","Requested":11,"Available":10}
            """,
            StockRules.RefusalOf(refused with { Requested = -11 }));
        Assert.Null(StockRules.RefusalOf(Movement("adjustment-x", MovementKind.Adjustment, 5, 10)));
    }

    [Fact]
    public void A_stock_beyond_every_number_is_a_fault_and_no_other_stock() => Assert.Throws<OverflowException>(() =>
        new StockRules().Decide(
            NewLedger(2).Head, new StockCommand.Release(Sku, "o-1", Movement("sale-o-1", MovementKind.Sale, -long.MaxValue, 0)), Start));

    [Fact]
    public void The_first_movements_of_a_product_explain_its_stock_from_nothing()
    {
        var (product, movement) = NewProduct.Create(Sku, "White hanging heart", 3_400, 12, Start, "first");
        Assert.True(new StockRules().IsSound(null, product, [movement!]));
        Assert.False(new StockRules().IsSound(null, product, []));
    }

    private static readonly DateTimeOffset Later = Start.AddDays(1);

    private static StockMovement Movement(string id, MovementKind kind, long delta, long after) =>
        new() { Id = id, ProductId = Sku, Kind = kind, Delta = delta, StockAfter = after, OccurredAt = Later };
}
