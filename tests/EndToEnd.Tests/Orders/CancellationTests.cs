using EndToEnd.Tests.Support;

namespace EndToEnd.Tests.Orders;

public sealed class CancellationTests(ShopFixture fixture)
{
    private readonly ShopClient _shop = fixture.Shop;

    [Fact]
    public async Task A_cancelled_order_gives_money_and_stock_back()
    {
        var (a, b) = (await _shop.AddProductAsync(300, 10), await _shop.AddProductAsync(20, 10));
        var user = await _shop.AddUserAsync(1_000);
        var orderId = (await _shop.OrderAsync(user, "k", (a, 2), (b, 5))).Expect(201).Text("orderId");
        Assert.Equal(300, await _shop.BalanceAsync(user));

        var cancelled = (await _shop.CancelAsync(user, orderId)).Expect(200);

        Assert.Equal("cancelled", cancelled.Text("status"));
        Assert.Equal((1_000L, 10L, 10L), (await _shop.BalanceAsync(user), await _shop.StockAsync(a), await _shop.StockAsync(b)));
        Assert.Equal(cancelled.Body, (await _shop.FindOrderAsync(user, orderId)).Body);
    }

    [Fact]
    public async Task Cancelling_again_or_many_times_at_once_gives_back_once()
    {
        var product = await _shop.AddProductAsync(100, 10);
        var user = await _shop.AddUserAsync(1_000);
        var orderId = (await _shop.OrderAsync(user, "k", (product, 4))).Expect(201).Text("orderId");

        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => _shop.CancelAsync(user, orderId)));
        var again = await _shop.CancelAsync(user, orderId);

        Assert.Single(answers.Append(again).Select(answer => answer.Expect(200).Body).Distinct());
        Assert.Equal((1_000L, 10L), (await _shop.BalanceAsync(user), await _shop.StockAsync(product)));
        var entries = (await _shop.GetAsync($"/api/users/{user}/balance/entries")).Expect(200).Json.GetProperty("items");
        Assert.Equal(["refund", "payment", "charge"], entries.EnumerateArray().Select(entry => entry.GetProperty("kind").GetString()));
    }

    [Fact]
    public async Task Only_a_paid_order_of_ones_own_can_be_cancelled()
    {
        var product = await _shop.AddProductAsync(100, 10);
        var (user, other) = (await _shop.AddUserAsync(100), await _shop.AddUserAsync(100));
        var rejected = (await _shop.OrderAsync(user, "k", (product, 4))).Expect(409).Text("orderId");
        var paid = (await _shop.OrderAsync(user, "l", (product, 1))).Expect(201).Text("orderId");
        Assert.Equal("order-not-cancellable", (await _shop.CancelAsync(user, rejected)).Expect(409).Problem);
        Assert.Equal("not-found", (await _shop.CancelAsync(other, paid)).Expect(404).Problem);
        Assert.Equal("validation", (await _shop.CancelAsync(user, "no-such-thing")).Expect(400).Problem);
        var keyless = await _shop.SendAsync(HttpMethod.Post, $"/api/users/{user}/orders/{paid}/cancellation");
        Assert.Equal("idempotency-key-missing", keyless.Expect(400).Problem);
        Assert.Equal(0, await _shop.BalanceAsync(user));
    }
}
