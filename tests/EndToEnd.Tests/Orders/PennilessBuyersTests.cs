using EndToEnd.Tests.Support;

namespace EndToEnd.Tests.Orders;

/// <summary>Who cannot pay takes nothing away from who can.</summary>
public sealed class PennilessBuyersTests(ShopFixture fixture)
{
    private readonly ShopClient _shop = fixture.Shop;

    [Fact]
    public async Task A_buyer_with_money_gets_the_last_piece_at_the_first_attempt_while_others_without_ask_for_it_all_the_time()
    {
        var other = await _shop.AddProductAsync(1, 1_000);
        using var stop = new CancellationTokenSource();
        var wanted = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => _shop.AddProductAsync(500, 1)));
        var hot = wanted[0];
        var penniless = Enumerable.Range(0, 8).Select(async n =>
        {
            var user = await _shop.AddUserAsync(n % 2 == 0 ? 0 : 499);
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                var refused = i % 2 == 0
                    ? await _shop.OrderAsync(user, $"k{i}", (Volatile.Read(ref hot), 1))
                    : await _shop.OrderAsync(user, $"k{i}", (other, 1), (Volatile.Read(ref hot), 1));
                Assert.Equal("insufficient-balance", refused.Expect(409).Problem);
            }
        }).ToArray();
        foreach (var product in wanted)
        {
            Volatile.Write(ref hot, product);
            var buyer = await _shop.AddUserAsync(500);
            (await _shop.OrderAsync(buyer, "k", (product, 1))).Expect(201);
        }
        await stop.CancelAsync();
        await Task.WhenAll(penniless);
    }

    [Fact]
    public async Task An_order_that_is_refused_for_stock_leaves_no_trace_in_the_ledger_of_its_buyer()
    {
        var (user, product) = (await _shop.AddUserAsync(1_000), await _shop.AddProductAsync(100, 1));
        Assert.Equal("insufficient-stock", (await _shop.OrderAsync(user, "k", (product, 2))).Expect(409).Problem);
        var entries = (await _shop.GetAsync($"/api/users/{user}/balance/entries")).Expect(200).Json.GetProperty("items");
        Assert.Equal("charge", Assert.Single(entries.EnumerateArray()).GetProperty("kind").GetString());
        var balance = (await _shop.GetAsync($"/api/users/{user}/balance")).Expect(200);
        Assert.Equal((1_000, 0), (balance.Number("balance"), balance.Number("held")));
    }

    [Fact]
    public async Task An_order_that_cannot_be_paid_is_refused_for_that_however_little_stock_there_is()
    {
        var (user, product) = (await _shop.AddUserAsync(10), await _shop.AddProductAsync(100, 0));
        Assert.Equal("insufficient-balance", (await _shop.OrderAsync(user, "k", (product, 1))).Expect(409).Problem);
    }
}
