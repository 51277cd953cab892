using EndToEnd.Tests.Support;

namespace EndToEnd.Tests.Shop;

/// <summary>What a cart takes, shows and answers.</summary>
public sealed class CartTests(ShopFixture fixture)
{
    private const long PriceMax = 1_000_000_000;
    private const long PiecesMax = 1_000_000;
    private readonly ShopClient _shop = fixture.Shop;

    private Task<Answer> PutAsync(string user, string product, long quantity, params (string, string)[] headers) =>
        _shop.SendAsync(HttpMethod.Put, $"/api/users/{user}/cart/items/{product}", new { quantity }, headers: headers);

    private Task<Answer> GetAsync(string user) => _shop.GetAsync($"/api/users/{user}/cart");

    private static bool HasTotal(Answer cart) => cart.Json.TryGetProperty("totalAmount", out _);

    private static string Field(Answer refused) => refused.Json.GetProperty("errors")[0].GetProperty("field").GetString()!;

    [Fact]
    public async Task What_costs_more_than_can_be_held_cannot_be_put_in_nor_ordered()
    {
        var user = ShopClient.NewId("user");
        var products = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => _shop.AddProductAsync(PriceMax, 0)));
        foreach (var product in products[..9])
            (await _shop.AddToCartAsync(user, product, PiecesMax)).Expect(201);
        Assert.Equal(("validation", "quantity"),
            ((await _shop.AddToCartAsync(user, products[9], PiecesMax)).Expect(400).Problem,
                Field(await PutAsync(user, products[9], PiecesMax))));
        Assert.Equal(9 * PiecesMax * PriceMax, (await GetAsync(user)).Number("totalAmount"));
        Assert.Equal("items", Field((await _shop.OrderAsync(user, "k", products.Select(product => (product, PiecesMax)))).Expect(400)));
    }

    [Fact]
    public async Task A_cart_that_has_become_too_dear_shows_no_total_and_is_not_bought()
    {
        var user = await _shop.AddUserAsync(1_000);
        var products = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => _shop.AddProductAsync(0, 1)));
        foreach (var product in products)
            await _shop.AddToCartAsync(user, product, PiecesMax);
        foreach (var product in products)
            await _shop.PriceAsync(product, PriceMax);
        var shown = (await GetAsync(user)).Expect(200);
        Assert.False(HasTotal(shown));
        Assert.Equal(("validation", "items"),
            ((await _shop.CheckoutAsync(user, "k")).Expect(400).Problem, Field(await _shop.CheckoutAsync(user, "k"))));
        Assert.Equal(400, (await _shop.CheckoutAsync(user, "k", ("If-Match", shown.Headers["ETag"]))).Code);
        Assert.False(HasTotal((await PutAsync(user, products[0], PiecesMax - 1)).Expect(200)));
        Assert.True(HasTotal((await PutAsync(user, products[0], 1)).Expect(200)));
        Assert.Equal("insufficient-balance", (await _shop.CheckoutAsync(user, "k")).Expect(409).Problem);
    }

    [Fact]
    public async Task A_change_answers_as_much_as_its_client_prefers()
    {
        var (user, product) = (ShopClient.NewId("user|x"), await _shop.AddProductAsync(100, 5));
        var told = (await _shop.AddToCartAsync(user, product, 2)).Expect(201);
        Assert.Equal((1, 2, 200, 2),
            (told.Number("itemCount"), told.Number("pieceCount"), told.Number("totalAmount"),
                told.Json.GetProperty("item").GetProperty("quantity").GetInt64()));
        Assert.Equal(told.Headers["ETag"], (await GetAsync(user)).Headers["ETag"]);
        var little = (await PutAsync(user, product, 3, ("Prefer", "return=minimal"))).Expect(204);
        Assert.Equal(("", "return=minimal"), (little.Body, little.Headers["Preference-Applied"]));
        var whole = (await PutAsync(user, product, 4, ("Prefer", "return=representation"))).Expect(200);
        Assert.Equal((await GetAsync(user)).Body, whole.Body);
        foreach (var path in (string[])[$"/items/{product}", ""])
        {
            await _shop.AddToCartAsync(user, product, 1);
            (await _shop.SendAsync(HttpMethod.Delete, $"/api/users/{user}/cart{path}", headers: ("Prefer", "return=representation")))
                .Expect(200);
            (await _shop.SendAsync(HttpMethod.Delete, $"/api/users/{user}/cart{path}", headers: ("Prefer", "return=minimal"))).Expect(204);
            (await _shop.SendAsync(HttpMethod.Delete, $"/api/users/{user}/cart{path}")).Expect(path.Length > 0 ? 200 : 204);
        }
    }

    [Theory]
    [InlineData("top")]
    [InlineData("TOP")]
    [InlineData("%54oP")]
    [InlineData("Import")]
    [InlineData("%49MPORT")]
    public async Task No_product_can_be_called_like_a_route(string segment)
    {
        var id = Uri.UnescapeDataString(segment);
        foreach (var refused in (Answer[])
            [
                await _shop.SendAsync(HttpMethod.Put, $"/api/ops/products/{segment}", new { name = "x", price = 1 }),
                await _shop.SendAsync(HttpMethod.Post, $"/api/ops/products/{segment}/stock-adjustments", new { delta = 1, reason = "x" },
                    ShopClient.NewKey()),
                await PutAsync("kim", segment, 1),
                await _shop.SendAsync(HttpMethod.Delete, $"/api/users/kim/cart/items/{segment}"),
                await _shop.AddToCartAsync("kim", id, 1),
                await _shop.OrderAsync("kim", ShopClient.NewKey(), (id, 1)),
            ])
            Assert.True(refused is { Code: 400, Problem: "validation" } && Field(refused).EndsWith("productId", StringComparison.Ordinal),
                $"{refused.Code} {refused.Body}");
    }
}
