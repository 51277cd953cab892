using Commerce.Functions.Catalog;
using Commerce.Shared.Catalog;
using Faults;

namespace Commerce.Functions.Tests.Shards;

/// <summary>An instance halts between two of its writes, and another goes on meanwhile: neither undoes what the other has done.</summary>
public sealed class ShardRaceTests
{
    [Fact]
    public async Task A_late_end_of_a_transfer_strikes_out_the_note_of_no_other()
    {
        await using var hot = await HotProduct.CreateAsync(stock: 10, 2);
        var next = new StockTransfer(2, 3, 2);
        // The pieces have arrived. Before the note is struck out here, another instance does that, and begins the next transfer.
        using var network = BeforeItPatches(async () =>
        {
            await hot.There.Get<StockTransfers>().SettleAsync(hot.Id, TestContext.Current.CancellationToken);
            Assert.True((await hot.There.Get<StockLedger>().SubmitAsync(hot.Id, new StockCommand.Give(hot.Id, next))).Succeeded);
        });

        Assert.True(await hot.NewInstance(network).Get<StockTransfers>().TryMoveAsync(hot.Id, 0, new StockTransfer(1, 4, 1)));

        Assert.Equal((0, next), Assert.Single((await hot.SplitAsync()).UnderWay));
        Assert.Equal(10, await hot.StockAsync());
        await hot.AssertWholeAsync(10);
    }

    [Fact]
    public async Task Of_two_switches_at_once_none_forgets_shards_that_the_other_has_made()
    {
        await using var hot = await HotProduct.CreateAsync(stock: 10, 0);
        // Before it is told here how many shards are made, another instance makes more of them, and pieces go to the last.
        using var network = BeforeItPatches(async () =>
        {
            await hot.SetAsync(4, hot.There);
            Assert.True(await hot.There.Get<StockTransfers>().TryMoveAsync(hot.Id, 0, new StockTransfer(4, 5, 1)));
        });

        await hot.SetAsync(2, hot.NewInstance(network));

        var own = (await hot.SplitAsync()).Own!;
        Assert.Equal((2, 4), (own.Shards, own.ShardsMade));
        await hot.AssertWholeAsync(10);
    }

    /// <summary>The network of an instance before whose first patch something else happens.</summary>
    private static CosmosFaultHandler BeforeItPatches(Func<Task> meanwhile)
    {
        var patches = 0;
        return new(new FaultPlan(0, 0))
        {
            Watch = async (call, isAfter) =>
            {
                if (!isAfter && call is { Operation: CosmosOperation.Patch, Container: "catalog" } && Interlocked.Increment(ref patches) == 1)
                    await meanwhile();
            },
        };
    }
}
