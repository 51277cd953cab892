using EndToEnd.Tests.Support;

namespace EndToEnd.Tests.Shop;

/// <summary>What HTTP offers wherever there is something: a look at the headers, and a look at the methods.</summary>
public class MethodTests(ShopFixture fixture)
{
    private readonly ShopClient _shop = fixture.Shop;

    [Theory]
    [InlineData("/api/products")]
    [InlineData("/api/products/top")]
    [InlineData("/api/products/{product}")]
    [InlineData("/api/products/no-such-product")]
    [InlineData("/api/users/{user}/balance")]
    [InlineData("/api/users/{user}/balance/entries")]
    [InlineData("/api/users/{user}/cart")]
    [InlineData("/api/users/{user}/orders")]
    [InlineData("/api/users/{user}/orders/no-order")]
    [InlineData("/api/ops/deliveries")]
    [InlineData("/api/ops/deliveries/status")]
    [InlineData("/api/ops/ranking")]
    [InlineData("/api/health/live")]
    [InlineData("/api/health/ready")]
    [InlineData("/api/openapi.json")]
    [InlineData("/api/docs")]
    public async Task A_look_at_the_headers_is_the_answer_without_its_body(string template)
    {
        var (user, product) = (await _shop.AddUserAsync(5), await _shop.AddProductAsync(price: 10, stock: 1));
        var path = template.Replace("{user}", user, StringComparison.Ordinal).Replace("{product}", product, StringComparison.Ordinal);
        var whole = await _shop.GetAsync(path);
        var head = (await _shop.SendAsync(HttpMethod.Head, path)).Expect(whole.Code);

        Assert.Empty(head.Body);
        foreach (var name in (string[])["Content-Type", "ETag", "Cache-Control"])
            Assert.Equal(whole.Headers.GetValueOrDefault(name), head.Headers.GetValueOrDefault(name));
        Assert.NotEqual("0", head.Headers.GetValueOrDefault("Content-Length"));
    }

    [Theory]
    [InlineData("/api/products", "GET, HEAD, OPTIONS")]
    [InlineData("/api/users/kim/cart", "DELETE, GET, HEAD, OPTIONS")]
    [InlineData("/api/users/kim/balance/charges", "OPTIONS, POST")]
    public async Task The_methods_can_be_asked_for(string path, string allow)
    {
        var answer = (await _shop.SendAsync(HttpMethod.Options, path)).Expect(204);
        Assert.Equal((allow, ""), (answer.Headers["Allow"], answer.Body));
    }

    [Fact]
    public async Task There_are_none_where_nothing_is() => (await _shop.SendAsync(HttpMethod.Options, "/api/nothing")).Expect(404);

    [Fact]
    public async Task A_location_can_be_followed_whatever_the_ids_are()
    {
        var (user, product) = ("a|b@c:d", $"SKU |+ {ShopClient.NewKey()[..8]}");
        var created = (await _shop.SendAsync(HttpMethod.Put, $"/api/ops/products/{Uri.EscapeDataString(product)}",
            new { name = "n", price = 10 })).Expect(201);
        var added = (await _shop.SendAsync(HttpMethod.Post, $"/api/users/{Uri.EscapeDataString(user)}/cart/items",
            new { productId = product, quantity = 1 })).Expect(200, 201);
        foreach (var location in new[] { created, added }.Select(answer => answer.Headers.GetValueOrDefault("Location")).OfType<string>())
        {
            Assert.True(Uri.IsWellFormedUriString(location, UriKind.Relative), location);
            (await _shop.GetAsync(location)).Expect(200);
        }
    }
}
