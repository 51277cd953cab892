using Commerce.Shared;
using EndToEnd.Tests.Support;
using Faults;

namespace EndToEnd.Tests.Exactness;

/// <summary>An order that was let in when the app died, before its orchestration was started, and whose buyer has gone.</summary>
public sealed class AbandonedOrderTests
{
    [Fact]
    public async Task It_is_finished_without_anybodys_doing()
    {
        using var folder = new TemporaryFolder();
        await using var cosmos = await CosmosFront.StartAsync(new FaultPlan(0, 0));
        await using var process = await ShopProcess.StartAsync(folder.Path, cosmos.Setting);
        using var shop = new ShopClient(process.Address);
        var (user, product) = (await shop.AddUserAsync(1_000), await shop.AddProductAsync(100, 5));
        cosmos.Faults.Watch = async (call, isAfter) =>
        {
            if (isAfter && call is { Operation: CosmosOperation.Batch, Container: "accounts" })
                await process.KillAsync();
            if (process.HasExited)
                throw new HttpRequestException("The one who asked is dead.");
        };
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => shop.OrderAsync(user, "k", (product, 1)));
        cosmos.Faults.Watch = null;

        await using var again = await ShopProcess.StartAsync(folder.Path, cosmos.Setting, ("Orders:SweepAfterSeconds", "1"));
        using var survivor = new ShopClient(again.Address);
        await Eventually.Async(
            () => survivor.FindOrderAsync(user, OperationId.Order(user, "k")),
            answer => answer.Expect(200).Text("status") == "paid",
            "the abandoned order");

        Assert.Equal(900, await survivor.BalanceAsync(user));
    }
}
