using EndToEnd.Tests.Support;
using Faults;

namespace EndToEnd.Tests.Exactness;

/// <summary>The hub or the queue is gone, as after a switch to another storage account, and everything is started again.</summary>
public sealed class LossTests
{
    private const long Price = 10;

    [Fact]
    public async Task Orders_that_were_pending_when_the_hub_was_lost_are_completed_without_anybodys_doing()
    {
        await using var cosmos = await CosmosFront.StartAsync(new FaultPlan(0, 0));
        await using var spread = await SpreadShop.StartAsync(cosmos.Setting, ("Orders:SweepAfterSeconds", "1"));
        var (product, user) = (await spread.Client.AddProductAsync(Price, 100), await spread.Client.AddUserAsync(1_000));
        // Nobody gets at the stock, so that nothing that is let in is decided.
        cosmos.Faults.Watch = (call, _) => call is { Operation: CosmosOperation.Batch, Container: "catalog" }
            ? throw new HttpRequestException("The stock cannot be reached.")
            : Task.CompletedTask;
        var orders = await Task.WhenAll(Enumerable.Range(0, 20).Select(async n =>
            (await spread.Client.OrderAsync(user, $"k{n}", [("Prefer", "respond-async")], [(product, 1)])).Expect(202).Text("orderId")));

        await spread.LoseHubAsync();
        cosmos.Faults.Watch = null;

        foreach (var order in orders)
            Assert.Equal("paid", (await spread.Client.DecidedAsync(user, order)).Text("status"));
        Assert.Equal((80L, 1_000 - 20 * Price), (await spread.Client.StockAsync(product), await spread.Client.BalanceAsync(user)));
        using var client = cosmos.Client();
        (await RawAudit.OfAsync(client)).AssertNoDifferences();
    }

    [Fact]
    public async Task After_the_loss_of_the_queue_the_shop_sells_and_tells_of_it()
    {
        await using var spread = await SpreadShop.StartAsync();
        var (product, user) = (await spread.Client.AddProductAsync(Price, 100), await spread.Client.AddUserAsync(1_000));
        async Task<string> OrderAsync(string key) =>
            (await History.UntilAnsweredAsync(() => spread.Client.OrderAsync(user, key, (product, 1)))).Expect(201).Text("orderId");

        var before = await OrderAsync("before");

        await spread.LoseQueueAsync();

        Assert.Equal(before, await OrderAsync("before"));
        var order = await OrderAsync("after");
        await Eventually.Async(
            () => spread.Client.GetAsync("/local/webhooks/data-platform?limit=1000"),
            answer => answer.Expect(200).Json.GetProperty("items").EnumerateArray()
                .Any(item => item.GetProperty("id").GetString() == $"{order}.paid"),
            "the event of the later order");
        await spread.Client.AssertAuditAsync();
    }
}
