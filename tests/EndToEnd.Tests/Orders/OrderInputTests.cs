using System.Text;
using EndToEnd.Tests.Support;

namespace EndToEnd.Tests.Orders;

/// <summary>Whatever is wrong with a request is named, and nothing happens.</summary>
public sealed class OrderInputTests(ShopFixture fixture)
{
    private readonly ShopClient _shop = fixture.Shop;

    [Theory]
    [InlineData("{}", "items")]
    [InlineData("""{"items":null}""", "items")]
    [InlineData("""{"items":[]}""", "items")]
    [InlineData("""{"items":[null]}""", "items[0].productId")]
    [InlineData("""{"items":[{"productId":"p"}]}""", "items[0].quantity")]
    [InlineData("""{"items":[{"quantity":1}]}""", "items[0].productId")]
    [InlineData("""{"items":[{"productId":"p","quantity":0}]}""", "items[0].quantity")]
    [InlineData("""{"items":[{"productId":"p","quantity":-1}]}""", "items[0].quantity")]
    [InlineData("""{"items":[{"productId":"p","quantity":1.5}]}""", "items[0].quantity")]
    [InlineData("""{"items":[{"productId":"p","quantity":"1"}]}""", "items[0].quantity")]
    [InlineData("""{"items":[{"productId":"p","quantity":1000001}]}""", "items[0].quantity")]
    [InlineData("""{"items":[{"productId":"p","quantity":99999999999999999999}]}""", "items[0].quantity")]
    [InlineData("""{"items":[{"productId":"p","quantity":1e400}]}""", "items[0].quantity")]
    [InlineData("""{"items":[{"productId":"p","quantity":1},{"productId":"p/..","quantity":1}]}""", "items[1].productId")]
    [InlineData("""{"items":[{"productId":"no-such-product","quantity":1}]}""", "items[0].productId")]
    [InlineData("""{"items":[{"productId":"p","quantity":1,"price":1}]}""", "items[0].price")]
    [InlineData("""{"items":[{"productId":"p","quantity":1}],"userId":"x"}""", "userId")]
    [InlineData("""{"items":[{"productId":"p","quantity":1}""", null)]
    [InlineData("""[]""", "body")]
    [InlineData("null", "body")]
    [InlineData("", "body")]
    public async Task Bad_input_is_refused_with_the_name_of_the_field(string body, string? field)
    {
        var user = ShopClient.NewId("user");
        var refused = (await _shop.SendAsync(HttpMethod.Post, $"/api/users/{user}/orders", body, "k")).Expect(400);
        Assert.Equal("validation", refused.Problem);
        if (field is not null)
            Assert.Equal(field, refused.Json.GetProperty("errors")[0].GetProperty("field").GetString());
        var orders = (await _shop.GetAsync($"/api/users/{user}/orders")).Expect(200);
        Assert.Empty(orders.Json.GetProperty("items").EnumerateArray());
    }

    [Fact]
    public async Task Ten_thousand_lines_and_a_megabyte_are_refused()
    {
        var lines = string.Join(',', Enumerable.Range(0, 10_000).Select(i => $$"""{"productId":"p{{i}}","quantity":1}"""));
        (await _shop.SendAsync(HttpMethod.Post, "/api/users/u/orders", $$"""{"items":[{{lines}}]}""", "k")).Expect(400, 413);
        var megabyte = new StringBuilder("""{"items":[],"x":""").Append('"').Append('x', 1 << 20).Append("\"}").ToString();
        Assert.Equal("payload-too-large",
            (await _shop.SendAsync(HttpMethod.Post, "/api/users/u/orders", megabyte, "k")).Expect(413).Problem);
    }

    [Theory]
    [InlineData("%2e%2e")]
    [InlineData("a%20b")]
    [InlineData("%EA%B9%80")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    public async Task Odd_user_ids_are_refused(string userId)
    {
        var answer = await _shop.OrderAsync(userId, "k", ("p", 1));
        Assert.InRange(answer.Code, 400, 499);
        Assert.NotNull(answer.Problem);
    }

    [Fact]
    public async Task The_key_is_required_and_bounded()
    {
        var body = new { items = new[] { new { productId = "p", quantity = 1 } } };
        Assert.Equal("idempotency-key-missing", (await _shop.SendAsync(HttpMethod.Post, "/api/users/u/orders", body)).Expect(400).Problem);
        Assert.Equal("validation",
            (await _shop.SendAsync(HttpMethod.Post, "/api/users/u/orders", body, new string('k', 129))).Expect(400).Problem);
    }

    [Fact]
    public async Task A_wrong_method_is_told_the_right_ones()
    {
        var answer = (await _shop.SendAsync(HttpMethod.Delete, "/api/users/u/orders")).Expect(405);
        Assert.Equal("method-not-allowed", answer.Problem);
        Assert.Equal("GET, HEAD, OPTIONS, POST", answer.Headers["Allow"]);
    }
}
