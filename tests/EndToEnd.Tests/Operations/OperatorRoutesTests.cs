using System.Text.Json;
using EndToEnd.Tests.Support;

namespace EndToEnd.Tests.Operations;

/// <summary>What operators ask: orders of all users, an instance's numbers, movements, deliveries and their events.</summary>
public class OperatorRoutesTests(ShopFixture fixture)
{
    private readonly ShopClient _shop = fixture.Shop;

    [Fact]
    public async Task Orders_of_all_are_found_by_user_product_state_and_time_newest_first()
    {
        var (lantern, holder) = (await _shop.AddProductAsync(price: 10, stock: 100), await _shop.AddProductAsync(price: 10, stock: 100));
        var (kim, lee) = (await _shop.AddUserAsync(1_000), await _shop.AddUserAsync(1_000));
        var first = await OrderAsync(kim, lantern);
        var second = await OrderAsync(lee, lantern);
        var third = await OrderAsync(kim, holder);
        (await _shop.CancelAsync(kim, first.Id)).Expect(200);

        Assert.Equal([third, first], await SearchAsync($"userId={kim}"));
        Assert.Equal([second, first], await SearchAsync($"productId={lantern}"));
        Assert.Equal([first], await SearchAsync($"userId={kim}&status=cancelled"));
        Assert.Equal([second], await SearchAsync($"productId={lantern}&status=paid"));
        Assert.Equal([], await SearchAsync($"userId={lee}&productId={holder}"));
        Assert.Equal([third], await SearchAsync($"userId={kim}&from={second.At}"));
        Assert.Equal([first], await SearchAsync($"userId={kim}&to={second.At}"));
        Assert.Contains(second, await SearchAsync($"from={second.At}&to={second.At}"));
    }

    [Fact]
    public async Task A_cursor_leads_through_all_pages_of_a_search()
    {
        var product = await _shop.AddProductAsync(price: 10, stock: 100);
        var users = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => _shop.AddUserAsync(1_000)));
        var placed = await Task.WhenAll(users.Select(user => OrderAsync(user, product)));
        var (from, to) = (placed.Min(order => order.At), placed.Max(order => order.At));

        var newestFirst = placed.OrderByDescending(order => order.At, StringComparer.Ordinal).ToList();
        Assert.Equal(newestFirst, await PagesAsync($"productId={product}&limit=2"));
        // Among them may be orders of other tests.
        Assert.Equal(newestFirst, (await PagesAsync($"from={from}&to={to}&status=paid&limit=2")).Where(placed.Contains));
    }

    [Fact]
    public async Task Movements_come_newest_first_in_pages_that_add_up_to_the_stock()
    {
        var product = await _shop.AddProductAsync(price: 10, stock: 5);
        (await _shop.AdjustStockAsync(product, 7)).Expect(200, 201);
        await OrderAsync(await _shop.AddUserAsync(1_000), product);

        var first = (await _shop.GetAsync($"/api/ops/products/{product}/movements?limit=2")).Expect(200);
        var second = (await _shop.GetAsync($"/api/ops/products/{product}/movements?limit=2&cursor={first.Text("nextCursor")}")).Expect(200);

        Assert.Equal([-1, 7, 5], Items(first).Concat(Items(second)).Select(movement => movement.GetProperty("delta").GetInt64()));
        Assert.False(second.Json.TryGetProperty("nextCursor", out _));
        (await _shop.GetAsync($"/api/ops/products/{ShopClient.NewId("product")}/movements")).Expect(404);
    }

    [Fact]
    public async Task Deliveries_come_in_pages_and_each_shows_its_event()
    {
        var (user, product) = (await _shop.AddUserAsync(1_000), await _shop.AddProductAsync(price: 10, stock: 5));
        await OrderAsync(user, product);
        await OrderAsync(user, product);

        var first = await Eventually.Async(
            () => _shop.GetAsync("/api/ops/deliveries?state=delivered&limit=1"),
            page => page.Json.TryGetProperty("nextCursor", out _),
            "two deliveries");
        var second = (await _shop.GetAsync($"/api/ops/deliveries?state=delivered&limit=1&cursor={first.Text("nextCursor")}")).Expect(200);
        var older = Assert.Single(Items(second)).GetProperty("eventId").GetString();
        Assert.NotEqual(Assert.Single(Items(first)).GetProperty("eventId").GetString(), older);

        var payload = (await _shop.GetAsync($"/api/ops/deliveries/{older}/event")).Expect(200);
        Assert.Equal((older, "1.0"), (payload.Text("id"), payload.Text("specversion")));
        (await _shop.GetAsync("/api/ops/deliveries/unknown/event")).Expect(404);
    }

    [Fact]
    public async Task Metrics_count_what_was_paid_and_why_the_rest_was_refused()
    {
        var (user, product) = (await _shop.AddUserAsync(15), await _shop.AddProductAsync(price: 10, stock: 5));
        await OrderAsync(user, product);
        (await _shop.OrderAsync(user, ShopClient.NewKey(), (product, 1))).Expect(409);

        var metrics = await Eventually.Async(
            () => _shop.GetAsync("/api/ops/metrics"),
            answer => Sum(answer, "paid") > 0 && answer.Body.Contains("\"insufficient-balance\"", StringComparison.Ordinal),
            "the second to be over");

        Assert.True(Sum(metrics, "refused") > 0);
        Assert.True(metrics.Json.GetProperty("latency").GetProperty("p50Ms").GetDouble() > 0);
        static long Sum(Answer answer, string outcome) =>
            answer.Json.GetProperty("seconds").EnumerateArray().Sum(second => second.GetProperty(outcome).GetInt64());
    }

    [Theory]
    [InlineData("orders?from=yesterday", "from")]
    [InlineData("orders?from=2026-03-02", "from")]
    [InlineData("orders?to=2026-03-02T09:00:00", "to")]
    [InlineData("orders?to=", "to")]
    [InlineData("orders?status=Paid", "status")]
    [InlineData("orders?status=paid&status=paid", "status")]
    [InlineData("orders?userId=-", "userId")]
    [InlineData("orders?productId=a%2Fb", "productId")]
    [InlineData("orders?limit=0", "limit")]
    [InlineData("orders?limit=101", "limit")]
    [InlineData("orders?cursor=!", "cursor")]
    [InlineData("orders/-/o-AAAAAAAAAAAAAAAAAAAAAA/steps", "userId")]
    [InlineData("orders/kim/1/steps", "orderId")]
    [InlineData("products/-/movements", "productId")]
    [InlineData("products/85123A/movements?limit=x", "limit")]
    [InlineData("products/85123A/movements?cursor=!", "cursor")]
    [InlineData("deliveries", "state")]
    [InlineData("deliveries?state=lost", "state")]
    [InlineData("deliveries?state=parked&limit=0", "limit")]
    [InlineData("deliveries?state=parked&cursor=!", "cursor")]
    public async Task A_value_that_is_wrong_is_named(string path, string field)
    {
        var refused = (await _shop.GetAsync($"/api/ops/{path}")).Expect(400);
        Assert.Equal("validation", refused.Problem);
        Assert.Equal(field, Assert.Single(refused.Json.GetProperty("errors").EnumerateArray()).GetProperty("field").GetString());
    }

    [Fact]
    public async Task A_cursor_of_another_list_leads_nowhere()
    {
        var product = await _shop.AddProductAsync(price: 10, stock: 5);
        (await _shop.AdjustStockAsync(product, 7)).Expect(200, 201);
        var cursor = (await _shop.GetAsync($"/api/ops/products/{product}/movements?limit=1")).Expect(200).Text("nextCursor");
        (await _shop.GetAsync($"/api/ops/orders?cursor={cursor}")).Expect(400);
    }

    [Theory]
    [InlineData("orders")]
    [InlineData("orders/kim/o-AAAAAAAAAAAAAAAAAAAAAA/steps")]
    [InlineData("metrics")]
    [InlineData("products/85123A/movements")]
    [InlineData("deliveries")]
    [InlineData("deliveries/unknown/event")]
    public async Task Nobody_sees_it_but_operators(string path)
    {
        using var stranger = new HttpClient { BaseAddress = _shop.Address };
        using var unsigned = await stranger.GetAsync($"/api/ops/{path}", TestContext.Current.CancellationToken);
        Assert.Equal(401, (int)unsigned.StatusCode);
        using var buyer = new ShopClient(_shop.Address, "kim", scope: "");
        (await buyer.GetAsync($"/api/ops/{path}")).Expect(403);
    }

    private async Task<Found> OrderAsync(string userId, string productId) =>
        Found.Of((await _shop.OrderAsync(userId, ShopClient.NewKey(), (productId, 1))).Expect(201).Json);

    private async Task<IEnumerable<Found>> SearchAsync(string query) =>
        Items((await _shop.GetAsync($"/api/ops/orders?{query}")).Expect(200)).Select(Found.Of);

    /// <summary>All pages, each with no more than it may have.</summary>
    private async Task<IEnumerable<Found>> PagesAsync(string query)
    {
        var found = new List<Found>();
        for (var cursor = ""; ;)
        {
            var page = (await _shop.GetAsync($"/api/ops/orders?{query}{cursor}")).Expect(200);
            Assert.InRange(Items(page).Count(), 0, 2);
            found.AddRange(Items(page).Select(Found.Of));
            if (!page.Json.TryGetProperty("nextCursor", out var next))
                return found;
            cursor = $"&cursor={next.GetString()}";
        }
    }

    private static JsonElement.ArrayEnumerator Items(Answer page) => page.Json.GetProperty("items").EnumerateArray();

    private sealed record Found(string Id, string At)
    {
        public static Found Of(JsonElement order) =>
            new(order.GetProperty("orderId").GetString()!, order.GetProperty("createdAt").GetString()!);
    }
}
