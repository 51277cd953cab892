using EndToEnd.Tests.Support;
using Faults;

namespace EndToEnd.Tests.Shop;

/// <summary>Buying a cart: once, exactly what was in it, and what is left in it is what was not bought.</summary>
public sealed class CheckoutTests(ShopFixture fixture)
{
    private const long Price = 1_000;
    private readonly ShopClient _shop = fixture.Shop;

    private static Task<Answer> AddAsync(ShopClient shop, string user, string product, long quantity) =>
        shop.SendAsync(HttpMethod.Post, $"/api/users/{user}/cart/items", new { productId = product, quantity });

    private static Task<Answer> CheckoutAsync(ShopClient shop, string user, string key, params (string, string)[] headers) =>
        shop.SendAsync(HttpMethod.Post, $"/api/users/{user}/cart/checkout", key: key, headers: headers);

    private static async Task<string> CartAsync(ShopClient shop, string user) =>
        string.Join(", ", (await shop.GetAsync($"/api/users/{user}/cart")).Expect(200).Json.GetProperty("items").EnumerateArray()
            .Select(item => $"{item.GetProperty("quantity")} {item.GetProperty("productId")}"));

    [Fact]
    public async Task A_checkout_buys_the_cart_and_a_repeat_answers_the_same_order()
    {
        var (user, product, other) = (await _shop.AddUserAsync(10_000), await _shop.AddProductAsync(Price, 10), await _shop.AddProductAsync(Price, 10));
        await AddAsync(_shop, user, product, 2);
        await AddAsync(_shop, user, other, 1);
        var order = (await CheckoutAsync(_shop, user, "k")).Expect(201);
        Assert.Equal(("paid", 3 * Price), (order.Text("status"), order.Number("totalAmount")));
        Assert.Equal("", await CartAsync(_shop, user));
        Assert.Equal(7_000, await _shop.BalanceAsync(user));

        await AddAsync(_shop, user, product, 5);
        var repeat = (await CheckoutAsync(_shop, user, "k")).Expect(201);
        Assert.Equal(order.Body, repeat.Body);
        Assert.Equal($"5 {product}", await CartAsync(_shop, user));
        Assert.Equal(7_000, await _shop.BalanceAsync(user));
    }

    [Fact]
    public async Task A_checkout_that_is_refused_leaves_the_cart_and_everything_else_as_it_was()
    {
        var (user, product) = (await _shop.AddUserAsync(1_500), await _shop.AddProductAsync(Price, 10));
        await AddAsync(_shop, user, product, 2);
        var refused = (await CheckoutAsync(_shop, user, "k")).Expect(409);
        Assert.Equal(("insufficient-balance", 2_000, 1_500), (refused.Problem, refused.Number("requested"), refused.Number("available")));
        Assert.Equal($"2 {product}", await CartAsync(_shop, user));
        Assert.Equal(10, await _shop.StockAsync(product));

        // The refusal is this key's answer for good; another key is another attempt.
        await _shop.ChargeAsync(user, 10_000);
        (await CheckoutAsync(_shop, user, "k")).Expect(409);
        (await CheckoutAsync(_shop, user, "another")).Expect(201);
        Assert.Equal("", await CartAsync(_shop, user));
    }

    [Fact]
    public async Task What_is_added_while_a_checkout_runs_stays()
    {
        var (user, product) = (await _shop.AddUserAsync(100_000), await _shop.AddProductAsync(Price, 100));
        for (var round = 0; round < 10; round++)
        {
            await AddAsync(_shop, user, product, 2);
            var checkout = CheckoutAsync(_shop, user, $"k{round}");
            var added = AddAsync(_shop, user, product, 3);
            var bought = (await checkout).Expect(201).Json.GetProperty("lines")[0].GetProperty("quantity").GetInt64();
            (await added).Expect(200, 201);
            // Whether the addition came before or after, nothing is lost and nothing is in both.
            Assert.Equal(bought == 5 ? "" : $"3 {product}", await CartAsync(_shop, user));
            await _shop.SendAsync(HttpMethod.Delete, $"/api/users/{user}/cart");
        }
    }

    [Fact]
    public async Task The_same_checkout_many_times_at_once_is_one_order()
    {
        var (user, product) = (await _shop.AddUserAsync(100_000), await _shop.AddProductAsync(Price, 100));
        await AddAsync(_shop, user, product, 2);
        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => CheckoutAsync(_shop, user, "k")));
        Assert.Single(answers.Select(answer => answer.Expect(201).Text("orderId")).Distinct());
        Assert.Equal(98, await _shop.StockAsync(product));
    }

    [Fact]
    public async Task A_key_stands_for_a_checkout_or_for_an_order_not_for_both()
    {
        var (user, product) = (await _shop.AddUserAsync(100_000), await _shop.AddProductAsync(Price, 100));
        (await _shop.OrderAsync(user, "order", (product, 1))).Expect(201);
        await AddAsync(_shop, user, product, 1);
        Assert.Equal("idempotency-key-reused", (await CheckoutAsync(_shop, user, "order")).Expect(422).Problem);
        (await CheckoutAsync(_shop, user, "checkout")).Expect(201);
        Assert.Equal("idempotency-key-reused", (await _shop.OrderAsync(user, "checkout", (product, 1))).Expect(422).Problem);
    }

    [Fact]
    public async Task An_empty_cart_and_a_cart_that_has_changed_are_not_bought()
    {
        var (user, product) = (await _shop.AddUserAsync(100_000), await _shop.AddProductAsync(Price, 100));
        Assert.Equal("cart-empty", (await CheckoutAsync(_shop, user, "k1")).Expect(409).Problem);
        var seen = (await AddAsync(_shop, user, product, 1)).Headers["ETag"];
        await AddAsync(_shop, user, product, 1);
        Assert.Equal("precondition-failed", (await CheckoutAsync(_shop, user, "k2", ("If-Match", seen))).Expect(412).Problem);
        var now = (await _shop.GetAsync($"/api/users/{user}/cart")).Headers["ETag"];
        (await CheckoutAsync(_shop, user, "k3", ("If-Match", now))).Expect(201);
        (await CheckoutAsync(_shop, user, "k3", ("If-Match", now))).Expect(201);
        Assert.Equal("idempotency-key-missing", (await _shop.SendAsync(HttpMethod.Post, $"/api/users/{user}/cart/checkout")).Expect(400).Problem);
    }

    [Fact]
    public async Task Wherever_the_app_dies_the_bought_quantities_leave_the_cart_once()
    {
        using var folder = new TemporaryFolder();
        await using var cosmos = await CosmosFront.StartAsync(new FaultPlan(0, 0));
        (CosmosOperation, string, bool)[] points =
        [
            (CosmosOperation.Create, "orders", true), (CosmosOperation.Patch, "orders", false), (CosmosOperation.Patch, "orders", true),
            (CosmosOperation.Replace, "carts", false), (CosmosOperation.Replace, "carts", true),
        ];
        foreach (var (operation, container, afterwards) in points)
        {
            var process = await ShopProcess.StartAsync(folder.Path, cosmos.Setting, ("Orders:SweepAfterSeconds", "1"));
            var shop = new ShopClient(process.Address);
            var (user, product) = (await shop.AddUserAsync(10_000), await shop.AddProductAsync(Price, 10));
            await AddAsync(shop, user, product, 2);
            cosmos.Faults.Watch = async (call, isAfter) =>
            {
                if (isAfter == afterwards && call.Operation == operation && call.Container == container)
                    await process.KillAsync();
                if (process.HasExited)
                    throw new HttpRequestException("The one who asked is dead.");
            };
            await Assert.ThrowsAnyAsync<HttpRequestException>(() => CheckoutAsync(shop, user, "k"));
            cosmos.Faults.Watch = null;
            await process.DisposeAsync();
            shop.Dispose();

            await using var again = await ShopProcess.StartAsync(folder.Path, cosmos.Setting, ("Orders:SweepAfterSeconds", "1"));
            using var survivor = new ShopClient(again.Address);
            await AddAsync(survivor, user, product, 4);
            (await CheckoutAsync(survivor, user, "k")).Expect(201);
            await Eventually.Async(() => CartAsync(survivor, user), cart => cart == $"4 {product}", $"the cart after {operation} {container} {afterwards}");
            Assert.Equal((8, 8_000), (await survivor.StockAsync(product), await survivor.BalanceAsync(user)));
            await survivor.AssertAuditAsync();
        }
    }
}
