using System.Text.Json;
using EndToEnd.Tests.Support;

namespace EndToEnd.Tests.Ranking;

/// <summary>The best sellers of a shop of their own: other tests' sales would be among them.</summary>
public sealed class TopProductsTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private ShopProcess? _process;
    private ShopClient? _client;

    private ShopClient Shop => _client!;

    public async ValueTask InitializeAsync()
    {
        _process = await ShopProcess.StartAsync(_folder.Path, ("Ranking:RefreshSeconds", "0.2"));
        _client = new ShopClient(_process.Address);
    }

    public async ValueTask DisposeAsync()
    {
        _client?.Dispose();
        if (_process is not null)
            await _process.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task The_list_is_a_plain_count_over_the_paid_orders_before_and_after_a_kill_and_a_rebuild()
    {
        var seed = Seed.Next();
        var random = new Random(seed);
        var products = await Task.WhenAll(Enumerable.Range(0, 12)
            .Select(i => Shop.AddProductAsync(100 + (i % 4 * 10), 10_000, $"p{i:D2}")));
        var user = await Shop.AddUserAsync(100_000_000);
        var empty = (await Shop.GetAsync("/api/products/top")).Expect(200);
        Assert.Empty(Listed(empty));
        Assert.True(Time(empty, "windowStart") < Time(empty, "windowEnd"));
        var orders = new List<Answer>();
        for (var i = 0; i < 40; i++)
        {
            var items = random.GetItems(products, random.Next(1, 5)).Distinct().Select(product => (product, (long)random.Next(1, 9)));
            var order = (await Shop.OrderAsync(user, $"k{i}", items)).Expect(201);
            orders.Add(random.Next(4) == 0 ? (await Shop.CancelAsync(user, order.Text("orderId"))).Expect(200) : order);
        }
        var expected = Count(orders.Where(order => order.Text("status") == "paid"));

        var first = await ListedAsync(expected, seed);
        Assert.Equal(
            first.Json.GetProperty("items").EnumerateArray().Select((_, i) => (long)i + 1),
            first.Json.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("rank").GetInt64()));

        await _process!.KillAsync();
        Shop.Dispose();
        await InitializeAsync();
        await ListedAsync(expected, seed);

        (await Shop.SendAsync(HttpMethod.Post, "/api/ops/ranking/rebuild")).Expect(202);
        await Eventually.Async(
            () => Shop.GetAsync("/api/ops/ranking"),
            answer => answer.Expect(200).Json.GetProperty("served").GetProperty("generation").GetInt32() == 2,
            "the rebuild to take over");
        await ListedAsync(expected, seed);
    }

    [Fact]
    public async Task A_request_says_how_many_and_which_window_and_what_it_has_already()
    {
        foreach (var product in new[] { "a", "b", "c" })
            await Shop.AddProductAsync(100, 100, product);
        var user = await Shop.AddUserAsync(100_000);
        (await Shop.OrderAsync(user, "k", ("a", 1), ("b", 2), ("c", 3))).Expect(201);
        var listed = await Eventually.Async(
            () => Shop.GetAsync("/api/products/top?limit=2&window=1h"),
            answer => answer.Expect(200).Json.GetProperty("items").GetArrayLength() == 2,
            "the sales to be listed");

        Assert.Equal(["c", "b"], Listed(listed).Select(item => item.ProductId));
        Assert.InRange(Time(listed, "windowEnd") - Time(listed, "windowStart"), TimeSpan.FromHours(1), TimeSpan.FromMinutes(71));
        Assert.True(Time(listed, "asOf") <= Time(listed, "windowEnd"));
        Assert.StartsWith("public, max-age=", listed.Headers["Cache-Control"], StringComparison.Ordinal);

        // A fold in between gives the list another time, and so another version: then the next try is the same.
        await Eventually.Async(
            async () =>
            {
                var etag = (await Shop.GetAsync("/api/products/top")).Expect(200).Headers["ETag"];
                return await Shop.GetAsync("/api/products/top", ("If-None-Match", etag));
            },
            answer => answer.Expect(200, 304).Code == 304,
            "an unchanged list");
    }

    /// <summary>
    /// Buyers with and without money ask for more than there is, of one line and of two: they are in the list for no moment.
    /// </summary>
    [Fact]
    public async Task No_order_that_is_not_paid_is_ever_in_the_list()
    {
        var (dear, scarce, sold) = (await Shop.AddProductAsync(1, 1_000_000_000, "dear"), await Shop.AddProductAsync(1, 1, "scarce"),
            await Shop.AddProductAsync(1, 100, "sold"));
        var (rich, poor) = (await Shop.AddUserAsync(1_000_000_000), await Shop.AddUserAsync(0));
        (await Shop.OrderAsync(rich, "paid", (sold, 3))).Expect(201);
        using var stop = new CancellationTokenSource();
        var others = Enumerable.Range(0, 8).Select(async n =>
        {
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                var refused = n % 2 == 0
                    ? await Shop.OrderAsync(poor, $"{n}-{i}", (dear, 1_000_000))
                    : await Shop.OrderAsync(rich, $"{n}-{i}", (dear, 1_000_000), (scarce, 2));
                refused.Expect(409, 503);
            }
        }).ToArray();
        for (var look = 0; look < 15; look++)
        {
            await Shop.FireTimerAsync("Upkeep");
            var listed = Listed((await Shop.GetAsync("/api/products/top?limit=100")).Expect(200));
            Assert.All(listed, item => Assert.Equal(new("sold", 3, 3), item));
        }
        await stop.CancelAsync();
        await Task.WhenAll(others);
    }

    private Task<Answer> ListedAsync(IReadOnlyList<Item> expected, int seed) => Eventually.Async(
        () => Shop.GetAsync("/api/products/top?limit=100"),
        answer => Listed(answer.Expect(200)).SequenceEqual(expected),
        $"the list {string.Join(" ", expected)} (seed {seed})");

    private static List<Item> Count(IEnumerable<Answer> orders) =>
    [
        .. from line in orders.SelectMany(order => order.Json.GetProperty("lines").EnumerateArray())
           group line by line.GetProperty("productId").GetString()! into product
           let item = new Item(
               product.Key,
               product.Sum(line => line.GetProperty("quantity").GetInt64()),
               product.Sum(line => line.GetProperty("amount").GetInt64()))
           orderby item.Quantity descending, item.Revenue descending, item.ProductId
           select item,
    ];

    private static List<Item> Listed(Answer answer) =>
    [
        .. answer.Json.GetProperty("items").EnumerateArray().Select(item => new Item(
            item.GetProperty("productId").GetString()!, item.GetProperty("quantity").GetInt64(), item.GetProperty("revenue").GetInt64())),
    ];

    private static DateTimeOffset Time(Answer answer, string property) =>
        answer.Json.GetProperty(property).Deserialize<DateTimeOffset>();

    private sealed record Item(string ProductId, long Quantity, long Revenue);
}
