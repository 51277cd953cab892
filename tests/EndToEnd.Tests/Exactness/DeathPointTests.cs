using Commerce.Shared;
using EndToEnd.Tests.Support;
using Faults;

namespace EndToEnd.Tests.Exactness;

/// <summary>
/// The app dies (SIGKILL) exactly before or after each of its writes, the answer to which it never sees; then it is started again and
/// left alone. One death is that of many orders, each held at another write until all are there. The store is a process of its own, so the
/// moments are exact. Where it died after the writes, its hub and its queue are lost as well: what they promise is kept all the same.
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

    private static readonly Write[] Writes =
    [
        // Let in with its money, the two lines, paid.
        new(Served, Batch, "accounts", 1), new(Served, Batch, "catalog", 1), new(Served, Batch, "catalog", 2),
        new(Served, Batch, "accounts", 2),
        // Let in, one line sold, the other refused, the first put back, rejected.
        new(OutOfStock, Batch, "accounts", 1), new(OutOfStock, Batch, "catalog", 1), new(OutOfStock, Batch, "catalog", 2),
        new(OutOfStock, Batch, "catalog", 3), new(OutOfStock, Batch, "accounts", 2),
        // Refused at the door.
        new(Penniless, Batch, "accounts", 1),
        // The request recorded, refunded, the two lines put back, marked.
        new(Cancelled, Batch, "accounts", 1), new(Cancelled, Batch, "accounts", 2), new(Cancelled, Batch, "catalog", 1),
        new(Cancelled, Batch, "catalog", 2), new(Cancelled, CosmosOperation.Patch, "accounts", 1),
    ];

    private readonly TemporaryFolder _folder = new();
    private CosmosFront? _cosmos;
    private ShopProcess? _process;
    private ShopClient? _shop;

    public async ValueTask InitializeAsync()
    {
        _cosmos = await CosmosFront.StartAsync(new FaultPlan(0, 0));
        await StartAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Wherever_the_app_dies_the_order_is_completed_or_undone_as_a_whole(bool afterwards)
    {
        var victims = await Task.WhenAll(Writes.Select(PrepareAsync));

        await DyingTogether.DieAsync(_cosmos!, _process!, afterwards, [.. victims.Select(victim => (victim.Point, AskFor(victim)))]);
        if (afterwards)
            LoseHubAndQueue();
        await StartAsync();

        foreach (var victim in victims)
            await AssertItIsWholeAsync(victim, afterwards);
        using var client = _cosmos!.Client();
        (await RawAudit.OfAsync(client)).AssertNoDifferences();
    }

    /// <summary>A buyer and products of one order alone, as it is before the request that does not survive.</summary>
    private async Task<Victim> PrepareAsync(Write write)
    {
        // In this order they are reserved: with the other, the refusal would come first, and there would be nothing to put back.
        var a = await _shop!.AddProductAsync(Price, 5, ShopClient.NewId("product-a"));
        var b = await _shop.AddProductAsync(Price, write.Scenario.StockOfSecond, ShopClient.NewId("product-b"));
        var user = await _shop.AddUserAsync(write.Scenario.Balance);
        var point = new DeathPoint(write.Operation, write.Container, write.Occurrence, user, a, b);
        var victim = new Victim(write, user, a, b, point);
        if (write.Scenario.Cancels)
            (await OrderAsync(victim)).Expect(201);
        return victim;
    }

    private Func<Task<Answer>> AskFor(Victim victim) =>
        () => victim.Write.Scenario.Cancels ? _shop!.CancelAsync(victim.User, victim.OrderId, "cancel") : OrderAsync(victim);

    private Task<Answer> OrderAsync(Victim victim) => _shop!.OrderAsync(victim.User, "k", (victim.A, 2), (victim.B, 3));

    private async Task AssertItIsWholeAsync(Victim victim, bool afterwards)
    {
        var (write, user, a, b, _) = victim;
        var scenario = write.Scenario;
        var point = $"{write}, {(afterwards ? "after" : "before")} it";
        var isFirst = write is { Operation: Batch, Container: "accounts", Occurrence: 1 };
        // Until then it may be as if nothing had been asked for.
        var isKnown = afterwards || !isFirst || scenario.Cancels;
        // Who died before the request to cancel was recorded has begun nothing.
        if (scenario.Cancels && !afterwards && isFirst)
            (await _shop!.CancelAsync(user, victim.OrderId, "cancel")).Expect(200);
        else if (!await IsSettledAsync(point, user, victim.OrderId, scenario, isKnown))
            (await OrderAsync(victim)).Expect(scenario.Answer);
        await AssertTheEventIsKeptAsync(point, victim.OrderId, scenario.Status);
        Assert.True(await _shop!.StockAsync(a) == 5 - scenario.Taken(2), point);
        Assert.True(await _shop.StockAsync(b) == scenario.StockOfSecond - scenario.Taken(3), point);
        Assert.True(await _shop.BalanceAsync(user) == scenario.Balance - scenario.Taken(5) * Price, point);
        Assert.Equal(scenario.Cancels ? 201 : scenario.Answer, (await OrderAsync(victim)).Code);
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
        _process = await ShopProcess.StartAsync(
            _folder.Path,
            _cosmos!.Setting,
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

    /// <summary>A write of a request of the scenario: the so many-th of its kind.</summary>
    private sealed record Write(Scenario Scenario, CosmosOperation Operation, string Container, int Occurrence);

    private sealed record Victim(Write Write, string User, string A, string B, DeathPoint Point)
    {
        public string OrderId { get; } = OperationId.Order(User, "k");
    }
}
