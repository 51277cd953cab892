using EndToEnd.Tests.Support;
using Faults;

namespace EndToEnd.Tests.Exactness;

/// <summary>Random concurrent histories through HTTP, each answer held to a sequential model.</summary>
public sealed class HistoryTests(ShopFixture fixture)
{
    [Fact]
    public async Task Every_answer_is_explained_by_some_sequential_order()
    {
        var seed = Seed.Next();
        for (var round = 0; round < Effort.Scaled(16); round++)
            await new RandomHistory(fixture.Shop, seed, round).AssertExplainableAsync();
    }

    [Fact]
    public async Task So_it_is_when_the_stock_is_spread_and_the_spread_changes()
    {
        var seed = Seed.Next();
        for (var round = 0; round < Effort.Scaled(8); round++)
            await new RandomHistory(fixture.Shop, seed, round + 1_000, isSpread: true).AssertExplainableAsync();
        await fixture.Shop.AssertAuditAsync();
    }

    [Fact]
    public async Task So_it_is_with_many_processes_whose_clocks_differ_on_a_store_that_fails_and_lags()
    {
        var seed = Seed.Next();
        var plan = new FaultPlan((ulong)seed, probability: 0.05) { Armed = false };
        await using var cosmos = await CosmosFront.StartAsync(plan);
        await using var spread = await SpreadShop.StartAsync(cosmos.Setting, ("LocalPlatform:Workers:clockOffset", "00:00:05"));
        plan.Armed = true;
        for (var round = 0; round < Effort.Scaled(4); round++)
            await new RandomHistory(spread.Client, seed, round, round % 2 == 0 ? cosmos.Replica : null).AssertExplainableAsync();
        plan.Armed = false;
        Assert.True(plan.Total > 0);
        Assert.True(cosmos.Replica.Answered > 0);
        TestContext.Current.SendDiagnosticMessage($"{plan}; the replica answered {cosmos.Replica.Answered}");
        using var client = cosmos.Client();
        (await RawAudit.OfAsync(client)).AssertNoDifferences();
    }

    [Fact]
    public void A_lost_update_an_oversell_or_a_phantom_refusal_would_be_found()
    {
        // Two charges of 10 that were both answered 10: one was lost.
        Assert.NotNull(Check(0, 0, Charge(0, 10, 1, 4, balance: 10), Charge(1, 10, 2, 5, balance: 10)));
        Assert.Null(Check(0, 0, Charge(0, 10, 1, 4, balance: 20), Charge(1, 10, 2, 5, balance: 10)));
        // The second was called when the first was answered, so it cannot have come before.
        Assert.NotNull(Check(0, 0, Charge(0, 10, 1, 2, balance: 20), Charge(1, 10, 3, 4, balance: 10)));
        // One piece sold twice.
        Assert.NotNull(Check(1, 100, Paid("a", 1, 4), Paid("b", 2, 5)));
        Assert.Null(Check(2, 100, Paid("a", 1, 4), Paid("b", 2, 5)));
        // Refused for want of stock that was there all the time.
        Assert.NotNull(Check(1, 100, Refused("a", 1, 2, available: 0)));
        Assert.Null(Check(1, 100, Refused("a", 1, 3, available: 0), Paid("b", 2, 5)));
    }

    [Fact]
    public void Stock_that_was_kept_by_who_could_not_pay_would_be_found()
    {
        // With 5 won nobody can have taken the piece that costs 10, and put it back.
        Assert.NotNull(Check(1, 5, Refused("a", 1, 4, available: 0), Poor("b", 2, 5, available: 5)));
        // Who is refused for money was refused for what was free at that moment, another order of the user's included.
        Assert.Null(Check(1, 10, Poor("a", 1, 4, available: 0), Paid("b", 2, 5)));
        Assert.NotNull(Check(1, 20, Poor("a", 1, 4, available: 0), Paid("b", 2, 5)));
    }

    [Fact]
    public void A_price_that_nobody_agreed_to_would_be_found()
    {
        Assert.NotNull(Check(2, 100, Paid("a", 1, 2, price: 11)));
        Assert.Null(Check(2, 100, SetPrice(11, 1, 3), Paid("a", 2, 4, price: 11)));
        Assert.Null(Check(2, 100, SetPrice(11, 1, 3), Dear("a", 2, 4, agreed: 10, costs: 11)));
        // It had not changed yet, and was refused.
        Assert.NotNull(Check(2, 100, Dear("a", 1, 2, agreed: 10, costs: 11), SetPrice(11, 3, 4)));
        Assert.Throws<Xunit.Sdk.EqualException>(() => Check(2, 100, SetPrice(11, 1, 3), Paid("a", 2, 4, price: 11, agreed: 10)));
    }

    [Fact]
    public void A_cart_that_is_bought_twice_or_lost_would_be_found()
    {
        Assert.Null(Check(9, 100, Add("x", 2, 1, 2), Checkout("a", 2, 3, 5), Empty("b", 4, 6)));
        Assert.NotNull(Check(9, 100, Add("x", 2, 1, 2), Checkout("a", 2, 3, 5), Checkout("b", 2, 4, 6)));
        // What was added before the checkout is part of it, what came later stays.
        Assert.NotNull(Check(9, 100, Add("x", 2, 1, 2), Add("y", 1, 3, 4), Checkout("a", 2, 5, 6)));
        Assert.Null(Check(9, 100, Add("x", 2, 1, 2), Add("y", 1, 3, 6), Checkout("a", 2, 4, 5), InCart("r", 1, 7, 8)));
        Assert.NotNull(Check(9, 100, Add("x", 2, 1, 2), Checkout("a", 2, 4, 5), InCart("r", 2, 7, 8)));
    }

    private static string? Check(long stock, long balance, params Call[] calls)
    {
        var model = new HistoryModel(["p"], 1);
        return HistoryChecker.FindContradiction(calls, model, model.Cells([stock], [10], [balance]));
    }

    private static Call Charge(int key, long amount, long from, long to, long balance) =>
        new(new Operation.Charge(0, amount, $"{key}"), Answer.Of(201, $$"""{"balance":{{balance}}}"""), from, to);

    private static Call SetPrice(long price, long from, long to) =>
        new(new Operation.SetPrice(0, price, $"{price}"), Answer.Of(200, $$"""{"price":{{price}}}"""), from, to);

    private static Call Add(string key, long quantity, long from, long to) =>
        new(new Operation.AddToCart(0, 0, quantity, key), Answer.Of(200, "{}"), from, to);

    private static Call InCart(string key, long quantity, long from, long to) =>
        new(new Operation.ReadCart(0, key), Answer.Of(200, $$"""{"items":[{"productId":"p","quantity":{{quantity}}}]}"""), from, to);

    private static Call Paid(string key, long from, long to, long price = 10, long? agreed = null) =>
        new(Order(key) with { ExpectedTotal = agreed }, PaidAnswer(1, price), from, to);

    private static Call Checkout(string key, long quantity, long from, long to) =>
        new(new Operation.Order(0, key) { Lines = [(0, quantity)], FromCart = true }, PaidAnswer(quantity, 10), from, to);

    private static Call Empty(string key, long from, long to) =>
        new(new Operation.Order(0, key) { FromCart = true }, Answer.Of(409, """{"type":"/cart-empty"}"""), from, to);

    private static Answer PaidAnswer(long quantity, long price) => Answer.Of(201, $$"""
        {"totalAmount":{{quantity * price}},"status":"paid","lines":[{"productId":"p","quantity":{{quantity}},"unitPrice":{{price}}}]}
        """);

    private static Call Refused(string key, long from, long to, long available) => new(
        Order(key), Answer.Of(409, $$"""{"type":"/insufficient-stock","productId":"p","requested":1,"available":{{available}}}"""), from,
            to);

    private static Call Poor(string key, long from, long to, long available) => new(
        Order(key), Answer.Of(409, $$"""{"type":"/insufficient-balance","requested":10,"available":{{available}}}"""), from, to);

    private static Call Dear(string key, long from, long to, long agreed, long costs) => new(
        Order(key) with { ExpectedTotal = agreed },
        Answer.Of(409, $$"""{"type":"/price-changed","expectedTotalAmount":{{agreed}},"totalAmount":{{costs}}}"""),
        from,
        to);

    private static Operation.Order Order(string key) => new(0, key) { Lines = [(0, 1)], Total = 10 };
}
