using System.Text;
using System.Text.Json;
using Commerce.Shared;
using Commerce.Shared.Balance;
using Commerce.Shared.Cart;
using EndToEnd.Tests.Contract;
using EndToEnd.Tests.Support;
using LocalPlatform.Cosmos;
using Microsoft.Azure.Cosmos;

namespace EndToEnd.Tests;

/// <summary>Every problem type that the API document names can happen, and this is how.</summary>
public class ProblemTypeTests(ShopFixture fixture)
{
    /// <summary>What produces a problem, in a shop that works.</summary>
    private static readonly Dictionary<string, Func<ShopClient, Task<Answer>>> InAnyShop = new()
    {
        ["validation"] = shop => shop.ChargeAsync("17850", 0),
        ["unauthenticated"] = shop => shop.GetAsync("/api/users/17850/balance", ("Authorization", "Bearer of.nobody.known")),
        ["forbidden"] = async shop =>
        {
            using var other = new ShopClient(shop.Address, "13047", scope: "");
            return await other.GetAsync("/api/users/17850/balance");
        },
        ["not-found"] = shop => shop.GetAsync("/api/products/no-such-product"),
        ["method-not-allowed"] = shop => shop.SendAsync(HttpMethod.Delete, "/api/products"),
        ["idempotency-key-missing"] = shop => shop.SendAsync(HttpMethod.Post, "/api/users/17850/balance/charges", new { amount = 1 }),
        ["idempotency-key-reused"] = ReuseKeyAsync,
        ["unsupported-media-type"] = shop => shop.SendAsync(HttpMethod.Post, "/api/ops/products/import", new { }),
        ["request-timeout"] = async shop => (await RawHttp.SendAsync(
            shop.Address, "POST /api/users/17850/balance/charges HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
                + "application/json\r\nContent-Length: 12\r\n\r\n{"))!,
        ["payload-too-large"] = shop => shop.SendAsync(
            HttpMethod.Post, "/api/users/17850/balance/charges", $$"""{"amount":1,"note":"{{new string('x', 300 * 1024)}}"}""",
                ShopClient.NewKey()),
        ["precondition-failed"] = shop =>
            shop.SendAsync(HttpMethod.Delete, "/api/users/17850/cart", headers: ("If-Match", "\"stale.stale\"")),
        ["insufficient-stock"] = async shop =>
            await shop.OrderAsync(await shop.AddUserAsync(1_000), ShopClient.NewKey(),
                (await shop.AddProductAsync(price: 10, stock: 1), 2)),
        ["insufficient-balance"] = async shop =>
            await shop.OrderAsync(ShopClient.NewId("poor"), ShopClient.NewKey(), (await shop.AddProductAsync(price: 10, stock: 1), 1)),
        ["price-changed"] = async shop =>
            await shop.OrderAtAsync(await shop.AddUserAsync(1_000), ShopClient.NewKey(), 9,
                (await shop.AddProductAsync(price: 10, stock: 1), 1)),
        ["stock-limit-exceeded"] = async shop =>
            await shop.AdjustStockAsync(await shop.AddProductAsync(price: 10, stock: 1_000_000_000), 1),
        ["order-not-cancellable"] = CancelRejectedAsync,
        ["cart-empty"] = shop =>
            shop.SendAsync(HttpMethod.Post, $"/api/users/{ShopClient.NewId("user")}/cart/checkout", key: ShopClient.NewKey()),
    };

    /// <summary>What it takes besides: a shop that is set up so, and a call.</summary>
    private static readonly Dictionary<string, SetUp> InShopsSetUpSo = new()
    {
        ["too-many-requests"] = new(async shop =>
        {
            (await shop.ChargeAsync("17850", 1)).Expect(201);
            return await shop.ChargeAsync("17850", 1);
        }, ("RateLimits:OrdersPerMinute", "1")),
        ["busy"] = new(OverrunAsync, ("Orders:InFlightMax", "1"), ("Orders:InFlightPerProductMax", "1")),
        ["not-ready"] = new(
            shop => shop.GetAsync("/api/health/ready"), ("Cosmos", Unreachable), ("Commerce:CreateContainers", "false")),
    };

    /// <summary>What it takes besides: a document in the container of accounts, and a call.</summary>
    private static readonly Dictionary<string, Stored> InShopsThatStore = new()
    {
        ["internal-error"] = new(
            "broken", """{"id":"account","userId":"broken","balance":"a lot"}""", shop => shop.GetAsync("/api/users/broken/balance")),
        // The largest balance takes thousands of charges, and the fullest cart as many additions; both are as good when found.
        ["balance-limit-exceeded"] = new(
            "rich",
            JsonSerializer.Serialize(
                new Account { UserId = "rich", Balance = Limits.MoneyMax, EntryCount = 1, UpdatedAt = DateTimeOffset.UnixEpoch },
                DocumentJsonContext.Default.Account),
            shop => shop.ChargeAsync("rich", 1)),
        ["cart-full"] = new(
            "hoarder",
            JsonSerializer.Serialize(
                new ShoppingCart
                {
                    UserId = "hoarder",
                    Items = [.. Enumerable.Range(0, Limits.CartItemsMax).Select(i => new CartItem($"p{i}", 1))],
                    UpdatedAt = DateTimeOffset.UtcNow,
                },
                DocumentJsonContext.Default.ShoppingCart),
            async shop => await shop.SendAsync(
                HttpMethod.Post, "/api/users/hoarder/cart/items",
                new { productId = await shop.AddProductAsync(price: 10, stock: 1), quantity = 1 })),
    };

    /// <summary>A well-formed connection string to a port where nobody listens.</summary>
    private const string Unreachable = "AccountEndpoint=https://127.0.0.1:1/;AccountKey=bm90IGEga2V5";

    public static TheoryData<string> TypesInAnyShop => [.. InAnyShop.Keys];

    public static TheoryData<string> TypesInShopsSetUpSo => [.. InShopsSetUpSo.Keys];

    [Fact]
    public async Task Every_documented_type_is_produced_here()
    {
        var contract = ApiContract.Parse((await fixture.Shop.GetAsync("/api/openapi.json")).Expect(200).Body);

        string[] here = [.. InAnyShop.Keys, .. InShopsSetUpSo.Keys, .. InShopsThatStore.Keys];
        Assert.Equal(contract.ProblemTypes.Select(type => type.Split('/')[^1]).Order(), here.Order());
    }

    [Theory]
    [MemberData(nameof(TypesInAnyShop))]
    public async Task A_working_shop_answers(string type) => AssertIs(type, await InAnyShop[type](fixture.Shop));

    [Theory]
    [MemberData(nameof(TypesInShopsSetUpSo))]
    public async Task A_shop_in_trouble_answers(string type)
    {
        var (call, settings) = InShopsSetUpSo[type];
        using var folder = new TemporaryFolder();
        await using var process = await ShopProcess.StartAsync(folder.Path, settings);
        using var shop = new ShopClient(process.Address);

        AssertIs(type, await call(shop));
    }

    [Fact]
    public async Task A_shop_that_stores_what_it_takes_answers()
    {
        using var folder = new TemporaryFolder();
        await StoreAsync(folder.Path);
        await using var process = await ShopProcess.StartAsync(folder.Path);
        using var shop = new ShopClient(process.Address);

        foreach (var (type, stored) in InShopsThatStore)
            AssertIs(type, await stored.Call(shop));
    }

    /// <summary>Puts the documents into a shop's data before it is started.</summary>
    private static async Task StoreAsync(string dataPath)
    {
        await using var store = CosmosStore.Open(Path.Combine(dataPath, "cosmos.db"), TimeProvider.System);
        using var handler = new CosmosGatewayHandler(store);
        using var client = new CosmosClient(LocalCosmos.ConnectionString, new CosmosClientOptions().UseLocalCosmos(handler));
        Database database = await client.CreateDatabaseIfNotExistsAsync("commerce");
        Container container = await database.CreateContainerIfNotExistsAsync("accounts", "/userId");
        foreach (var (userId, json, _) in InShopsThatStore.Values)
        {
            using var document = new MemoryStream(Encoding.UTF8.GetBytes(json));
            using var stored = await container.CreateItemStreamAsync(document, new PartitionKey(userId));
            stored.EnsureSuccessStatusCode();
        }
    }

    // The client checks everything else against the document.
    private static void AssertIs(string type, Answer answer)
    {
        Assert.Equal(type, answer.Problem);
        Assert.Equal(answer.Code, answer.Number("status"));
        Assert.NotEmpty(answer.Text("detail"));
    }

    private static async Task<Answer> ReuseKeyAsync(ShopClient shop)
    {
        var (user, key) = (ShopClient.NewId("user"), ShopClient.NewKey());
        (await shop.ChargeAsync(user, 1, key)).Expect(201);
        return await shop.ChargeAsync(user, 2, key);
    }

    private static async Task<Answer> CancelRejectedAsync(ShopClient shop)
    {
        var (user, key) = (ShopClient.NewId("poor"), ShopClient.NewKey());
        var refused = (await shop.OrderAsync(user, key, (await shop.AddProductAsync(price: 10, stock: 1), 1))).Expect(409);
        return await shop.CancelAsync(user, refused.Text("orderId"));
    }

    /// <summary>Sends orders at once to a shop that takes one at a time, until one is told to come back.</summary>
    private static async Task<Answer> OverrunAsync(ShopClient shop)
    {
        var product = await shop.AddProductAsync(price: 10, stock: 1_000_000);
        var user = await shop.AddUserAsync(1_000_000);
        return await Eventually.Async(
            async () =>
            {
                var answers = await Task.WhenAll(Enumerable.Range(0, 16)
                    .Select(_ => shop.OrderAsync(user, ShopClient.NewKey(), (product, 1))));
                return answers.MaxBy(answer => answer.Code)!;
            },
            answer => answer.Code == 503,
            "an order to be turned away");
    }

    private sealed record SetUp(Func<ShopClient, Task<Answer>> Call, params (string Name, string Value)[] Settings);

    private sealed record Stored(string UserId, string Json, Func<ShopClient, Task<Answer>> Call);
}
