using Commerce.Functions.Catalog;
using Commerce.Shared.Catalog;
using Commerce.Shared.Orders;

namespace Commerce.Functions.Tests.Shards;

/// <summary>An instance dies at any write: what it had begun is seen right at once, and finished by others.</summary>
public sealed class ShardCrashTests
{
    // The pieces leave, arrive, the note is struck out, and the line is sold.
    private const int WritesOfASale = 4;

    public static TheoryData<int, bool> Deaths(int writes)
    {
        var deaths = new TheoryData<int, bool>();
        foreach (var write in Enumerable.Range(1, writes))
        {
            deaths.Add(write, false);
            deaths.Add(write, true);
        }
        return deaths;
    }

    [Theory]
    [MemberData(nameof(Deaths), WritesOfASale)]
    public async Task A_transfer_that_a_death_cuts_off_loses_no_piece_and_doubles_none(int write, bool isDone)
    {
        await using var hot = await HotProduct.CreateAsync(stock: 10, 2);
        var buyer = await hot.BuyerOfAsync(1, 2);
        var order = await hot.Here.AcceptAsync(buyer, "k", new OrderItem(hot.Id, 3));

        await Assert.ThrowsAnyAsync<Exception>(() => hot.NewMortal(write, isDone).RunAsync(order));

        var isSold = write == WritesOfASale && isDone;
        Assert.Equal(isSold ? 7 : 10, await hot.StockAsync());
        // A half-done transfer is in no reader's way, nor in the audit's.
        Assert.DoesNotContain(
            (await hot.Store.AuditAsync()).Differences, difference => difference.Kind.StartsWith("stock", StringComparison.Ordinal));
        if (write % 2 == 0)
            await hot.MendAsync(hot.There);
        Assert.Equal(OrderStatus.Paid, (await hot.There.RunAsync(order)).Status);
        await hot.AssertWholeAsync(7);
        Assert.Equal(OrderStatus.Paid, (await hot.BuyAsync(7)).Status);
        await hot.AssertWholeAsync(0);
    }

    // Three shards made, and the pieces of two taken back.
    [Theory]
    [MemberData(nameof(Deaths), 8)]
    public async Task A_switch_that_a_death_cuts_off_is_done_by_its_repeat(int write, bool isDone)
    {
        await using var hot = await HotProduct.CreateAsync(stock: 10, 0);
        await Record.ExceptionAsync(() => hot.SetAsync(3, hot.NewMortal(write, isDone)));
        Assert.Equal(10, await hot.StockAsync());
        Assert.Equal(OrderStatus.Paid, (await hot.BuyAsync(1)).Status);

        await hot.SetAsync(3, hot.There);
        await hot.Here.Get<StockTransfers>().SettleAsync(hot.Id, TestContext.Current.CancellationToken);
        var own = (await hot.SplitAsync()).Own!;
        await hot.Here.Get<StockTransfers>().TryMoveAsync(hot.Id, 0, new StockTransfer(3, 4, own.TransferCount + 1));
        await hot.Here.Get<StockTransfers>().TryMoveAsync(hot.Id, 0, new StockTransfer(2, 4, own.TransferCount + 2));

        await Record.ExceptionAsync(() => hot.SetAsync(1, hot.NewMortal(write, isDone)));
        Assert.Equal(9, await hot.StockAsync());
        Assert.Equal(OrderStatus.Paid, (await hot.BuyAsync(9)).Status);
        await hot.SetAsync(1, hot.There);
        await hot.AssertWholeAsync(0);
    }

    [Fact]
    public async Task A_transfer_that_was_left_is_finished_by_who_finds_nothing_in_its_own_partition()
    {
        await using var hot = await HotProduct.CreateAsync(stock: 10, 2);
        await GiveAsync(hot, 10);
        Assert.Equal(10, await hot.StockAsync());

        Assert.Equal(OrderStatus.Paid, (await hot.BuyAsync(10, await hot.BuyerOfAsync(1, 2))).Status);

        await hot.AssertWholeAsync(0);
    }

    [Fact]
    public async Task A_late_duplicate_of_an_arrival_changes_nothing()
    {
        await using var hot = await HotProduct.CreateAsync(stock: 10, 2);
        var transfer = await GiveAsync(hot, 6);
        await hot.MendAsync();
        var shard = StockPartition.KeyOf(hot.Id, 2);

        var again = await hot.There.Get<StockLedger>().SubmitAsync(shard, new StockCommand.Take(shard, 0, transfer));

        Assert.True(again.Value!.Repeated);
        await hot.AssertWholeAsync(10);
        Assert.Equal(6, (await hot.SplitAsync()).StockOf(2));
    }

    /// <summary>Pieces that leave the product's own partition for shard 2 and do not arrive.</summary>
    private static async Task<StockTransfer> GiveAsync(HotProduct hot, long pieces)
    {
        var transfer = new StockTransfer(2, pieces, 1);
        var given = await hot.Here.Get<StockLedger>().SubmitAsync(hot.Id, new StockCommand.Give(hot.Id, transfer));
        Assert.True(given.Succeeded);
        return transfer;
    }
}
