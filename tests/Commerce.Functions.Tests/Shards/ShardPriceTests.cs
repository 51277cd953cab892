using Commerce.Shared;
using Commerce.Shared.Orders;
using Faults;

namespace Commerce.Functions.Tests.Shards;

/// <summary>A price is in force in all partitions when its writer is answered.</summary>
public sealed class ShardPriceTests
{
    [Fact]
    public async Task No_piece_is_sold_at_the_old_price_once_the_new_one_is_answered()
    {
        await using var hot = await HotProduct.CreateAsync(stock: 1_000, 4);
        var buyers = await Task.WhenAll(Enumerable.Range(0, 8).Select(n => hot.BuyerOfAsync(1 + (n % 4), 4)));
        for (var round = 1; round <= 5; round++)
        {
            var price = HotProduct.Price + round;
            var meanwhile = BuyAllAsync();
            await hot.PutAsync(price, round % 2 == 0 ? hot.Here : hot.There);
            var after = await BuyAllAsync();
            Assert.All(await meanwhile, order => Assert.InRange(order.Lines[0].UnitPrice, price - 1, price));
            Assert.All(after, order => Assert.Equal((OrderStatus.Paid, price), (order.Status, order.Lines[0].UnitPrice)));
        }
        await hot.AssertWholeAsync(1_000 - (5 * 2 * 8));

        Task<Order[]> BuyAllAsync() =>
            Task.WhenAll(buyers.Select((buyer, n) => Task.Run(() => hot.BuyAsync(1, buyer, n % 2 == 0 ? hot.Here : hot.There))));
    }

    [Fact]
    public async Task Of_writers_that_race_the_last_one_is_in_force_everywhere()
    {
        await using var hot = await HotProduct.CreateAsync(stock: 10, 4);

        await Task.WhenAll(Enumerable.Range(1, 12).Select(n => hot.PutAsync(1_000 + n, n % 2 == 0 ? hot.Here : hot.There)));

        var heads = (await hot.SplitAsync()).Heads;
        Assert.Single(heads.Select(head => (head!.Price, head.Revisions)).Distinct());
    }

    /// <summary>Who is slow writes nothing over what was written meanwhile, not even for a moment.</summary>
    [Theory]
    [InlineData(CosmosOperation.ReadAtPrimary)]
    [InlineData(CosmosOperation.Patch)]
    public async Task A_writer_that_is_overtaken_puts_no_older_price_in_a_shard(CosmosOperation slow)
    {
        await using var hot = await HotProduct.CreateAsync(stock: 10, 1);
        var (calls, seen) = (0, new List<long>());
        using var watch = new CosmosFaultHandler(new FaultPlan(0, 0))
        {
            Watch = async (call, isAfter) =>
            {
                if (!call.PartitionKey.Contains($"{hot.Id}#1", StringComparison.Ordinal))
                    return;
                if (!isAfter && call.Operation == slow && Interlocked.Increment(ref calls) == 1)
                    Assert.Equal(200, (await hot.PutAsync(200)).Status);
                if (isAfter && call.Operation == CosmosOperation.Patch)
                    seen.Add((await hot.SplitAsync()).Heads[1]!.Price);
            },
        };

        await hot.PutAsync(150, hot.NewInstance(watch));

        Assert.True(calls > 0);
        Assert.All(seen, static price => Assert.Equal(200, price));
        Assert.Equal(200, (await hot.SplitAsync()).Heads[1]!.Price);
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(2, false)]
    public async Task A_price_that_a_death_keeps_from_a_shard_is_brought_there_by_who_agreed_to_it(int write, bool isDone)
    {
        await using var hot = await HotProduct.CreateAsync(stock: 10, 3);
        await Record.ExceptionAsync(() => hot.PutAsync(150, hot.NewMortal(write, isDone)));
        Assert.Equal(150, (await hot.ShowAsync()).Number("price"));
        Assert.Contains((await hot.SplitAsync()).Heads, head => head!.Price == HotProduct.Price);

        foreach (var shard in (int[])[1, 2, 3])
        {
            var bound = await hot.BuyAsync(1, await hot.BuyerOfAsync(shard, 3), hot.NewInstance(), expected: 150);
            Assert.Equal((OrderStatus.Paid, 150), (bound.Status, bound.Lines[0].UnitPrice));
        }
        await hot.AssertWholeAsync(7);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task It_is_brought_there_by_the_repeat_and_by_the_upkeep(bool isRepeated)
    {
        await using var hot = await HotProduct.CreateAsync(stock: 10, 3);
        await Record.ExceptionAsync(() => hot.PutAsync(150, hot.NewMortal(2, isDone: false)));

        if (isRepeated)
            await hot.PutAsync(150, hot.There);
        else
            await hot.MendAsync(hot.There);

        Assert.All((await hot.SplitAsync()).Heads, head => Assert.Equal(150, head!.Price));
    }

    [Fact]
    public async Task A_buyer_who_agreed_to_another_price_is_refused_for_it_for_good()
    {
        await using var hot = await HotProduct.CreateAsync(stock: 10, 3);
        var user = await hot.BuyerOfAsync(2, 3);
        var accepted = await hot.Here.AcceptAsync(
            new OrderRequest(user, "k", [new OrderItem(hot.Id, 1)], null) { ExpectedTotalAmount = HotProduct.Price });
        await hot.PutAsync(150, hot.There);

        var refused = await hot.Here.RunAsync(accepted);

        Assert.Equal((OrderStatus.Rejected, ErrorCode.PriceChanged), (refused.Status, refused.Rejection?.Code));
        Assert.Equal(150, refused.Rejection?.TotalAmount);
        await hot.AssertWholeAsync(10);
    }
}
