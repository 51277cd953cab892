using EndToEnd.Tests.Support;
using Faults;

namespace EndToEnd.Tests.Exactness;

/// <summary>Two processes of the app on one database: only they, not their requests, contend for a product.</summary>
public sealed class TwoProcessesTests
{
    [Fact]
    public async Task Both_sell_the_same_product_exactly_down_to_nothing()
    {
        var plan = new FaultPlan(0, 0);
        await using var cosmos = await CosmosFront.StartAsync(plan);
        using var firstFolder = new TemporaryFolder();
        using var secondFolder = new TemporaryFolder();
        await using var first = await ShopProcess.StartAsync(firstFolder.Path, cosmos.Setting);
        await using var second = await ShopProcess.StartAsync(secondFolder.Path, cosmos.Setting);
        using var here = new ShopClient(first.Address);
        using var there = new ShopClient(second.Address);
        var shops = new[] { here, there };
        const int stock = 150;
        var product = await here.AddProductAsync(price: 10, stock);
        var users = await Task.WhenAll(Enumerable.Range(0, 8).Select(n => shops[n % 2].AddUserAsync(1_000)));

        // Every order is sent to both at once, under the same key.
        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(async n =>
        {
            var both = await Task.WhenAll(shops.Select(shop =>
                History.UntilAnsweredAsync(() => shop.OrderAsync(users[n % 8], $"k{n}", (product, 1)))));
            Assert.Equal((both[0].Code, both[0].Body), (both[1].Code, both[1].Body));
            return both[0];
        }));

        Assert.Equal(stock, answers.Count(answer => answer.Code == 201));
        Assert.Equal(50, answers.Count(answer => answer.Problem == "insufficient-stock"));
        Assert.Equal((0L, 0L), (await here.StockAsync(product), await there.StockAsync(product)));
        Assert.Equal(8_000 - stock * 10, (await Task.WhenAll(users.Select(there.BalanceAsync))).Sum());
        using var client = cosmos.Client();
        (await RawAudit.OfAsync(client)).AssertNoDifferences();
    }
}
