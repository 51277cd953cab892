using EndToEnd.Tests.Support;
using Faults;

namespace EndToEnd.Tests.Exactness;

/// <summary>The hub or the queue is gone, as after a switch to another storage account, and everything is started again.</summary>
public sealed class LossTests : IAsyncDisposable
{
    private const long Price = 10;

    private readonly TemporaryFolder _folder = new();
    private ShopProcess? _process;
    private ShopClient? _shop;

    [Fact]
    public async Task Orders_that_were_pending_when_the_hub_was_lost_are_completed_without_anybodys_doing()
    {
        await using var cosmos = await CosmosFront.StartAsync(new FaultPlan(0, 0));
        (string, string)[] settings = [cosmos.Setting, ("Orders:SweepAfterSeconds", "1")];
        var before = await StartAsync(settings);
        var (product, user) = (await before.AddProductAsync(Price, 100), await before.AddUserAsync(1_000));
        // Nobody gets at the stock, so that nothing that is let in is decided.
        cosmos.Faults.Watch = (call, _) => call is { Operation: CosmosOperation.Batch, Container: "catalog" }
            ? throw new HttpRequestException("The stock cannot be reached.")
            : Task.CompletedTask;
        var orders = await Task.WhenAll(Enumerable.Range(0, 20).Select(async n =>
            (await before.OrderAsync(user, $"k{n}", [("Prefer", "respond-async")], [(product, 1)])).Expect(202).Text("orderId")));

        await LoseAsync("taskhub.db");
        cosmos.Faults.Watch = null;
        var after = await StartAsync(settings);

        foreach (var order in orders)
            Assert.Equal("paid", (await after.DecidedAsync(user, order)).Text("status"));
        Assert.Equal((80L, 1_000 - 20 * Price), (await after.StockAsync(product), await after.BalanceAsync(user)));
        using var client = cosmos.Client();
        (await RawAudit.OfAsync(client)).AssertNoDifferences();
    }

    [Fact]
    public async Task After_the_loss_of_the_queue_the_shop_sells_and_tells_of_it()
    {
        var before = await StartAsync();
        var (product, user) = (await before.AddProductAsync(Price, 100), await before.AddUserAsync(1_000));
        var first = (await before.OrderAsync(user, "before", (product, 1))).Expect(201).Text("orderId");

        await LoseAsync("servicebus.db");
        var after = await StartAsync();

        Assert.Equal(first, (await after.OrderAsync(user, "before", (product, 1))).Expect(201).Text("orderId"));
        var order = (await after.OrderAsync(user, "after", (product, 1))).Expect(201).Text("orderId");
        await Eventually.Async(
            () => after.GetAsync("/local/webhooks/data-platform?limit=1000"),
            answer => answer.Expect(200).Json.GetProperty("items").EnumerateArray()
                .Any(item => item.GetProperty("id").GetString() == $"{order}.paid"),
            "the event of the later order");
        await after.AssertAuditAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _folder.Dispose();
    }

    private async Task<ShopClient> StartAsync(params (string, string)[] settings)
    {
        _process = await ShopProcess.StartAsync(_folder.Path, settings);
        return _shop = new ShopClient(_process.Address);
    }

    /// <summary>The app is killed, and what it had in a store is gone.</summary>
    private async Task LoseAsync(string store)
    {
        await StopAsync();
        foreach (var file in Directory.GetFiles(_folder.Path, $"{store}*"))
            File.Delete(file);
    }

    private async Task StopAsync()
    {
        _shop?.Dispose();
        if (_process is not null)
            await _process.DisposeAsync();
    }
}
