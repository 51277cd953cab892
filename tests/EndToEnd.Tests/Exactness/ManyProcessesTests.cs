using EndToEnd.Tests.Support;

namespace EndToEnd.Tests.Exactness;

/// <summary>
/// Requests, orders, events and timers in processes of their own: only they, not their requests, contend for a product. Of the two that
/// answer, and of the two that run orders, one has a clock that is ahead.
/// </summary>
public sealed class ManyProcessesTests(ManyProcessesTests.Processes processes) : IClassFixture<ManyProcessesTests.Processes>
{
    private const string WorkerHeader = "x-local-worker";

    private ShopClient Shop => processes.Spread.Client;

    [Fact]
    public async Task They_sell_the_same_product_exactly_down_to_nothing_and_answer_alike()
    {
        const int stock = 150;
        var product = await Shop.AddProductAsync(price: 10, stock);
        var users = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Shop.AddUserAsync(1_000)));

        // Every order is sent twice at once, under the same key, and the two go to whichever process is next.
        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(async n =>
        {
            var both = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => OrderAsync(users, n, product)));
            Assert.Equal((both[0].Code, both[0].Body), (both[1].Code, both[1].Body));
            return both[0];
        }));

        Assert.Equal(stock, answers.Count(answer => answer.Code == 201));
        Assert.Equal(50, answers.Count(answer => answer.Problem == "insufficient-stock"));
        Assert.Equal(0, await Shop.StockAsync(product));
        Assert.Equal(8_000 - stock * 10, (await Task.WhenAll(users.Select(Shop.BalanceAsync))).Sum());
        for (var n = 0; n < answers.Length; n += 8)
            await AssertAnsweredByTheOtherAsync(answers[n], () => OrderAsync(users, n, product));
        await Shop.AssertAuditAsync();
    }

    [Fact]
    public async Task Clocks_that_differ_lose_nothing_from_lists()
    {
        var (product, user) = (await Shop.AddProductAsync(price: 10, 100, "clocks"), await Shop.AddUserAsync(1_000));
        // One after the other: so they alternate between clocks.
        var orders = new List<string>();
        for (var n = 0; n < 20; n++)
        {
            orders.Add((await OrderAsync([user], n, product)).Expect(201).Text("orderId"));
            (await Shop.ChargeAsync(user, 10, $"c{n}")).Expect(201);
        }

        Assert.Equal(orders.Order(StringComparer.Ordinal),
            (await AllAsync($"/api/users/{user}/orders", "orderId")).Order(StringComparer.Ordinal));
        Assert.Equal(41, (await AllAsync($"/api/users/{user}/balance/entries", "entryId")).Distinct().Count());
        await Eventually.Async(
            () => Shop.GetAsync("/api/products/top?window=1h"),
            answer => answer.Expect(200).Json.GetProperty("items").EnumerateArray()
                .Any(item => item.GetProperty("productId").GetString() == product && item.GetProperty("quantity").GetInt64() == 20),
            "all sales to be among the best sellers");
        foreach (var order in orders)
        {
            await Eventually.Async(
                () => Shop.GetAsync($"/api/ops/deliveries/{order}.paid"),
                answer => answer.Code == 200 && answer.Json.GetProperty("delivery").GetProperty("state").GetString() == "delivered",
                "all events to be delivered");
        }
        await Shop.AssertAuditAsync();
    }

    private Task<Answer> OrderAsync(string[] users, int n, string product) =>
        History.UntilAnsweredAsync(() => Shop.OrderAsync(users[n % users.Length], $"k{n}", (product, 1)));

    private static async Task AssertAnsweredByTheOtherAsync(Answer answer, Func<Task<Answer>> repeat)
    {
        var again = await Eventually.Async(repeat, other =>
            other.Headers[WorkerHeader] != answer.Headers[WorkerHeader], "the other process to answer");
        Assert.Equal((answer.Code, answer.Body), (again.Code, again.Body));
    }

    private async Task<List<string>> AllAsync(string path, string id)
    {
        var all = new List<string>();
        for (string? cursor = ""; cursor is not null;)
        {
            var page = (await Shop.GetAsync($"{path}?limit=7{cursor}")).Expect(200).Json;
            all.AddRange(page.GetProperty("items").EnumerateArray().Select(item => item.GetProperty(id).GetString()!));
            cursor = page.TryGetProperty("nextCursor", out var next) ? $"&cursor={Uri.EscapeDataString(next.GetString()!)}" : null;
        }
        return all;
    }

    /// <summary>The processes, whose store is audited by other code when all is done.</summary>
    public sealed class Processes : IAsyncLifetime
    {
        private static readonly TimeSpan ClockOffset = TimeSpan.FromSeconds(5);

        private SpreadShop? _spread;

        public SpreadShop Spread => _spread!;

        public async ValueTask InitializeAsync() => _spread = await SpreadShop.StartAsync(
            ("LocalPlatform:Workers:clockOffset", $"{ClockOffset}"), ("Ranking:RefreshSeconds", "0.2"));

        public async ValueTask DisposeAsync()
        {
            await using var spread = Spread;
            await spread.StopAsync();
            (await RawAudit.OfFolderAsync(spread.DataPath)).AssertNoDifferences();
        }
    }
}
