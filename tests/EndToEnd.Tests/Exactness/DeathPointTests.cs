using Commerce.Shared;
using EndToEnd.Tests.Support;
using Faults;

namespace EndToEnd.Tests.Exactness;

/// <summary>
/// The app dies (SIGKILL) exactly before or after each of its writes, the answer to which it never sees; then it is started again and
/// left alone. The store is a process of its own, so the moments are exact.
/// </summary>
public sealed class DeathPointTests : IAsyncLifetime
{
    private const long Price = 100;

    private static readonly (CosmosOperation Operation, string Container)[] Writes =
        [(CosmosOperation.Create, "orders"), (CosmosOperation.Batch, "catalog"), (CosmosOperation.Batch, "accounts"), (CosmosOperation.Patch, "orders")];

    private static readonly Scenario Served = new("served", StockOfSecond: 5, Status: "paid", Answer: 201, Cancels: false);
    private static readonly Scenario OutOfStock = new("out of stock", StockOfSecond: 1, Status: "rejected", Answer: 409, Cancels: false);
    private static readonly Scenario Cancelled = new("cancelled", StockOfSecond: 5, Status: "cancelled", Answer: 200, Cancels: true);

    private readonly FaultPlan _plan = new(0, 0);
    private readonly TemporaryFolder _folder = new();
    private CosmosFront? _cosmos;
    private ShopProcess? _process;
    private ShopClient? _shop;

    public async ValueTask InitializeAsync()
    {
        _cosmos = await CosmosFront.StartAsync(_plan);
        await StartAsync();
    }

    [Fact]
    public async Task Wherever_the_app_dies_the_order_is_completed_or_undone_as_a_whole()
    {
        foreach (var (operation, container) in Writes)
        {
            foreach (var afterwards in new[] { false, true })
            {
                await DieOnAsync(operation, container, afterwards, Served);
                if (container != "accounts")
                    await DieOnAsync(operation, container, afterwards, OutOfStock);
            }
        }
        // The second stock batch of an order out of stock is the refusal, the third puts back what the first took.
        await DieOnAsync(CosmosOperation.Batch, "catalog", true, OutOfStock, occurrence: 2);
        await DieOnAsync(CosmosOperation.Batch, "catalog", true, OutOfStock, occurrence: 3);
        await DieOnAsync(CosmosOperation.Batch, "accounts", true, Cancelled);
        await DieOnAsync(CosmosOperation.Batch, "catalog", true, Cancelled);
        await DieOnAsync(CosmosOperation.Patch, "orders", true, Cancelled);
        using var client = _cosmos!.Client();
        (await RawAudit.OfAsync(client)).AssertNoDifferences();
    }

    private async Task DieOnAsync(CosmosOperation operation, string container, bool afterwards, Scenario scenario, int occurrence = 1)
    {
        var point = $"{scenario.Name}: {operation} on {container} #{occurrence}, {(afterwards ? "after" : "before")} the write";
        // In this order they are reserved: with the other, the refusal would come first, and there would be nothing to put back.
        var a = await _shop!.AddProductAsync(Price, 5, ShopClient.NewId("product-a"));
        var b = await _shop.AddProductAsync(Price, scenario.StockOfSecond, ShopClient.NewId("product-b"));
        var user = await _shop.AddUserAsync(1_000);
        (string, long)[] lines = [(a, 2), (b, 3)];
        var orderId = OperationId.Order(user, "k");
        if (scenario.Cancels)
            (await _shop.OrderAsync(user, "k", lines)).Expect(201);

        var died = false;
        _cosmos!.Faults.Watch = async (call, isAfter) =>
        {
            if (!died && isAfter == afterwards && call.Operation == operation && call.Container == container && --occurrence == 0)
            {
                died = true;
                await _process!.KillAsync();
            }
            if (died && _process!.HasExited)
                throw new HttpRequestException("The one who asked is dead.");
        };
        await Assert.ThrowsAnyAsync<HttpRequestException>(() =>
            scenario.Cancels ? _shop.CancelAsync(user, orderId) : _shop.OrderAsync(user, "k", lines));
        _cosmos.Faults.Watch = null;
        Assert.True(died, point);
        await StartAsync();

        if (!await IsSettledAsync(point, user, orderId, scenario))
            (await _shop.OrderAsync(user, "k", lines)).Expect(scenario.Answer);
        Assert.True(await _shop.StockAsync(a) == 5 - scenario.Taken(2), point);
        Assert.True(await _shop.StockAsync(b) == scenario.StockOfSecond - scenario.Taken(3), point);
        Assert.True(await _shop.BalanceAsync(user) == 1_000 - scenario.Taken(5) * Price, point);
        Assert.Equal(scenario.Cancels ? 201 : scenario.Answer, (await _shop.OrderAsync(user, "k", lines)).Code);
    }

    /// <summary>
    /// Nobody asks for the order again: the shop finishes what it had accepted. False when it knows nothing of it, which it may only
    /// if it died before it was accepted.
    /// </summary>
    private async Task<bool> IsSettledAsync(string point, string user, string orderId, Scenario scenario)
    {
        var found = await Eventually.Async(
            async () =>
            {
                await _shop!.FireTimerAsync("SweepOrders");
                return await _shop.FindOrderAsync(user, orderId);
            },
            answer => answer.Code == 404 || answer.Expect(200).Text("status") == scenario.Status,
            point);
        Assert.True(found.Code == 200 || point.Contains("Create on orders #1, before", StringComparison.Ordinal), point);
        return found.Code == 200;
    }

    private async Task StartAsync()
    {
        _shop?.Dispose();
        if (_process is not null)
            await _process.DisposeAsync();
        _process = await ShopProcess.StartAsync(_folder.Path, _cosmos!.Setting, ("Orders:SweepAfterSeconds", "1"));
        _shop = new ShopClient(_process.Address);
    }

    public async ValueTask DisposeAsync()
    {
        _shop?.Dispose();
        if (_process is not null)
            await _process.DisposeAsync();
        if (_cosmos is not null)
            await _cosmos.DisposeAsync();
        _folder.Dispose();
    }

    private sealed record Scenario(string Name, long StockOfSecond, string Status, int Answer, bool Cancels)
    {
        public long Taken(long quantity) => Status == "paid" ? quantity : 0;
    }
}
