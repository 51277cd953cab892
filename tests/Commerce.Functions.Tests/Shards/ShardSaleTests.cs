using Commerce.Functions.Catalog;
using Commerce.Functions.Tests.Orders;
using Commerce.Functions.Tests.Support;
using Commerce.Shared;
using Commerce.Shared.Catalog;
using Commerce.Shared.Orders;
using Faults;

namespace Commerce.Functions.Tests.Shards;

/// <summary>A product whose stock lies in several partitions is sold as if it lay in one.</summary>
public sealed class ShardSaleTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(4, 1)]
    [InlineData(4, 3)]
    [InlineData(16, 2)]
    public async Task Many_buyers_at_once_get_all_pieces_and_none_is_refused_while_there_are_enough(int shards, int most)
    {
        await using var hot = await HotProduct.CreateAsync(stock: 30, shards);

        var orders = await hot.BuyAsync(45, buyer => 1 + (buyer % most));

        var left = 30 - orders.Where(order => order.Status == OrderStatus.Paid).Sum(order => order.Lines[0].Quantity);
        Assert.InRange(left, 0, most - 1);
        foreach (var refused in orders.Where(order => order.Status != OrderStatus.Paid))
        {
            Assert.Equal(ErrorCode.InsufficientStock, refused.Rejection?.Code);
            Assert.InRange(refused.Rejection!.Available!.Value, left, refused.Lines[0].Quantity - 1);
        }
        Assert.All(orders, order => Assert.InRange(order.Lines[0].Shard, 0, shards));
        Assert.True(orders.Select(order => order.Lines[0].Shard).Distinct().Count() >= Math.Min(shards, 4));
        await hot.AssertWholeAsync(left);
    }

    [Fact]
    public async Task One_order_gets_what_lies_in_all_partitions_together_and_no_more()
    {
        await using var hot = await HotProduct.CreateAsync(stock: 40, 4);
        foreach (var shard in (int[])[1, 2, 3, 4])
            await hot.BuyAsync(1, await hot.BuyerOfAsync(shard, 4));
        Assert.True((await hot.SplitAsync()).Heads.Count(head => head!.Stock > 0) > 2);

        var beyond = await hot.BuyAsync(37);
        var all = await hot.BuyAsync(36);

        Assert.Equal((OrderStatus.Rejected, 36), (beyond.Status, beyond.Rejection?.Available));
        Assert.Equal(OrderStatus.Paid, all.Status);
        await hot.AssertWholeAsync(0);
    }

    /// <summary>From where it looks next to where it has looked before, while somebody looks, or would refuse.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Pieces_that_move_past_a_reader_are_not_overlooked(bool isBought)
    {
        await using var hot = await HotProduct.CreateAsync(stock: 5, 2);
        await hot.Here.Get<StockTransfers>().TryMoveAsync(hot.Id, 0, new StockTransfer(1, 5, 1));
        var (buyer, moves) = (await hot.BuyerOfAsync(2, 2), 0);
        using var watch = new CosmosFaultHandler(new FaultPlan(0, 0))
        {
            Watch = async (call, isAfter) =>
            {
                // The product's own partition has been read before.
                if (!isAfter && call.Operation == CosmosOperation.ReadAtPrimary
                    && call.PartitionKey.Contains($"{hot.Id}#1", StringComparison.Ordinal) && Interlocked.Increment(ref moves) == 1)
                    Assert.True(await hot.Here.Get<StockTransfers>().TryMoveAsync(hot.Id, 1, new StockTransfer(0, 5, 1)));
            },
        };
        var instance = hot.NewInstance(watch);

        if (isBought)
            Assert.Equal(OrderStatus.Paid, (await hot.BuyAsync(5, buyer, instance)).Status);
        else
            Assert.Equal(5, await hot.StockAsync(instance));

        Assert.True(moves > 1);
        await hot.AssertWholeAsync(isBought ? 0 : 5);
    }

    [Fact]
    public async Task An_order_goes_on_in_its_partition_whatever_becomes_of_the_shards()
    {
        await using var hot = await HotProduct.CreateAsync(stock: 10, 4);
        var buyer = await hot.BuyerOfAsync(3, 4);
        var accepted = await hot.Here.AcceptAsync(buyer, "k", new OrderItem(hot.Id, 2));
        await hot.SetAsync(0);

        var paid = await hot.Here.RunAsync(accepted);
        // Its steps run again elsewhere, late.
        await hot.There.Steps.FulfilOrder(OrderWork.Of(accepted));

        Assert.Equal((OrderStatus.Paid, 3), (paid.Status, paid.Lines[0].Shard));
        await hot.AssertWholeAsync(8);
        await hot.Here.Steps.RefundOrder(OrderWork.Of(paid));
        await hot.Here.Steps.CompleteCancellation(OrderWork.Of(paid));
        await hot.There.Steps.CompleteCancellation(OrderWork.Of(paid));
        Assert.Equal(10, await hot.StockAsync());
        await hot.AssertWholeAsync(10);
        Assert.Equal(10, (await hot.SplitAsync()).StockOf(0));
    }

    [Fact]
    public async Task An_order_from_before_the_shards_takes_what_lies_in_them()
    {
        await using var hot = await HotProduct.CreateAsync(stock: 10, 0);
        var user = await hot.Here.AddUserAsync(10_000);
        var accepted = await hot.Here.AcceptAsync(user, "k", new OrderItem(hot.Id, 5));
        await hot.SetAsync(2);
        await hot.Here.Get<StockTransfers>().TryMoveAsync(hot.Id, 0, new StockTransfer(2, 9, 1));

        Assert.Equal(OrderStatus.Paid, (await hot.Here.RunAsync(accepted)).Status);

        await hot.AssertWholeAsync(5);
    }

    [Fact]
    public async Task A_rejected_order_puts_back_what_it_took_where_it_took_it()
    {
        await using var hot = await HotProduct.CreateAsync(stock: 10, 4);
        var scarce = await hot.Here.AddProductAsync(1, 0);
        var user = await hot.BuyerOfAsync(2, 4);

        var order = await hot.Here.RunAsync(await hot.Here.AcceptAsync(user, "k", new OrderItem(hot.Id, 3), new OrderItem(scarce, 1)));

        Assert.Equal((OrderStatus.Rejected, scarce), (order.Status, order.Rejection?.ProductId));
        Assert.Equal(10, await hot.StockAsync());
    }

    [Fact]
    public async Task A_line_that_was_never_tried_is_closed_in_its_own_partition()
    {
        await using var hot = await HotProduct.CreateAsync(stock: 10, 4);
        // It comes first, and keeps the other from being tried.
        await hot.Here.Get<CatalogWriter>().CreateAsync("a-scarce", "Scarce", 1, 0);
        var user = await hot.BuyerOfAsync(2, 4);
        var order = await hot.Here.RunAsync(await hot.Here.AcceptAsync(user, "k", new OrderItem(hot.Id, 3), new OrderItem("a-scarce", 1)));
        Assert.Equal((OrderStatus.Rejected, "a-scarce"), (order.Status, order.Rejection?.ProductId));
        var partition = StockPartition.KeyOf(hot.Id, 2);

        var late = await hot.There.Get<StockLedger>()
            .SubmitAsync(partition, new StockCommand.Reserve(partition, order.Id, 3, HotProduct.Price, false));

        Assert.Equal(MovementKind.Sealed, late.Value?.Record.Kind);
    }

    [Fact]
    public async Task What_lies_in_shards_that_are_switched_off_is_brought_home_at_once()
    {
        await using var hot = await HotProduct.CreateAsync(stock: 10, 3);
        for (var shard = 1; shard <= 3; shard++)
            await hot.Here.Get<StockTransfers>().TryMoveAsync(hot.Id, 0, new StockTransfer(shard, 3, shard));

        await hot.SetAsync(1, hot.There);
        Assert.Equal([7, 3, 0, 0], (await hot.SplitAsync()).Heads.Select(head => head!.Stock));
        await hot.SetAsync(0, hot.There);
        Assert.Equal([10, 0, 0, 0], (await hot.SplitAsync()).Heads.Select(head => head!.Stock));
    }

    [Fact]
    public async Task A_layout_that_changes_all_the_time_loses_no_piece_and_keeps_none_from_being_sold()
    {
        await using var hot = await HotProduct.CreateAsync(stock: 40, 0);
        var buying = hot.BuyAsync(60, buyer => 1 + (buyer % 2));
        int[] counts = [4, 2, 0, 3, 16, 1, 0, 5];
        for (var n = 0; n < counts.Length || !buying.IsCompleted; n++)
            await hot.SetAsync(counts[n % counts.Length], n % 2 == 0 ? hot.Here : hot.There);
        var orders = await buying;

        var left = 40 - orders.Where(order => order.Status == OrderStatus.Paid).Sum(order => order.Lines[0].Quantity);
        Assert.InRange(left, 0, 1);
        Assert.All(orders.Where(order => order.Status != OrderStatus.Paid), refused =>
            Assert.True(refused.Rejection!.Available < refused.Lines[0].Quantity));
        await hot.SetAsync(0);
        await hot.AssertWholeAsync(left);
        Assert.Equal(left, (await hot.SplitAsync()).StockOf(0));
    }

    [Fact]
    public async Task An_adjustment_takes_what_lies_in_all_partitions_and_adds_to_what_its_own_has()
    {
        await using var hot = await HotProduct.CreateAsync(stock: 10, 2);
        await hot.Here.Get<StockTransfers>().TryMoveAsync(hot.Id, 0, new StockTransfer(2, 8, 1));

        var refused = await AdjustAsync(hot, "a", -11);
        Assert.Equal((409, "insufficient-stock", 10), (refused.Status, refused.Problem, refused.Number("available")));
        Assert.Equal(201, (await AdjustAsync(hot, "b", -10)).Status);
        Assert.Equal(0, await hot.StockAsync());
        Assert.Equal(201, (await AdjustAsync(hot, "c", Limits.StockMax - 1)).Status);
        await hot.Here.Get<StockTransfers>().TryMoveAsync(hot.Id, 0, new StockTransfer(1, Limits.StockMax - 1, 2));
        Assert.Equal(201, (await AdjustAsync(hot, "d", 2)).Status);
        var beyond = await AdjustAsync(hot, "e", Limits.StockMax - 1);
        Assert.Equal(
            (409, "stock-limit-exceeded", Limits.StockMax - 2), (beyond.Status, beyond.Problem, beyond.Number("available")));
        // What was refused is answered the same for ever.
        Assert.Equal(10, (await AdjustAsync(hot, "a", -11)).Number("available"));
        Assert.Equal(Limits.StockMax - 2, (await AdjustAsync(hot, "e", Limits.StockMax - 1)).Number("available"));
        await hot.AssertWholeAsync(Limits.StockMax + 1);
    }

    /// <summary>A sum would be found only between two sales.</summary>
    [Fact]
    public async Task What_is_delivered_during_a_rush_is_added_at_once()
    {
        await using var hot = await HotProduct.CreateAsync(stock: 10, 2);
        using var rush = new CosmosFaultHandler(new FaultPlan(0, 0))
        {
            Watch = async (call, isAfter) =>
            {
                // Something is sold between any two looks.
                if (!isAfter && call.Operation == CosmosOperation.ReadAtPrimary)
                    await hot.Here.AdjustAsync(hot.Id, 1);
            },
        };
        var before = await hot.Here.StockAsync(hot.Id);

        var reply = await AdjustAsync(hot, "delivery", 500, hot.NewInstance(rush));

        Assert.Equal(201, reply.Status);
        Assert.True(await hot.Here.StockAsync(hot.Id) >= before + 500);
    }

    private static Task<Reply> AdjustAsync(HotProduct hot, string key, long delta, OrderFixture? instance = null) =>
        (instance ?? hot.There).Get<IServiceProvider>().CallAsync<CatalogOperatorFunctions>(
            (functions, request) => functions.Adjust(request, hot.Id),
            $$"""{"delta":{{delta}},"reason":"count"}""",
            ("Idempotency-Key", key));
}
