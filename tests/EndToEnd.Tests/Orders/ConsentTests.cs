using EndToEnd.Tests.Support;

namespace EndToEnd.Tests.Orders;

/// <summary>Nothing is charged that its buyer did not see.</summary>
public sealed class ConsentTests(ShopFixture fixture)
{
    private readonly ShopClient _shop = fixture.Shop;

    [Fact]
    public async Task A_cart_whose_prices_have_changed_since_it_was_shown_is_not_bought()
    {
        var (user, product) = (await _shop.AddUserAsync(100_000), await _shop.AddProductAsync(1_000, 10));
        await _shop.AddToCartAsync(user, product, 1);
        var shown = (await _shop.GetAsync($"/api/users/{user}/cart")).Headers["ETag"];
        await _shop.PriceAsync(product, 50_000);

        Assert.Equal("precondition-failed", (await _shop.CheckoutAsync(user, "k", ("If-Match", shown))).Expect(412).Problem);

        Assert.Equal((100_000, 10, $"1 {product}"),
            (await _shop.BalanceAsync(user), await _shop.StockAsync(product), await _shop.CartAsync(user)));
        var again = (await _shop.GetAsync($"/api/users/{user}/cart")).Headers["ETag"];
        Assert.Equal(50_000, (await _shop.CheckoutAsync(user, "k", ("If-Match", again))).Expect(201).Number("totalAmount"));
    }

    [Theory]
    [InlineData("name")]
    [InlineData("stock")]
    [InlineData("quantity")]
    [InlineData("addition")]
    [InlineData("removal")]
    public async Task A_cart_that_looks_another_way_than_it_was_shown_is_not_bought(string what)
    {
        var (user, product, other) = (await _shop.AddUserAsync(100_000), await _shop.AddProductAsync(1_000, 10),
            await _shop.AddProductAsync(1_000, 10));
        await _shop.AddToCartAsync(user, product, 1);
        await _shop.AddToCartAsync(user, other, 1);
        var shown = (await _shop.GetAsync($"/api/users/{user}/cart")).Headers["ETag"];
        await (what switch
        {
            "name" => _shop.PriceAsync(product, 1_000, "Another name"),
            "stock" => _shop.AdjustStockAsync(product, 1),
            "quantity" => _shop.SendAsync(HttpMethod.Put, $"/api/users/{user}/cart/items/{product}", new { quantity = 2 }),
            "addition" => _shop.AddToCartAsync(user, await _shop.AddProductAsync(1, 1), 1),
            _ => _shop.SendAsync(HttpMethod.Delete, $"/api/users/{user}/cart/items/{product}"),
        });

        (await _shop.CheckoutAsync(user, "k", ("If-Match", shown))).Expect(412);
        (await _shop.CheckoutAsync(user, "k", ("If-Match", $"\"nonsense\", W/{shown}"))).Expect(412);
        Assert.Equal(100_000, await _shop.BalanceAsync(user));
    }

    [Fact]
    public async Task A_total_that_was_agreed_to_is_what_an_order_costs_or_there_is_none()
    {
        var (user, product) = (await _shop.AddUserAsync(100_000), await _shop.AddProductAsync(1_000, 10));
        Assert.Equal(2_000, (await _shop.OrderAtAsync(user, "fine", 2_000, (product, 2))).Expect(201).Number("totalAmount"));
        await _shop.PriceAsync(product, 900);

        var refused = (await _shop.OrderAtAsync(user, "k", 2_000, (product, 2))).Expect(409);

        Assert.Equal(("price-changed", 2_000, 1_800),
            (refused.Problem, refused.Number("expectedTotalAmount"), refused.Number("totalAmount")));
        Assert.Equal((98_000, 8), (await _shop.BalanceAsync(user), await _shop.StockAsync(product)));
        // The answer stands, also when the price is back; the same key with another total is another request.
        await _shop.PriceAsync(product, 1_000);
        Assert.Equal(refused.Body, (await _shop.OrderAtAsync(user, "k", 2_000, (product, 2))).Expect(409).Body);
        Assert.Equal("idempotency-key-reused", (await _shop.OrderAtAsync(user, "k", 1_800, (product, 2))).Expect(422).Problem);
        Assert.Equal("idempotency-key-reused", (await _shop.OrderAsync(user, "k", (product, 2))).Expect(422).Problem);
        var order = (await _shop.FindOrderAsync(user, refused.Text("orderId"))).Expect(200).Json.GetProperty("rejection");
        Assert.Equal((2_000, 1_800), (order.GetProperty("expectedTotalAmount").GetInt64(), order.GetProperty("totalAmount").GetInt64()));
    }

    [Fact]
    public async Task So_it_is_with_a_checkout_and_the_cart_stays()
    {
        var (user, product) = (await _shop.AddUserAsync(100_000), await _shop.AddProductAsync(1_000, 10));
        await _shop.AddToCartAsync(user, product, 2);
        var path = $"/api/users/{user}/cart/checkout";
        await _shop.PriceAsync(product, 3_000);

        var refused = (await _shop.SendAsync(HttpMethod.Post, path, new { expectedTotalAmount = 2_000 }, "k")).Expect(409);

        Assert.Equal(("price-changed", 2_000, 6_000),
            (refused.Problem, refused.Number("expectedTotalAmount"), refused.Number("totalAmount")));
        Assert.Equal($"2 {product}", await _shop.CartAsync(user));
        Assert.Equal("idempotency-key-reused", (await _shop.CheckoutAsync(user, "k")).Expect(422).Problem);
        Assert.Equal(6_000, (await _shop.SendAsync(HttpMethod.Post, path, new { expectedTotalAmount = 6_000 }, "k2")).Expect(201)
            .Number("totalAmount"));
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("9007199254740992")]
    [InlineData("1.5")]
    [InlineData("\"1\"")]
    public async Task A_total_that_no_order_can_have_is_refused_at_either_door(string total)
    {
        var (user, product) = (await _shop.AddUserAsync(1_000), await _shop.AddProductAsync(1, 10));
        await _shop.AddToCartAsync(user, product, 1);
        var order = await _shop.SendAsync(
            HttpMethod.Post, $"/api/users/{user}/orders",
                $$"""{"items":[{"productId":"{{product}}","quantity":1}],"expectedTotalAmount":{{total}}}""", "k");
        var checkout = await _shop.SendAsync(HttpMethod.Post, $"/api/users/{user}/cart/checkout", $$"""{"expectedTotalAmount":{{total}}}""",
            "k");
        Assert.All([order, checkout], answer =>
            Assert.Equal("expectedTotalAmount", answer.Expect(400).Json.GetProperty("errors")[0].GetProperty("field").GetString()));
    }

    [Fact]
    public async Task Buyers_who_agreed_pay_what_they_agreed_to_while_the_price_goes_up_and_down()
    {
        var product = await _shop.AddProductAsync(100, 10_000);
        var users = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => _shop.AddUserAsync(100_000)));
        using var stop = new CancellationTokenSource();
        var prices = Task.Run(async () =>
        {
            for (var n = 0; !stop.IsCancellationRequested; n++)
                await _shop.PriceAsync(product, 100 + (n % 3));
        });
        var answers = await Task.WhenAll(users.SelectMany(user => Enumerable.Range(0, 12).Select(async n =>
            (User: user, Agreed: 100 + (n % 3), Answer: await _shop.OrderAtAsync(user, $"k{n}", 100 + (n % 3), (product, 1))))));
        await stop.CancelAsync();
        await prices;

        foreach (var (_, agreed, answer) in answers)
        {
            if (answer.Expect(201, 409).Code == 201)
                Assert.Equal(agreed, answer.Number("totalAmount"));
            else
                Assert.Equal(("price-changed", agreed), (answer.Problem, answer.Number("expectedTotalAmount")));
        }
        foreach (var user in answers.GroupBy(order => order.User))
            Assert.Equal(100_000 - user.Where(order => order.Answer.Code == 201).Sum(order => order.Agreed),
                await _shop.BalanceAsync(user.Key));
        Assert.Equal(10_000 - answers.Count(order => order.Answer.Code == 201), await _shop.StockAsync(product));
    }
}
