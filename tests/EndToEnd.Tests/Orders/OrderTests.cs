using Commerce.Shared;
using EndToEnd.Tests.Support;

namespace EndToEnd.Tests.Orders;

public sealed class OrderTests(ShopFixture fixture)
{
    private readonly ShopClient _shop = fixture.Shop;

    [Fact]
    public async Task A_paid_order_takes_money_and_stock_and_can_be_read_back()
    {
        var product = await _shop.AddProductAsync(price: 700, stock: 10);
        var user = await _shop.AddUserAsync(5_000);

        var placed = (await _shop.OrderAsync(user, "first", (product, 3))).Expect(201);

        Assert.Equal("paid", placed.Text("status"));
        Assert.Equal(2_100, placed.Number("totalAmount"));
        Assert.Equal(OperationId.Order(user, "first"), placed.Text("orderId"));
        var line = placed.Json.GetProperty("lines")[0];
        Assert.Equal((product, 700L, 3L, 2_100L), (
            line.GetProperty("productId").GetString(), line.GetProperty("unitPrice").GetInt64(),
            line.GetProperty("quantity").GetInt64(), line.GetProperty("amount").GetInt64()));
        Assert.Equal((2_900L, 7L), (await _shop.BalanceAsync(user), await _shop.StockAsync(product)));

        var read = (await _shop.GetAsync(placed.Headers["Location"])).Expect(200);
        Assert.Equal((placed.Body, placed.Headers["ETag"]), (read.Body, read.Headers["ETag"]));
        (await _shop.GetAsync(placed.Headers["Location"], ("If-None-Match", read.Headers["ETag"]))).Expect(304);
    }

    [Fact]
    public async Task An_order_that_the_balance_does_not_cover_is_refused_with_the_numbers_and_holds_nothing()
    {
        var (a, b) = (await _shop.AddProductAsync(600, 10), await _shop.AddProductAsync(600, 10));
        var user = await _shop.AddUserAsync(1_000);

        var refused = (await _shop.OrderAsync(user, "k", (a, 1), (b, 1))).Expect(409);

        Assert.Equal("insufficient-balance", refused.Problem);
        Assert.Equal((1_200L, 1_000L), (refused.Number("requested"), refused.Number("available")));
        Assert.Equal((1_000L, 10L, 10L), (await _shop.BalanceAsync(user), await _shop.StockAsync(a), await _shop.StockAsync(b)));
        var order = (await _shop.FindOrderAsync(user, refused.Text("orderId"))).Expect(200);
        Assert.Equal("rejected", order.Text("status"));
        Assert.Equal("insufficient-balance", order.Json.GetProperty("rejection").GetProperty("code").GetString());
    }

    [Fact]
    public async Task An_order_that_stock_does_not_cover_is_refused_whole()
    {
        var (plenty, scarce) = (await _shop.AddProductAsync(10, 100_000), await _shop.AddProductAsync(10, 2));
        var user = await _shop.AddUserAsync(1_000);

        var refused = (await _shop.OrderAsync(user, "k", (plenty, 5), (scarce, 3))).Expect(409);

        Assert.Equal("insufficient-stock", refused.Problem);
        Assert.Equal((scarce, 3L, 2L), (refused.Text("productId"), refused.Number("requested"), refused.Number("available")));
        Assert.Equal((1_000L, 100_000L, 2L),
            (await _shop.BalanceAsync(user), await _shop.StockAsync(plenty), await _shop.StockAsync(scarce)));
    }

    [Fact]
    public async Task A_repeated_key_gives_the_same_answer_whatever_has_changed_since()
    {
        var product = await _shop.AddProductAsync(1_000, 5);
        var user = await _shop.AddUserAsync(1_000);
        var refused = (await _shop.OrderAsync(user, "too-much", (product, 2))).Expect(409);
        var paid = (await _shop.OrderAsync(user, "fine", (product, 1))).Expect(201);
        (await _shop.ChargeAsync(user, 10_000)).Expect(201);

        Assert.Equal(refused.Body, (await _shop.OrderAsync(user, "too-much", (product, 2))).Expect(409).Body);
        Assert.Equal(paid.Body, (await _shop.OrderAsync(user, "fine", (product, 1))).Expect(201).Body);
        Assert.Equal((10_000L, 4L), (await _shop.BalanceAsync(user), await _shop.StockAsync(product)));
    }

    [Fact]
    public async Task A_key_used_for_another_order_is_refused()
    {
        var product = await _shop.AddProductAsync(10, 5);
        var user = await _shop.AddUserAsync(1_000);
        (await _shop.OrderAsync(user, "k", (product, 1))).Expect(201);
        Assert.Equal("idempotency-key-reused", (await _shop.OrderAsync(user, "k", (product, 2))).Expect(422).Problem);
        // The same wish in other words is a repeat.
        (await _shop.OrderAsync(await _shop.AddUserAsync(1_000), "k", (product, 2))).Expect(201);
        Assert.Equal((990L, 2L), (await _shop.BalanceAsync(user), await _shop.StockAsync(product)));
    }

    [Fact]
    public async Task The_same_key_from_many_clients_at_once_is_one_order()
    {
        var product = await _shop.AddProductAsync(100, 50);
        var user = await _shop.AddUserAsync(10_000);

        var answers = await Task.WhenAll(Enumerable.Range(0, 24).Select(_ => _shop.OrderAsync(user, "k", (product, 2))));

        Assert.Single(answers.Select(answer => answer.Expect(201).Body).Distinct());
        Assert.Equal((9_800L, 48L), (await _shop.BalanceAsync(user), await _shop.StockAsync(product)));
    }

    [Fact]
    public async Task Of_32_buyers_and_stock_for_16_exactly_16_are_served()
    {
        var product = await _shop.AddProductAsync(100, 16);
        var users = await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => _shop.AddUserAsync(100)));

        var answers = await Task.WhenAll(users.Select(user => _shop.OrderAsync(user, "k", (product, 1))));

        Assert.Equal(16, answers.Count(answer => answer.Code == 201));
        Assert.All(answers.Where(answer => answer.Code != 201), answer =>
        {
            Assert.Equal("insufficient-stock", answer.Expect(409).Problem);
            Assert.Equal((product, 1L, 0L), (answer.Text("productId"), answer.Number("requested"), answer.Number("available")));
        });
        Assert.Equal(0, await _shop.StockAsync(product));
        Assert.Equal(16 * 100, (await Task.WhenAll(users.Select(_shop.BalanceAsync))).Sum());
    }

    [Fact]
    public async Task Lines_of_one_product_count_together()
    {
        var product = await _shop.AddProductAsync(10, 5);
        var user = await _shop.AddUserAsync(1_000);
        Assert.Equal(6, (await _shop.OrderAsync(user, "6", (product, 3), (product, 3))).Expect(409).Number("requested"));
        var paid = (await _shop.OrderAsync(user, "5", (product, 3), (product, 2))).Expect(201);
        Assert.Equal(5, Assert.Single(paid.Json.GetProperty("lines").EnumerateArray()).GetProperty("quantity").GetInt64());
        Assert.Equal(0, await _shop.StockAsync(product));
    }

    [Fact]
    public async Task What_costs_nothing_can_be_ordered_without_a_balance()
    {
        var product = await _shop.AddProductAsync(0, 5);
        var user = ShopClient.NewId("user");
        var paid = (await _shop.OrderAsync(user, "k", (product, 2))).Expect(201);
        Assert.Equal(0, paid.Number("totalAmount"));
        (await _shop.CancelAsync(user, paid.Text("orderId"))).Expect(200);
        Assert.Equal((0L, 5L), (await _shop.BalanceAsync(user), await _shop.StockAsync(product)));
    }

    [Fact]
    public async Task The_buyer_pays_the_price_in_force()
    {
        var product = await _shop.AddProductAsync(100, 5);
        var user = await _shop.AddUserAsync(1_000);
        (await _shop.OrderAsync(user, "before", (product, 1))).Expect(201);
        await _shop.AddProductAsync(250, 0, product);
        Assert.Equal(250, (await _shop.OrderAsync(user, "after", (product, 1))).Expect(201).Number("totalAmount"));
        Assert.Equal(650, await _shop.BalanceAsync(user));
    }

    [Fact]
    public async Task Who_would_rather_not_wait_gets_the_address_at_once()
    {
        var product = await _shop.AddProductAsync(100, 5);
        var user = await _shop.AddUserAsync(1_000);
        var accepted = (await _shop.OrderAsync(user, "k", [("Prefer", "respond-async")], [(product, 1)])).Expect(202);
        Assert.Equal("respond-async", accepted.Headers["Preference-Applied"]);
        Assert.Equal($"/api/users/{user}/orders/{accepted.Text("orderId")}", accepted.Headers["Location"]);
        Assert.Equal("paid", (await _shop.DecidedAsync(user, accepted.Text("orderId"))).Text("status"));
    }

    [Fact]
    public async Task Orders_are_listed_newest_first_page_by_page()
    {
        var product = await _shop.AddProductAsync(1, 100);
        var user = await _shop.AddUserAsync(100);
        var ids = new List<string>();
        for (var i = 0; i < 7; i++)
            ids.Insert(0, (await _shop.OrderAsync(user, $"k{i}", (product, 1))).Expect(201).Text("orderId"));

        var seen = new List<string>();
        var cursor = "";
        do
        {
            var page = (await _shop.GetAsync($"/api/users/{user}/orders?limit=3{cursor}")).Expect(200);
            seen.AddRange(page.Json.GetProperty("items").EnumerateArray().Select(order => order.GetProperty("orderId").GetString()!));
            cursor = page.Json.TryGetProperty("nextCursor", out var next) ? $"&cursor={next.GetString()}" : null;
        }
        while (cursor is not null);
        Assert.Equal(ids, seen);
    }

    [Fact]
    public async Task The_largest_order_is_served_whole_or_not_at_all()
    {
        var products = Enumerable.Range(0, Limits.OrderLinesMax).Select(_ => ShopClient.NewId("large")).ToArray();
        await Parallel.ForEachAsync(
            products, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (product, _) =>
                await _shop.AddProductAsync(3, 2, product));
        var user = await _shop.AddUserAsync(10_000);

        var paid = (await _shop.OrderAsync(user, "all", products.Select(product => (product, 1L)))).Expect(201, 202);
        Assert.Equal("paid", (await _shop.DecidedAsync(user, paid.Text("orderId"))).Text("status"));
        Assert.Equal(10_000 - 3 * Limits.OrderLinesMax, await _shop.BalanceAsync(user));

        (await _shop.OrderAsync(user, "last", (products[^1], 1))).Expect(201);
        var refused = await _shop.OrderAsync(user, "again", products.Select(product => (product, 1L)));
        Assert.Equal("rejected", (await _shop.DecidedAsync(user, refused.Expect(202, 409).Text("orderId"))).Text("status"));
        Assert.Equal((1L, 0L), (await _shop.StockAsync(products[0]), await _shop.StockAsync(products[^1])));
    }
}
