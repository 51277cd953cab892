using Commerce.Shared;
using EndToEnd.Tests.Support;

namespace EndToEnd.Tests.Orders;

/// <summary>A refusal is an answer: a repeat is told the same, whatever has changed in the meantime.</summary>
public sealed class RefusalTests(ShopFixture fixture)
{
    private readonly ShopClient _shop = fixture.Shop;

    [Fact]
    public async Task An_adjustment_that_was_refused_is_refused_the_same_when_there_is_stock()
    {
        var product = await _shop.AddProductAsync(1, 3);
        var refused = (await _shop.AdjustStockAsync(product, -5, "A")).Expect(409);
        Assert.Equal(("insufficient-stock", 5, 3), (refused.Problem, refused.Number("requested"), refused.Number("available")));
        (await _shop.AdjustStockAsync(product, 10, "B")).Expect(201);
        Assert.Equal(refused.Body, (await _shop.AdjustStockAsync(product, -5, "A")).Expect(409).Body);
        Assert.Equal("idempotency-key-reused", (await _shop.AdjustStockAsync(product, -4, "A")).Expect(422).Problem);
        Assert.Equal(8, (await _shop.AdjustStockAsync(product, -5, "C")).Expect(201).Number("stock"));
    }

    [Fact]
    public async Task So_it_is_with_an_adjustment_above_what_a_product_can_hold()
    {
        var product = await _shop.AddProductAsync(1, 10);
        var refused = (await _shop.AdjustStockAsync(product, Limits.StockMax - 9, "A")).Expect(409);
        Assert.Equal(("stock-limit-exceeded", Limits.StockMax - 10), (refused.Problem, refused.Number("available")));
        (await _shop.AdjustStockAsync(product, -10, "B")).Expect(201);
        Assert.Equal(refused.Body, (await _shop.AdjustStockAsync(product, Limits.StockMax - 9, "A")).Expect(409).Body);
    }

    [Fact]
    public async Task The_same_refused_adjustment_at_once_gets_one_answer()
    {
        var product = await _shop.AddProductAsync(1, 3);
        var answers = await Task.WhenAll(Enumerable.Range(0, 12)
            .Select(n => n == 6 ? _shop.AdjustStockAsync(product, 10, "B") : _shop.AdjustStockAsync(product, -5, "A")));
        Assert.Single(answers.Where((_, n) => n != 6).Select(answer => $"{answer.Expect(201, 409).Code} {answer.Body}").Distinct());
    }

    [Fact]
    public async Task A_cancellation_that_was_refused_is_refused_the_same_under_its_key_and_not_under_another()
    {
        var (user, product) = (await _shop.AddUserAsync(100), await _shop.AddProductAsync(100, 0));
        var rejected = (await _shop.OrderAsync(user, "k", (product, 1))).Expect(409).Text("orderId");
        var refused = (await _shop.CancelAsync(user, rejected, "A")).Expect(409);
        Assert.Equal("order-not-cancellable", refused.Problem);
        Assert.Equal(refused.Body, (await _shop.CancelAsync(user, rejected, "A")).Expect(409).Body);

        await _shop.AdjustStockAsync(product, 1);
        var paid = (await _shop.OrderAsync(user, "k2", (product, 1))).Expect(201).Text("orderId");
        Assert.Equal("idempotency-key-reused", (await _shop.CancelAsync(user, paid, "A")).Expect(422).Problem);
        var cancelled = (await _shop.CancelAsync(user, paid, "B")).Expect(200);
        Assert.Equal(cancelled.Body, (await _shop.CancelAsync(user, paid, "B")).Expect(200).Body);
        Assert.Equal(cancelled.Body, (await _shop.CancelAsync(user, paid, "C")).Expect(200).Body);
    }

    [Fact]
    public async Task A_cancellation_that_came_too_early_stays_refused_under_its_key()
    {
        var (user, product) = (await _shop.AddUserAsync(10_000), await _shop.AddProductAsync(1, 10_000));
        for (var n = 0; n < 20; n++)
        {
            var accepted = (await _shop.OrderAsync(user, $"k{n}", [("Prefer", "respond-async")], [(product, 1)])).Expect(202)
                .Text("orderId");
            var first = (await _shop.CancelAsync(user, accepted, $"early{n}")).Expect(200, 409);
            await _shop.DecidedAsync(user, accepted);
            var repeat = await _shop.CancelAsync(user, accepted, $"early{n}");
            Assert.Equal((first.Code, first.Body), (repeat.Code, repeat.Body));
        }
    }

    [Fact]
    public async Task The_repeat_of_an_order_is_the_same_answer_when_it_has_been_cancelled()
    {
        var (user, product) = (await _shop.AddUserAsync(100), await _shop.AddProductAsync(100, 1));
        var paid = (await _shop.OrderAsync(user, "k", (product, 1))).Expect(201);
        (await _shop.CancelAsync(user, paid.Text("orderId"))).Expect(200);

        var repeat = (await _shop.OrderAsync(user, "k", (product, 1))).Expect(201);

        Assert.Equal((paid.Body, paid.Headers["ETag"], paid.Headers["Location"]),
            (repeat.Body, repeat.Headers["ETag"], repeat.Headers["Location"]));
        var now = (await _shop.GetAsync(paid.Headers["Location"])).Expect(200);
        Assert.Equal("cancelled", now.Text("status"));
        Assert.NotEqual(paid.Headers["ETag"], now.Headers["ETag"]);
        Assert.Equal((100, 1), (await _shop.BalanceAsync(user), await _shop.StockAsync(product)));
    }

    [Fact]
    public async Task So_it_is_with_a_checkout()
    {
        var (user, product) = (await _shop.AddUserAsync(100), await _shop.AddProductAsync(100, 1));
        await _shop.AddToCartAsync(user, product, 1);
        var paid = (await _shop.CheckoutAsync(user, "k")).Expect(201);
        (await _shop.CancelAsync(user, paid.Text("orderId"))).Expect(200);
        Assert.Equal(paid.Body, (await _shop.CheckoutAsync(user, "k")).Expect(201).Body);
    }
}
