using System.Net.Http.Headers;
using System.Text;
using Commerce.SignIn;
using EndToEnd.Tests.Support;

namespace EndToEnd.Tests.Shop;

/// <summary>
/// Whatever is sent: what is wrong with it is answered as a problem that names it, never as a fault, and nothing changes.
/// </summary>
public sealed class InputTests(ShopFixture fixture)
{
    private readonly ShopClient _shop = fixture.Shop;

    private static readonly string[] BadNumbers =
    [
        "1.5", "1e-3", "\"1\"", "true", "null", "{}", "[1]", "-1", "99999999999999999999", "9223372036854775807", "9223372036854775808",
        "1e999", "NaN", "01", "+1", "",
    ];

    private static readonly string[] BadBodies =
    [
        "", " ", "{", "[]", "null", "1", "\"x\"", "{}", """{"x":1}""", """{"quantity":1,"quantity":1}""", "{}{}", "{'a':1}", "<xml/>",
    ];

    private static readonly string[] OddIds =
    [
        "%20", "%2F", "a%2Fb", "..%2Fx", "%0a", "a%5Cb", "a%3Fb", "a%23b", "%EA%B9%80", "caf%C3%A9", "%ff", "a%25b", "-a", "a;b", "a%22b",
        new string('a', 65), new string('a', 1_000), new string('a', 10_000),
    ];

    private static Task<Answer> SendAsync(ShopClient shop, HttpMethod method, string path, string? body = null) =>
        shop.SendAsync(method, path, body, method == HttpMethod.Post ? "key" : null);

    private static void AssertRefused(Answer answer, string what, string? field = null)
    {
        Assert.True(answer.Code is >= 400 and < 500 && answer.Problem is not null, $"{what}: {answer.Code} {answer.Body}");
        Assert.Equal(answer.Code, (int)answer.Number("status"));
        if (field is not null && answer.Problem == "validation")
            Assert.True(answer.Json.GetProperty("errors").EnumerateArray().Any(error => error.GetProperty("field").GetString() == field),
                $"{what}: {answer.Body}");
    }

    [Fact]
    public async Task Numbers_that_are_none_or_out_of_bounds_are_refused_by_field_and_change_nothing()
    {
        var (user, product) = (ShopClient.NewId("user"), await _shop.AddProductAsync(100, 5));
        foreach (var number in BadNumbers)
        {
            var malformed = number is "NaN" or "01" or "+1" or "";
            foreach (var (method, path, body, field) in new[]
            {
                (HttpMethod.Post, $"/api/users/{user}/balance/charges", $$"""{"amount":{{number}}}""", "amount"),
                (HttpMethod.Post, $"/api/users/{user}/cart/items", $$"""{"productId":"{{product}}","quantity":{{number}}}""", "quantity"),
                (HttpMethod.Put, $"/api/users/{user}/cart/items/{product}", $$"""{"quantity":{{number}}}""", "quantity"),
                (HttpMethod.Put, $"/api/ops/products/{product}", $$"""{"name":"x","price":{{number}}}""", "price"),
                (HttpMethod.Post, $"/api/ops/products/{product}/stock-adjustments",
                    $$"""{"delta":{{(number == "-1" ? "0" : number)}},"reason":"x"}""", "delta"),
            })
                AssertRefused(await SendAsync(_shop, method, path, body), $"{method} {path} {body}", malformed ? null : field);
        }
        Assert.Equal(0, await _shop.BalanceAsync(user));
        Assert.Equal(5, await _shop.StockAsync(product));
        Assert.Equal(100, (await _shop.GetAsync($"/api/products/{product}")).Number("price"));
        Assert.Empty((await _shop.GetAsync($"/api/users/{user}/cart")).Json.GetProperty("items").EnumerateArray());
    }

    [Fact]
    public async Task Bodies_that_are_no_request_are_refused_and_change_nothing()
    {
        var (user, product) = (ShopClient.NewId("user"), await _shop.AddProductAsync(100, 5));
        var megabyte = $$"""{"amount":1,"x":"{{new string('x', 1_000_000)}}"}""";
        foreach (var body in BadBodies.Append(megabyte).Append(new string('[', 100_000)))
        {
            foreach (var (method, path) in new[]
            {
                (HttpMethod.Post, $"/api/users/{user}/balance/charges"), (HttpMethod.Post, $"/api/users/{user}/cart/items"),
                (HttpMethod.Put, $"/api/users/{user}/cart/items/{product}"), (HttpMethod.Put, $"/api/ops/products/{product}"),
                (HttpMethod.Post, $"/api/ops/products/{product}/stock-adjustments"),
            })
                AssertRefused(await SendAsync(_shop, method, path, body), $"{method} {path} {body[..Math.Min(body.Length, 40)]}");
        }
        Assert.Equal(0, await _shop.BalanceAsync(user));
        Assert.Equal(5, await _shop.StockAsync(product));
    }

    [Fact]
    public async Task Odd_ids_are_refused_on_every_route()
    {
        foreach (var id in OddIds)
        {
            foreach (var (method, path, body) in new[]
            {
                (HttpMethod.Get, $"/api/users/{id}/balance", null),
                (HttpMethod.Get, $"/api/users/{id}/balance/entries", null),
                (HttpMethod.Post, $"/api/users/{id}/balance/charges", """{"amount":1}"""),
                (HttpMethod.Get, $"/api/users/{id}/cart", null),
                (HttpMethod.Delete, $"/api/users/{id}/cart", null),
                (HttpMethod.Post, $"/api/users/{id}/cart/checkout", null),
                (HttpMethod.Put, $"/api/users/kim/cart/items/{id}", """{"quantity":1}"""),
                (HttpMethod.Delete, $"/api/users/kim/cart/items/{id}", null),
                (HttpMethod.Get, $"/api/products/{id}", null),
                (HttpMethod.Put, $"/api/ops/products/{id}", """{"name":"x","price":1}"""),
                (HttpMethod.Post, $"/api/ops/products/{id}/stock-adjustments", """{"delta":1,"reason":"x"}"""),
            })
                AssertRefused(await SendAsync(_shop, method, path, body), $"{method} {path[..Math.Min(path.Length, 80)]}");
        }
    }

    [Theory]
    [InlineData("PUT", "/api/users/kim/balance", "GET, HEAD, OPTIONS")]
    [InlineData("DELETE", "/api/users/kim/balance/charges", "OPTIONS, POST")]
    [InlineData("POST", "/api/products", "GET, HEAD, OPTIONS")]
    [InlineData("PATCH", "/api/users/kim/cart", "DELETE, GET, HEAD, OPTIONS")]
    [InlineData("GET", "/api/users/kim/cart/items/a", "DELETE, OPTIONS, PUT")]
    [InlineData("GET", "/api/users/kim/cart/checkout", "OPTIONS, POST")]
    [InlineData("POST", "/api/ops/audit", "GET, HEAD, OPTIONS")]
    public async Task A_wrong_method_is_told_the_right_ones(string method, string path, string allow)
    {
        var answer = (await _shop.SendAsync(new HttpMethod(method), path, method == "GET" ? null : "{}")).Expect(405);
        Assert.Equal(("method-not-allowed", allow), (answer.Problem, answer.Headers["Allow"]));
    }

    [Theory]
    [InlineData("/api/nothing")]
    [InlineData("/api/users/kim")]
    [InlineData("/api/users//balance")]
    [InlineData("/api/products/a/b")]
    public async Task What_is_not_there_is_a_problem_too(string path) =>
        Assert.Equal("not-found", (await _shop.GetAsync(path)).Expect(404).Problem);

    [Theory]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=101", "limit")]
    [InlineData("limit=1.5", "limit")]
    [InlineData("limit=x", "limit")]
    [InlineData("cursor=x", "cursor")]
    [InlineData("cursor=", "cursor")]
    public async Task Pages_out_of_bounds_are_refused_by_field(string query, string field)
    {
        foreach (var path in (string[])["/api/products", "/api/users/kim/balance/entries"])
            AssertRefused((await _shop.GetAsync($"{path}?{query}")).Expect(400), path, field);
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/json; charset=utf-16")]
    public async Task Another_content_type_than_JSON_is_refused(string contentType)
    {
        using var http = new HttpClient(new SignInHandler(new SocketsHttpHandler(),
            ShopClient.Tester))
        { BaseAddress = fixture.Process.Address };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/users/kim-json/balance/charges");
        request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes("""{"amount":1}"""));
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        request.Headers.Add("Idempotency-Key", "k");
        using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal("unsupported-media-type", (await Answer.OfAsync(response)).Expect(415).Problem);
        Assert.Equal(0, await _shop.BalanceAsync("kim-json"));
    }

    [Fact]
    public async Task The_shop_is_alive_and_ready()
    {
        Assert.Equal("live", (await _shop.GetAsync("/api/health/live")).Expect(200).Text("status"));
        Assert.Equal("ready", (await _shop.GetAsync("/api/health/ready")).Expect(200).Text("status"));
    }
}
