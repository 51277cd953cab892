using System.Net.Http.Headers;
using System.Text;
using Commerce.SignIn;
using EndToEnd.Tests.Support;

namespace EndToEnd.Tests.Shop;

/// <summary>Text is kept as it was sent, whatever it was written in, or refused where something would be lost.</summary>
public sealed class TextTests(ShopFixture fixture)
{
    private readonly ShopClient _shop = fixture.Shop;

    private async Task<Answer> SendAsync(HttpMethod method, string path, string contentType, byte[] body)
    {
        using var http = new HttpClient(new SignInHandler(new SocketsHttpHandler(),
            ShopClient.Tester))
        { BaseAddress = fixture.Process.Address };
        using var request = new HttpRequestMessage(method, path) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
        return await Answer.OfAsync(response);
    }

    private Task<Answer> ImportAsync(string contentType, byte[] csv) =>
        SendAsync(HttpMethod.Post, "/api/ops/products/import", contentType, csv);

    private async Task<string> NameAsync(string sku) => (await _shop.GetAsync($"/api/products/{sku}")).Expect(200).Text("name");

    private static string Csv(string sku, string name) => $"productId,name,price,stock\n{sku},\"{name}\",1,0\n";

    [Theory]
    [InlineData("text/csv; charset=euc-kr", "euc-kr")]
    [InlineData("text/csv; charset=\"UTF-16\"", "utf-16")]
    [InlineData("text/csv", "utf-8")]
    public async Task A_catalog_keeps_its_names_in_the_charset_that_is_declared(string contentType, string charset)
    {
        var (sku, encoding) = (ShopClient.NewId("p"), CodePagesEncodingProvider.Instance.GetEncoding(charset)
            ?? Encoding.GetEncoding(charset));
        (await ImportAsync(contentType, encoding.GetBytes(Csv(sku, "하얀 하트")))).Expect(200);
        Assert.Equal("하얀 하트", await NameAsync(sku));
    }

    [Fact]
    public async Task A_large_catalog_is_read_as_it_comes()
    {
        var (prefix, rows) = (ShopClient.NewId("p"), new StringBuilder("productId,name,price,stock\n"));
        for (var i = 0; i < 2_000; i++)
            rows.Append(System.Globalization.CultureInfo.InvariantCulture, $"{prefix}-{i},상품 {i} {new string('가', 100)},1,0\n");
        var answer = await ImportAsync("text/csv; charset=euc-kr",
            CodePagesEncodingProvider.Instance.GetEncoding("euc-kr")!.GetBytes(rows.ToString()));
        Assert.Equal(2_000, answer.Expect(200).Number("created"));
        Assert.Equal($"상품 1999 {new string('가', 100)}", await NameAsync($"{prefix}-1999"));
    }

    [Fact]
    public async Task What_is_not_in_the_charset_is_refused_by_row_and_column_and_an_unknown_charset_as_such()
    {
        var sku = ShopClient.NewId("p");
        byte[] broken = [.. Encoding.ASCII.GetBytes($"productId,name,price,stock\n{sku},x,1,0\n{sku}-2,caf"), 0xE9, .. ",1,0\n"u8];
        var refused = (await ImportAsync("text/csv", broken)).Expect(400);
        Assert.Equal(("validation", "row 3, name"),
            (refused.Problem, refused.Json.GetProperty("errors")[0].GetProperty("field").GetString()));
        Assert.Equal("unsupported-media-type", (await ImportAsync("text/csv; charset=klingon", broken)).Expect(415).Problem);
        (await _shop.GetAsync($"/api/products/{sku}")).Expect(404);

        var json = await SendAsync(HttpMethod.Put, $"/api/ops/products/{sku}", "application/json",
            [.. "{\"name\":\"caf"u8, 0xE9, .. "\",\"price\":1}"u8]);
        Assert.Equal("name", json.Expect(400).Json.GetProperty("errors")[0].GetProperty("field").GetString());
        var korean = await SendAsync(HttpMethod.Put, $"/api/ops/products/{sku}", "application/json; charset=euc-kr",
            "{\"name\":\"x\",\"price\":1}"u8.ToArray());
        Assert.Equal("unsupported-media-type", korean.Expect(415).Problem);
        (await _shop.GetAsync($"/api/products/{sku}")).Expect(404);
    }

    [Theory]
    [InlineData("\u3164")]
    [InlineData("\u2800")]
    [InlineData("\u200B\u2060\uFEFF")]
    [InlineData("\u0301")]
    [InlineData("a\u2028b")]
    [InlineData("a\u202Eb")]
    public async Task A_name_that_cannot_be_seen_or_is_no_line_is_refused_at_every_door(string name)
    {
        var sku = ShopClient.NewId("p");
        Assert.Equal("validation",
            (await _shop.SendAsync(HttpMethod.Put, $"/api/ops/products/{sku}", new { name, price = 1 })).Expect(400).Problem);
        Assert.Equal("validation", (await ImportAsync("text/csv", Encoding.UTF8.GetBytes(Csv(sku, name)))).Expect(400).Problem);
        await _shop.AddProductAsync(1, 0, sku);
        var reason = await _shop.SendAsync(HttpMethod.Post, $"/api/ops/products/{sku}/stock-adjustments", new { delta = 1, reason = name },
            "k");
        Assert.Equal("validation", reason.Expect(400).Problem);
        Assert.Equal(0, await _shop.StockAsync(sku));
    }

    [Fact]
    public async Task A_name_of_a_hundred_and_fifty_emoji_is_one_and_shown_wherever_names_are()
    {
        var (sku, name) = (ShopClient.NewId("p"), string.Concat(Enumerable.Repeat("\U0001F90D", 150)));
        (await _shop.SendAsync(HttpMethod.Put, $"/api/ops/products/{sku}",
            """{"name":"NAME","price":1e2}""".Replace("NAME", name, StringComparison.Ordinal))).Expect(201);
        var user = await _shop.AddUserAsync(1_000);
        (await _shop.SendAsync(HttpMethod.Post, $"/api/ops/products/{sku}/stock-adjustments", """{"delta":5.0,"reason":"x"}""", "k"))
            .Expect(201);
        (await _shop.SendAsync(HttpMethod.Post, $"/api/users/{user}/cart/items", $$"""{"productId":"{{sku}}","quantity":2.0}"""))
            .Expect(201);
        var order = (await _shop.CheckoutAsync(user, "k")).Expect(201);
        Assert.Equal((name, 200), (order.Json.GetProperty("lines")[0].GetProperty("name").GetString(), order.Number("totalAmount")));
        Assert.Equal(name, await NameAsync(sku));
    }
}
