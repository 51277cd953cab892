using System.Text.Json;
using Commerce.Shared.Balance;
using Commerce.Shared.Cart;
using Commerce.Shared.Catalog;
using Commerce.Shared.Delivery;
using Commerce.Shared.Orders;

namespace Commerce.Shared.Tests;

/// <summary>Each bound of the rules is tried at the last value that it allows and at the first that it does not.</summary>
public sealed class ExactLimitsTests
{
    /// <summary>Won that nine lines of the most pieces at the highest price leave of what can be held, and what makes them up.</summary>
    private const long Rest = Limits.MoneyMax - (9 * Limits.QuantityMax * Limits.PriceMax);

    private const long WholePrices = Rest / Limits.PriceMax;

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private static readonly DateTimeOffset Now = new(2026, 3, 1, 9, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_product_of_an_order_comes_in_a_million_pieces_and_not_one_more()
    {
        Assert.True(Draft(new("p", Limits.QuantityMax - 1), new("p", 1)).Succeeded);
        Assert.Equal("items[1].quantity", Draft(new("p", Limits.QuantityMax), new("p", 1)).Failure?.Errors?[0].Field);
    }

    [Fact]
    public void An_order_has_as_many_lines_as_the_limit_and_not_one_more()
    {
        OrderItem[] items = [.. Enumerable.Range(0, Limits.OrderLinesMax + 1).Select(n => new OrderItem($"p{n}", 1))];
        Assert.True(Draft(items[1..]).Succeeded);
        Assert.Equal("items", Draft(items).Failure?.Errors?[0].Field);
    }

    [Fact]
    public void An_order_costs_what_can_be_held_and_not_one_won_more()
    {
        Assert.Equal(Limits.MoneyMax, Accept(0).Value?.TotalAmount);
        Assert.Equal("items", Accept(1).Failure?.Errors?[0].Field);

        static Result<Order> Accept(long more)
        {
            // In ascending id, as the draft has them.
            var lines = Dearest(more);
            var draft = Draft([.. lines.Select(line => new OrderItem(line.Id, line.Quantity))]).Value!;
            return OrderRules.Accept(draft, [.. lines.Select(line => Product(line.Id, line.Price))], Now);
        }
    }

    [Fact]
    public void A_cart_costs_what_can_be_held_and_not_one_won_more()
    {
        Assert.Equal(Limits.MoneyMax, Total(0));
        Assert.Null(Total(1));
        var last = Dearest(0)[^1].Id;
        Assert.True(PutInLast(0).Succeeded);
        Assert.Equal(("quantity", last), (PutInLast(1).Failure?.Errors?[0].Field, PutInLast(1).Failure?.ProductId));

        static long? Total(long more) => CartRules.TotalAmount(CartOf(Dearest(more)), Products(more));

        Result<ShoppingCart> PutInLast(long more) =>
            CartRules.Apply(CartOf(Dearest(more)[..^1]), new CartChange.Add(last, 1), Products(more), Now);

        static Dictionary<string, Product> Products(long more) =>
            Dearest(more).ToDictionary(line => line.Id, line => Product(line.Id, line.Price));
    }

    [Fact]
    public void Prices_matter_from_the_first_piece_on_of_which_all_might_cost_too_much()
    {
        var most = Limits.MoneyMax / Limits.PriceMax;
        Assert.False(CartRules.PricesMatter([new("a", most - 1), new("b", 1)]));
        Assert.True(CartRules.PricesMatter([new("a", most), new("b", 1)]));
    }

    [Fact]
    public void A_cart_has_as_many_products_as_the_limit_and_not_one_more()
    {
        var cart = CartOf([.. Enumerable.Range(0, Limits.CartItemsMax - 1).Select(n => ($"p{n}", 1L, 1L))]);
        var full = CartRules.Apply(cart, new CartChange.Add("last", 1), new Dictionary<string, Product>(), Now);
        Assert.Equal(Limits.CartItemsMax, full.Value?.Items.Count);
        var over = CartRules.Apply(full.Value!, new CartChange.Add("one more", 1), new Dictionary<string, Product>(), Now);
        Assert.Equal(ErrorCode.CartFull, over.Failure?.Code);
    }

    [Theory]
    [InlineData(Limits.QuantityMax, true)]
    [InlineData(Limits.QuantityMax + 1, false)]
    public void A_product_in_a_cart_comes_in_a_million_pieces_and_not_one_more(long quantity, bool isGood)
    {
        var cart = CartOf([("p", 1, 1)]);
        CartChange[] changes = [new CartChange.Add("p", quantity - 1), new CartChange.Set("p", quantity)];
        Assert.All(changes, change =>
            Assert.Equal(isGood, CartRules.Apply(cart, change, new Dictionary<string, Product>(), Now).Succeeded));
    }

    [Theory]
    [InlineData(0, EntryKind.Charge)]
    [InlineData(1, EntryKind.Refused)]
    public void A_balance_grows_to_what_can_be_held_and_not_one_won_more(long over, EntryKind kind)
    {
        var account = AccountOf(Limits.MoneyMax - 10, held: 0);
        Assert.Equal(kind, Decide(account, new AccountCommand.Charge("u", "k", 10 + over)).Record?.Entry?.Kind);
        var work = new OrderWork("o", "u", [new SoldLine("p", 1, 10 + over)]);
        Assert.Equal(over == 0, Decide(account, new AccountCommand.Refund(work)).IsPosted);
    }

    [Theory]
    [InlineData(0, OrderStatus.Pending)]
    [InlineData(1, OrderStatus.Rejected)]
    public void An_order_takes_all_that_is_free_and_not_one_won_more(long over, OrderStatus status)
    {
        var account = AccountOf(100, held: 40);
        var placed = Decide(account, new AccountCommand.Place(OrderOf(60 + over, quantity: 1), null, IsFinal: true));
        Assert.Equal(status, placed.Record?.Order?.Status);
        // Ten won of it are held already.
        var repriced = Decide(account, new AccountCommand.Reprice(OrderOf(10, quantity: 1), [70 + over]));
        Assert.Equal((over == 0 ? 70 : 10, over == 1), (repriced.Record?.Order?.TotalAmount, repriced.Record?.Order?.IsPriceBound));
    }

    /// <summary>The balance may hold no more either; the bound of the total is for an order that nearly all of it is held for.</summary>
    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    public void A_change_of_prices_makes_no_total_that_cannot_be_held(long over, bool isBound)
    {
        var account = AccountOf(Limits.MoneyMax, held: 5) with { Balance = Limits.MoneyMax + 1 };
        var repriced = Decide(account, new AccountCommand.Reprice(OrderOf(5, quantity: 1), [Limits.MoneyMax + over]));
        Assert.Equal(isBound, repriced.Record?.Order?.IsPriceBound);
    }

    [Theory]
    [InlineData(5, MovementKind.Sale)]
    [InlineData(6, MovementKind.Refused)]
    public void A_line_takes_all_that_is_in_stock_and_not_one_piece_more(long quantity, MovementKind kind)
    {
        var reserve = new StockCommand.Reserve("p", "o", quantity, 1, IsPriceBound: false);
        Assert.Equal(kind, new StockRules().Decide(Product("p", 1) with { Stock = 5 }, reserve, Now).Record?.Kind);
    }

    [Theory]
    [InlineData(-7, true)]
    [InlineData(-8, false)]
    [InlineData(Limits.StockMax - 7, true)]
    [InlineData(Limits.StockMax - 6, false)]
    public void A_stock_is_nothing_to_a_thousand_million(long delta, bool isGood)
    {
        var adjusted = new StockRules().Decide(Product("p", 1) with { Stock = 7 }, new StockCommand.Adjust("p", "k", delta, "why"), Now);
        Assert.Equal(isGood ? MovementKind.Adjustment : MovementKind.Refused, adjusted.Record?.Kind);
    }

    [Theory]
    [InlineData(Limits.MoneyMax - 1, Limits.MoneyMax - 1)]
    [InlineData(Limits.MoneyMax, Limits.MoneyMax)]
    [InlineData(Limits.MoneyMax + 1, Limits.MoneyMax)]
    public void No_total_that_is_told_is_beyond_what_can_be_held(long total, long told) =>
        Assert.Equal(told, Failure.PriceChanged(1, total).TotalAmount);

    [Theory]
    [InlineData(Limits.IdentifierLengthMax, true)]
    [InlineData(Limits.IdentifierLengthMax + 1, false)]
    public void An_id_has_at_most_64_characters(int length, bool isGood) => Assert.Equal(
        (isGood, isGood), (Identifiers.IsUserId(new string('a', length)), Identifiers.IsProductId(new string('a', length))));

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, false)]
    public void A_text_has_as_many_code_points_as_it_may_have_however_they_are_written(int over, bool isGood)
    {
        string[] texts = [new('a', 200 + over), string.Concat(Enumerable.Repeat("👍", 200 + over)),
            string.Concat(Enumerable.Repeat("e\u0301", 200 + over))];
        Assert.All(texts, text => Assert.Equal(isGood, TextRules.Check(text, 200, out _) is null));
    }

    /// <summary>One whose data would make it larger goes without them.</summary>
    [Fact]
    public void A_message_is_as_large_as_it_may_be_and_not_one_byte_larger()
    {
        var empty = Message(0).Length;
        var largest = Message(OrderEvents.MessageSizeMax - empty);
        Assert.Equal(OrderEvents.MessageSizeMax, largest.Length);
        Assert.Contains("\"data\"", largest, StringComparison.Ordinal);
        var without = Message(OrderEvents.MessageSizeMax - empty + 1);
        Assert.InRange(without.Length, 1, 10_000);
        Assert.Contains("\"dataref\"", without, StringComparison.Ordinal);

        static string Message(int nameLength)
        {
            var order = OrderOf(10, quantity: 1) with { Status = OrderStatus.Paid, PaidAt = Now };
            return OrderEvents.Paid(order with { Lines = [order.Lines[0] with { Name = new string('x', nameLength) }] });
        }
    }

    /// <summary>The host sends it indented, and Service Bus takes 256 KB, headers included.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(900)]
    [InlineData(Limits.OrderLinesMax)]
    public void A_message_of_any_number_of_lines_fits_into_the_queue_as_the_host_writes_it(int lines)
    {
        var order = OrderOf(10, quantity: 1) with { Status = OrderStatus.Paid, PaidAt = Now };
        var largest = Message((OrderEvents.MessageSizeMax - Message(0).Length) / lines);
        Assert.InRange(largest.Length, OrderEvents.MessageSizeMax - lines, OrderEvents.MessageSizeMax);
        using var message = JsonDocument.Parse(largest);
        var indented = JsonSerializer.SerializeToUtf8Bytes(message, Indented);
        Assert.InRange(indented.Length, largest.Length + (64 * lines), (256 - 2) * 1024);

        string Message(int nameLength) => OrderEvents.Paid(order with
        {
            Lines = [.. Enumerable.Range(0, lines).Select(n => new OrderLine($"p-{n}", new string('x', nameLength), 10, 1, 10))],
        });
    }

    /// <summary>Lines that cost what can be held, and some won more.</summary>
    private static (string Id, long Price, long Quantity)[] Dearest(long more) =>
    [
        .. Enumerable.Range(0, 9).Select(n => ($"p{n}", Limits.PriceMax, Limits.QuantityMax)),
        ("q", Limits.PriceMax, WholePrices),
        ("r", Rest - (WholePrices * Limits.PriceMax) + more, 1),
    ];

    private static ShoppingCart CartOf((string Id, long Price, long Quantity)[] lines) =>
        CartRules.Empty("u", Now) with { Items = [.. lines.Select(line => new CartItem(line.Id, line.Quantity))] };

    private static Result<OrderDraft> Draft(params OrderItem[] items) => OrderRules.Draft(new OrderRequest("u", "k", items, null));

    private static Product Product(string id, long price) => NewProduct.Create(id, id, price, 0, Now, "first").Product;

    private static Account AccountOf(long balance, long held) =>
        new() { UserId = "u", Balance = balance, Held = held, EntryCount = 1, UpdatedAt = Now };

    private static Shared.Ledger.Decision<Account, AccountRecord> Decide(Account account, AccountCommand command) =>
        new AccountRules().Decide(account, command, Now);

    private static Order OrderOf(long price, long quantity) => new()
    {
        Id = OperationId.Order("u", "k"),
        UserId = "u",
        Status = OrderStatus.Pending,
        Fingerprint = "f",
        Lines = [new("p", "Product", price, quantity, price * quantity)],
        TotalAmount = price * quantity,
        CreatedAt = Now,
    };
}
