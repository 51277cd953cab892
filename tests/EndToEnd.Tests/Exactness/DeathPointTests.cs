using Commerce.Shared;
using EndToEnd.Tests.Support;
using Faults;

namespace EndToEnd.Tests.Exactness;

/// <summary>
/// The app dies (SIGKILL) exactly before or after each of its writes, the answer to which it never sees; then it is started again and
/// left alone. The store is a process of its own, so the moments are exact. Where it died after a write, its hub and its queue are lost as
/// well: what the write promises is kept all the same.
/// </summary>
public sealed class DeathPointTests : IAsyncLifetime
{
    private const long Price = 100;

    private const CosmosOperation Batch = CosmosOperation.Batch;

    private static readonly Scenario Served = new("served", StockOfSecond: 5, Status: "paid", Answer: 201, Cancels: false);
    private static readonly Scenario OutOfStock = new("out of stock", StockOfSecond: 1, Status: "rejected", Answer: 409, Cancels: false);
    private static readonly Scenario Cancelled = new("cancelled", StockOfSecond: 5, Status: "cancelled", Answer: 200, Cancels: true);
    private static readonly Scenario Penniless = new("penniless", StockOfSecond: 5, Status: "rejected", Answer: 409,
        Cancels: false)
    { Balance = 10 };

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
        foreach (var afterwards in new[] { false, true })
        {
            // Let in with its money, the two lines, paid.
            await DieOnAsync(Batch, "accounts", 1, afterwards, Served);
            await DieOnAsync(Batch, "catalog", 1, afterwards, Served);
            await DieOnAsync(Batch, "catalog", 2, afterwards, Served);
            await DieOnAsync(Batch, "accounts", 2, afterwards, Served);
            // Let in, one line sold, the other refused, the first put back, rejected.
            await DieOnAsync(Batch, "accounts", 1, afterwards, OutOfStock);
            await DieOnAsync(Batch, "catalog", 1, afterwards, OutOfStock);
            await DieOnAsync(Batch, "catalog", 2, afterwards, OutOfStock);
            await DieOnAsync(Batch, "catalog", 3, afterwards, OutOfStock);
            await DieOnAsync(Batch, "accounts", 2, afterwards, OutOfStock);
            // Refused at the door.
            await DieOnAsync(Batch, "accounts", 1, afterwards, Penniless);
            // The request recorded, refunded, the two lines put back, marked.
            await DieOnAsync(Batch, "accounts", 1, afterwards, Cancelled);
            await DieOnAsync(Batch, "accounts", 2, afterwards, Cancelled);
            await DieOnAsync(Batch, "catalog", 1, afterwards, Cancelled);
            await DieOnAsync(Batch, "catalog", 2, afterwards, Cancelled);
            await DieOnAsync(CosmosOperation.Patch, "accounts", 1, afterwards, Cancelled);
        }
        using var client = _cosmos!.Client();
        (await RawAudit.OfAsync(client)).AssertNoDifferences();
    }

    private async Task DieOnAsync(CosmosOperation operation, string container, int occurrence, bool afterwards, Scenario scenario)
    {
        // Until then it may be as if nothing had been asked for.
        var isKnown = afterwards || (operation, container, occurrence) is not (Batch, "accounts", 1) || scenario.Cancels;
        var point = $"{scenario.Name}: {operation} on {container} #{occurrence}, {(afterwards ? "after" : "before")} the write";
        // In this order they are reserved: with the other, the refusal would come first, and there would be nothing to put back.
        var a = await _shop!.AddProductAsync(Price, 5, ShopClient.NewId("product-a"));
        var b = await _shop.AddProductAsync(Price, scenario.StockOfSecond, ShopClient.NewId("product-b"));
        var user = await _shop.AddUserAsync(scenario.Balance);
        (string, long)[] lines = [(a, 2), (b, 3)];
        var orderId = OperationId.Order(user, "k");
        if (scenario.Cancels)
            (await _shop.OrderAsync(user, "k", lines)).Expect(201);

        var (death, isFirst) = ((Task?)null, occurrence == 1 && container == "accounts" && operation == Batch);
        _cosmos!.Faults.Watch = async (call, isAfter) =>
        {
            if (isAfter == afterwards && call.Operation == operation && call.Container == container && --occurrence == 0)
                death = _process!.KillAsync();
            // It takes a while to die, and must not learn from a look meanwhile what has been written.
            if (death is null)
                return;
            await death;
            throw new HttpRequestException("The one who asked is dead.");
        };
        await ShopProcess.AssertUnansweredAsync(() =>
            scenario.Cancels ? _shop.CancelAsync(user, orderId, "cancel") : _shop.OrderAsync(user, "k", lines));
        _cosmos.Faults.Watch = null;
        Assert.True(death is not null, point);
        if (afterwards)
            LoseHubAndQueue();
        await StartAsync();

        // Who died before the request to cancel was recorded has begun nothing.
        if (scenario.Cancels && !afterwards && isFirst)
            (await _shop.CancelAsync(user, orderId, "cancel")).Expect(200);
        else if (!await IsSettledAsync(point, user, orderId, scenario, isKnown))
            (await _shop.OrderAsync(user, "k", lines)).Expect(scenario.Answer);
        await AssertTheEventIsKeptAsync(point, orderId, scenario.Status);
        Assert.True(await _shop.StockAsync(a) == 5 - scenario.Taken(2), point);
        Assert.True(await _shop.StockAsync(b) == scenario.StockOfSecond - scenario.Taken(3), point);
        Assert.True(await _shop.BalanceAsync(user) == scenario.Balance - scenario.Taken(5) * Price, point);
        Assert.Equal(scenario.Cancels ? 201 : scenario.Answer, (await _shop.OrderAsync(user, "k", lines)).Code);
    }

    /// <summary>
    /// Nobody asks for the order again: the shop finishes what it had accepted. False when it knows nothing of it, which it may only
    /// if it died before it was accepted.
    /// </summary>
    private async Task<bool> IsSettledAsync(string point, string user, string orderId, Scenario scenario, bool isKnown)
    {
        var found = await Eventually.Async(
            async () =>
            {
                await _shop!.FireTimerAsync("Upkeep");
                return await _shop.FindOrderAsync(user, orderId);
            },
            answer => answer.Code == 404 || answer.Expect(200).Text("status") == scenario.Status,
            point);
        Assert.True(found.Code == 200 || !isKnown, point);
        return found.Code == 200;
    }

    /// <summary>Whoever was to send it is gone with the hub, and what was sent with the queue: the books know of it.</summary>
    private async Task AssertTheEventIsKeptAsync(string point, string orderId, string status)
    {
        if (status == "rejected")
            return;
        await Eventually.Async(
            async () =>
            {
                await _shop!.FireTimerAsync("ReconcileEvents");
                return await _shop.GetAsync($"/api/ops/deliveries/{orderId}.{status}");
            },
            answer => answer.Code == 200,
            point);
    }

    private void LoseHubAndQueue()
    {
        foreach (var file in Directory.GetFiles(_folder.Path)
            .Where(static file => Path.GetFileName(file).Split('.')[0] is "taskhub" or "servicebus"))
            File.Delete(file);
    }

    private async Task StartAsync()
    {
        _shop?.Dispose();
        if (_process is not null)
            await _process.DisposeAsync();
        // A buyer who waits for as long as it takes: on a busy machine 202 would be the answer before the point is reached.
        _process = await ShopProcess.StartAsync(
            _folder.Path,
            _cosmos!.Setting,
            ("Orders:WaitSeconds", "60"),
            ("Orders:SweepAfterSeconds", "1"),
            ("DataPlatform:LostAfterSeconds", "1"));
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
        public long Balance { get; init; } = 1_000;

        public long Taken(long quantity) => Status == "paid" ? quantity : 0;
    }
}
