using System.Net.Http.Json;
using System.Text;
using Commerce.SignIn;
using EndToEnd.Tests.Contract;

namespace EndToEnd.Tests.Support;

/// <summary>
/// The shop's HTTP interface as its clients use it. An answer that the API document does not describe fails the test. It calls as a tester
/// who may act for any user and do all that operators do; a test of who may do what calls as somebody else.
/// </summary>
public sealed class ShopClient(Uri address, string subject = ShopClient.Tester, string scope = LocalTokens.EveryScope) : IDisposable
{
    public const string Tester = "tester";

    private readonly HttpClient _http = new(new ContractHandler(
        new SignInHandler(new SocketsHttpHandler { PooledConnectionLifetime = Timeout.InfiniteTimeSpan }, subject, scope)))
    {
        BaseAddress = address,
        Timeout = TimeSpan.FromSeconds(100),
    };

    public Uri Address => address;

    public static string NewKey() => Guid.NewGuid().ToString("N");

    /// <summary>An id that no other test uses.</summary>
    public static string NewId(string prefix) => $"{prefix}-{Guid.NewGuid().ToString("N")[..12]}";

    /// <summary>Sends a request; the body, if any, as JSON (a string as it is).</summary>
    public async Task<Answer> SendAsync(
        HttpMethod method, string path, object? body = null, string? key = null, params IEnumerable<(string Name, string Value)> headers)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
            request.Content = body is string text ? new StringContent(text, Encoding.UTF8, "application/json") : JsonContent.Create(body);
        if (key is not null)
            request.Headers.Add("Idempotency-Key", key);
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        using var response = await _http.SendAsync(request);
        return await Answer.OfAsync(response);
    }

    public Task<Answer> GetAsync(string path, params IEnumerable<(string Name, string Value)> headers) =>
        SendAsync(HttpMethod.Get, path, headers: headers);

    public Task<Answer> ChargeAsync(string userId, long amount, string? key = null) =>
        SendAsync(HttpMethod.Post, $"/api/users/{userId}/balance/charges", new { amount }, key ?? NewKey());

    public async Task<long> BalanceAsync(string userId) => (await GetAsync($"/api/users/{userId}/balance")).Expect(200).Number("balance");

    public async Task<long> StockAsync(string productId) => (await GetAsync($"/api/products/{productId}")).Expect(200).Number("stock");

    public Task<Answer> AdjustStockAsync(string productId, long delta, string? key = null) => SendAsync(
        HttpMethod.Post, $"/api/ops/products/{productId}/stock-adjustments", new { delta, reason = "test" }, key ?? NewKey());

    /// <summary>A new product with so much stock.</summary>
    /// <returns>Its id.</returns>
    public async Task<string> AddProductAsync(long price, long stock, string? productId = null)
    {
        productId ??= NewId("product");
        (await SendAsync(HttpMethod.Put, $"/api/ops/products/{productId}", new { name = $"Product {productId}", price })).Expect(200, 201);
        if (stock > 0)
            (await AdjustStockAsync(productId, stock)).Expect(200, 201);
        return productId;
    }

    /// <summary>A new user with so much money.</summary>
    /// <returns>The user's id.</returns>
    public async Task<string> AddUserAsync(long balance, string? userId = null)
    {
        userId ??= NewId("user");
        if (balance > 0)
            (await ChargeAsync(userId, balance)).Expect(201);
        return userId;
    }

    public Task<Answer> OrderAsync(string userId, string key, params IEnumerable<(string ProductId, long Quantity)> items) =>
        OrderAsync(userId, key, [], items);

    public Task<Answer> OrderAsync(
        string userId, string key, IEnumerable<(string Name, string Value)> headers,
            IEnumerable<(string ProductId, long Quantity)> items) =>
        SendAsync(
            HttpMethod.Post,
            $"/api/users/{userId}/orders",
            new { items = items.Select(item => new { productId = item.ProductId, quantity = item.Quantity }) },
            key,
            headers);

    /// <summary>An order whose buyer agrees to a total and to no other.</summary>
    public Task<Answer> OrderAtAsync(string userId, string key, long expectedTotalAmount,
        params IEnumerable<(string ProductId, long Quantity)> items) =>
        SendAsync(
            HttpMethod.Post,
            $"/api/users/{userId}/orders",
            new { items = items.Select(item => new { productId = item.ProductId, quantity = item.Quantity }), expectedTotalAmount },
            key);

    /// <summary>Gives a product another price, and another name if it says so.</summary>
    public async Task PriceAsync(string productId, long price, string? name = null) => (await SendAsync(
        HttpMethod.Put, $"/api/ops/products/{productId}", new { name = name ?? $"Product {productId}", price })).Expect(200);

    /// <summary>Spreads the stock of a product over so many shards.</summary>
    public Task<Answer> SetShardsAsync(string productId, int count) =>
        SendAsync(HttpMethod.Put, $"/api/ops/products/{productId}/shards", new { count });

    public Task<Answer> AddToCartAsync(string userId, string productId, long quantity) =>
        SendAsync(HttpMethod.Post, $"/api/users/{userId}/cart/items", new { productId, quantity });

    public Task<Answer> CheckoutAsync(string userId, string key, params IEnumerable<(string Name, string Value)> headers) =>
        SendAsync(HttpMethod.Post, $"/api/users/{userId}/cart/checkout", key: key, headers: headers);

    /// <summary>What is in a cart: pieces and product, in the cart's order.</summary>
    public async Task<string> CartAsync(string userId) =>
        string.Join(", ", (await GetAsync($"/api/users/{userId}/cart")).Expect(200).Json.GetProperty("items").EnumerateArray()
            .Select(item => $"{item.GetProperty("quantity")} {item.GetProperty("productId")}"));

    public Task<Answer> FindOrderAsync(string userId, string orderId) => GetAsync($"/api/users/{userId}/orders/{orderId}");

    public Task<Answer> CancelAsync(string userId, string orderId, string? key = null) =>
        SendAsync(HttpMethod.Post, $"/api/users/{userId}/orders/{orderId}/cancellation", key: key ?? NewKey());

    /// <summary>Waits until an order is no longer pending.</summary>
    public Task<Answer> DecidedAsync(string userId, string orderId) => Eventually.Async(
        () => FindOrderAsync(userId, orderId), answer => answer.Expect(200).Text("status") != "pending", $"order {orderId} to be decided");

    /// <summary>Recomputes all sums from the records and compares; fails the test when they differ.</summary>
    public async Task AssertAuditAsync()
    {
        var audit = (await GetAsync("/api/ops/audit")).Expect(200);
        Assert.True(audit.Json.GetProperty("ok").GetBoolean(), audit.Body);
    }

    /// <summary>Runs a timer function now.</summary>
    public async Task FireTimerAsync(string name) => (await SendAsync(HttpMethod.Post, $"/admin/functions/{name}", "{}")).Expect(202);

    public void Dispose() => _http.Dispose();
}
