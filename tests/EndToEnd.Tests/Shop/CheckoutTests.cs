using EndToEnd.Tests.Support;
using Faults;

namespace EndToEnd.Tests.Shop;

/// <summary>Buying a cart: once, exactly what was in it, and what is left in it is what was not bought.</summary>
public sealed class CheckoutTests(ShopFixture fixture)
{
    private const long Price = 1_000;
    private readonly ShopClient _shop = fixture.Shop;

    [Fact]
    public async Task A_checkout_buys_the_cart_and_a_repeat_answers_the_same_order()
    {
        var (user, product, other) = (await _shop.AddUserAsync(10_000), await _shop.AddProductAsync(Price, 10),
            await _shop.AddProductAsync(Price, 10));
        await _shop.AddToCartAsync(user, product, 2);
        await _shop.AddToCartAsync(user, other, 1);
        var order = (await _shop.CheckoutAsync(user, "k")).Expect(201);
        Assert.Equal(("paid", 3 * Price), (order.Text("status"), order.Number("totalAmount")));
        Assert.Equal("", await _shop.CartAsync(user));
        Assert.Equal(7_000, await _shop.BalanceAsync(user));

        await _shop.AddToCartAsync(user, product, 5);
        var repeat = (await _shop.CheckoutAsync(user, "k")).Expect(201);
        Assert.Equal(order.Body, repeat.Body);
        Assert.Equal($"5 {product}", await _shop.CartAsync(user));
        Assert.Equal(7_000, await _shop.BalanceAsync(user));
    }

    [Fact]
    public async Task A_checkout_that_is_refused_leaves_the_cart_and_everything_else_as_it_was()
    {
        var (user, product) = (await _shop.AddUserAsync(1_500), await _shop.AddProductAsync(Price, 10));
        await _shop.AddToCartAsync(user, product, 2);
        var refused = (await _shop.CheckoutAsync(user, "k")).Expect(409);
        Assert.Equal(("insufficient-balance", 2_000, 1_500), (refused.Problem, refused.Number("requested"), refused.Number("available")));
        Assert.Equal($"2 {product}", await _shop.CartAsync(user));
        Assert.Equal(10, await _shop.StockAsync(product));

        // The refusal is this key's answer for good; another key is another attempt.
        await _shop.ChargeAsync(user, 10_000);
        (await _shop.CheckoutAsync(user, "k")).Expect(409);
        (await _shop.CheckoutAsync(user, "another")).Expect(201);
        Assert.Equal("", await _shop.CartAsync(user));
    }

    [Fact]
    public async Task What_is_added_while_a_checkout_runs_stays()
    {
        var (user, product) = (await _shop.AddUserAsync(100_000), await _shop.AddProductAsync(Price, 100));
        for (var round = 0; round < 10; round++)
        {
            await _shop.AddToCartAsync(user, product, 2);
            var checkout = _shop.CheckoutAsync(user, $"k{round}");
            var added = _shop.AddToCartAsync(user, product, 3);
            var bought = (await checkout).Expect(201).Json.GetProperty("lines")[0].GetProperty("quantity").GetInt64();
            (await added).Expect(200, 201);
            // Whether the addition came before or after, nothing is lost and nothing is in both.
            Assert.Equal(bought == 5 ? "" : $"3 {product}", await _shop.CartAsync(user));
            await _shop.SendAsync(HttpMethod.Delete, $"/api/users/{user}/cart");
        }
    }

    [Fact]
    public async Task The_same_checkout_many_times_at_once_is_one_order()
    {
        var (user, product) = (await _shop.AddUserAsync(100_000), await _shop.AddProductAsync(Price, 100));
        await _shop.AddToCartAsync(user, product, 2);
        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => _shop.CheckoutAsync(user, "k")));
        Assert.Single(answers.Select(answer => answer.Expect(201).Text("orderId")).Distinct());
        Assert.Equal(98, await _shop.StockAsync(product));
    }

    [Fact]
    public async Task A_key_stands_for_a_checkout_or_for_an_order_not_for_both()
    {
        var (user, product) = (await _shop.AddUserAsync(100_000), await _shop.AddProductAsync(Price, 100));
        (await _shop.OrderAsync(user, "order", (product, 1))).Expect(201);
        await _shop.AddToCartAsync(user, product, 1);
        Assert.Equal("idempotency-key-reused", (await _shop.CheckoutAsync(user, "order")).Expect(422).Problem);
        (await _shop.CheckoutAsync(user, "checkout")).Expect(201);
        Assert.Equal("idempotency-key-reused", (await _shop.OrderAsync(user, "checkout", (product, 1))).Expect(422).Problem);
    }

    [Fact]
    public async Task An_empty_cart_and_a_cart_that_has_changed_are_not_bought()
    {
        var (user, product) = (await _shop.AddUserAsync(100_000), await _shop.AddProductAsync(Price, 100));
        Assert.Equal("cart-empty", (await _shop.CheckoutAsync(user, "k1")).Expect(409).Problem);
        var seen = (await _shop.AddToCartAsync(user, product, 1)).Headers["ETag"];
        await _shop.AddToCartAsync(user, product, 1);
        Assert.Equal("precondition-failed", (await _shop.CheckoutAsync(user, "k2", ("If-Match", seen))).Expect(412).Problem);
        var now = (await _shop.GetAsync($"/api/users/{user}/cart")).Headers["ETag"];
        (await _shop.CheckoutAsync(user, "k3", ("If-Match", now))).Expect(201);
        (await _shop.CheckoutAsync(user, "k3", ("If-Match", now))).Expect(201);
        Assert.Equal("idempotency-key-missing",
            (await _shop.SendAsync(HttpMethod.Post, $"/api/users/{user}/cart/checkout")).Expect(400).Problem);
    }

    [Fact]
    public async Task Of_many_checkouts_of_one_cart_with_the_same_version_one_makes_an_order()
    {
        var (user, product) = (await _shop.AddUserAsync(100_000), await _shop.AddProductAsync(Price, 100));
        var seen = (await _shop.AddToCartAsync(user, product, 1)).Headers["ETag"];

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(n => _shop.CheckoutAsync(user, $"k{n}", ("If-Match", seen))));

        Assert.Single(answers, answer => answer.Code == 201);
        Assert.All(answers.Where(answer => answer.Code != 201), answer => Assert.Equal("precondition-failed", answer.Expect(412).Problem));
        Assert.Equal((99_000, 99), (await _shop.BalanceAsync(user), await _shop.StockAsync(product)));
        Assert.Equal("", await _shop.CartAsync(user));
    }

    [Fact]
    public async Task Of_many_checkouts_of_one_cart_with_any_version_one_makes_an_order()
    {
        var (user, product) = (await _shop.AddUserAsync(100_000), await _shop.AddProductAsync(Price, 100));
        await _shop.AddToCartAsync(user, product, 1);

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(n => _shop.CheckoutAsync(user, $"k{n}")));

        Assert.Single(answers, answer => answer.Code == 201);
        Assert.All(answers.Where(answer => answer.Code != 201), answer => Assert.Equal("cart-empty", answer.Expect(409).Problem));
        Assert.Equal((99_000, 99), (await _shop.BalanceAsync(user), await _shop.StockAsync(product)));
    }

    [Fact]
    public async Task A_checkout_that_is_refused_for_stock_gives_the_cart_back_as_it_lay()
    {
        var products = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => _shop.AddProductAsync(Price, 10)));
        var user = await _shop.AddUserAsync(100_000);
        foreach (var product in products.OrderDescending())
            await _shop.AddToCartAsync(user, product, 2);
        await _shop.AddToCartAsync(user, products[2], 9);
        var before = await _shop.CartAsync(user);

        Assert.Equal("insufficient-stock", (await _shop.CheckoutAsync(user, "k")).Expect(409).Problem);

        Assert.Equal(before, await _shop.CartAsync(user));
        Assert.Equal((100_000, 40), (await _shop.BalanceAsync(user), (await Task.WhenAll(products.Select(_shop.StockAsync))).Sum()));
        // The refusal is the key's answer for good, however the cart is then.
        await _shop.AdjustStockAsync(products[2], 100);
        (await _shop.CheckoutAsync(user, "k")).Expect(409);
        Assert.Equal(before, await _shop.CartAsync(user));
        (await _shop.CheckoutAsync(user, "another")).Expect(201);
    }

    [Fact]
    public async Task What_is_added_while_a_checkout_is_refused_is_in_the_cart_with_what_comes_back()
    {
        var (user, product) = (await _shop.AddUserAsync(100_000), await _shop.AddProductAsync(Price, 1));
        for (var round = 0; round < 10; round++)
        {
            await _shop.AddToCartAsync(user, product, 2);
            var checkout = _shop.CheckoutAsync(user, $"k{round}");
            var added = _shop.AddToCartAsync(user, product, 3);
            (await checkout).Expect(409);
            (await added).Expect(200, 201);
            Assert.Equal($"5 {product}", await _shop.CartAsync(user));
            await _shop.SendAsync(HttpMethod.Delete, $"/api/users/{user}/cart");
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Wherever_the_app_dies_a_cart_is_bought_once_or_given_back_whole(bool afterwards)
    {
        using var folder = new TemporaryFolder();
        await using var cosmos = await CosmosFront.StartAsync(new FaultPlan(0, 0));
        Task<ShopProcess> StartAsync() => ShopProcess.StartAsync(folder.Path, cosmos.Setting, ("Orders:SweepAfterSeconds", "1"));
        await using var process = await StartAsync();
        using var shop = new ShopClient(process.Address);
        // The batch that lets the order in and empties the cart, the line, the batch that pays, or that rejects and gives the cart back.
        // Who dies before the first of them has bought nothing.
        (string Container, int Occurrence)[] writes =
            afterwards ? [("accounts", 1), ("catalog", 1), ("accounts", 2)] : [("catalog", 1), ("accounts", 2)];
        var victims = await Task.WhenAll(writes.SelectMany(_ => (bool[])[true, false], FillAsync));

        await DyingTogether.DieAsync(cosmos, process, afterwards, [.. victims.Select(victim => (victim.Point, Buy(victim.User)))]);

        await using var again = await StartAsync();
        using var survivor = new ShopClient(again.Address);
        foreach (var (user, product, isServed, _) in victims)
        {
            await survivor.AddToCartAsync(user, product, 4);
            (await survivor.CheckoutAsync(user, "k")).Expect(isServed ? 201 : 409);
            Assert.Equal(isServed ? $"4 {product}" : $"15 {product}", await survivor.CartAsync(user));
            Assert.Equal(
                isServed ? (8, 8_000) : (10, 20_000), (await survivor.StockAsync(product), await survivor.BalanceAsync(user)));
        }
        await survivor.AssertAuditAsync();

        Func<Task<Answer>> Buy(string user) => () => shop.CheckoutAsync(user, "k");

        async Task<(string User, string Product, bool IsServed, DeathPoint Point)> FillAsync(
            (string Container, int Occurrence) write, bool isServed)
        {
            var (user, product) = (await shop.AddUserAsync(isServed ? 10_000 : 20_000), await shop.AddProductAsync(Price, 10));
            await shop.AddToCartAsync(user, product, isServed ? 2 : 11);
            return (user, product, isServed, new DeathPoint(CosmosOperation.Batch, write.Container, write.Occurrence, user, product));
        }
    }
}
