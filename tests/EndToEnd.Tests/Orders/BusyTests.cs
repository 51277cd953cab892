using System.Globalization;
using EndToEnd.Tests.Support;

namespace EndToEnd.Tests.Orders;

/// <summary>A shop that takes few orders at a time, so that its bounds can be reached.</summary>
public sealed class BusyTests
{
    [Fact]
    public async Task Beyond_its_bounds_the_shop_says_when_to_come_back_and_creates_nothing()
    {
        using var folder = new TemporaryFolder();
        await using var process = await ShopProcess.StartAsync(
            folder.Path, ("Orders:InFlightMax", "6"), ("Orders:InFlightPerProductMax", "3"));
        using var shop = new ShopClient(process.Address);
        var (hot, other) = (await shop.AddProductAsync(10, 1_000), await shop.AddProductAsync(10, 1_000));
        var user = await shop.AddUserAsync(10_000);

        var answers = await Task.WhenAll(Enumerable.Range(0, 60).Select(async n =>
            (Key: $"k{n}", Answer: await shop.OrderAsync(user, $"k{n}", (hot, 1)))));
        var refused = answers.Where(order => order.Answer.Code != 201).ToList();

        Assert.NotEmpty(refused);
        Assert.All(refused, order =>
        {
            Assert.Equal("busy", order.Answer.Expect(503).Problem);
            Assert.InRange(int.Parse(order.Answer.Headers["Retry-After"], CultureInfo.InvariantCulture), 1, 60);
        });
        var orders = (await shop.GetAsync($"/api/users/{user}/orders?limit=100")).Expect(200).Json.GetProperty("items");
        Assert.Equal(60 - refused.Count, orders.GetArrayLength());
        Assert.Equal(1_000 - (60 - refused.Count), await shop.StockAsync(hot));

        // Those who come back with the same key are served; so is, meanwhile, who wants something else.
        var elsewhere = shop.OrderAsync(user, "other", (other, 1));
        foreach (var (key, _) in refused)
            (await Exactness.History.UntilAnsweredAsync(() => shop.OrderAsync(user, key, (hot, 1)))).Expect(201);
        (await elsewhere).Expect(201);
        Assert.Equal(940, await shop.StockAsync(hot));
    }
}
