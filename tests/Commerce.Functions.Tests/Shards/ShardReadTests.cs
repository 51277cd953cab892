using System.Text.Json;
using Commerce.Functions.Cart;
using Commerce.Functions.Catalog;
using Commerce.Functions.Orders;
using Commerce.Functions.Tests.Orders;
using Commerce.Functions.Tests.Support;
using Commerce.Shared.Catalog;
using Commerce.Shared.Delivery;
using Faults;

namespace Commerce.Functions.Tests.Shards;

/// <summary>What is shown of a product whose stock lies in several partitions is what they have together.</summary>
public sealed class ShardReadTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task While_pieces_are_moved_all_the_time_every_reader_sees_all_of_them()
    {
        await using var hot = await HotProduct.CreateAsync(stock: 100, 3);
        using var stop = new CancellationTokenSource();
        var moving = Task.WhenAll(MoveAsync(hot.Here, 1), MoveAsync(hot.There, 2));

        long[][] seen = await Task.WhenAll(ReadAsync(hot.Here), ReadAsync(hot.There));

        await stop.CancelAsync();
        Assert.True(await moving is [> 5, > 5]);
        Assert.All(seen.SelectMany(static stocks => stocks), stock => Assert.Equal(100, stock));
        await hot.AssertWholeAsync(100);

        async Task<long[]> ReadAsync(OrderFixture instance)
        {
            var stocks = new long[40];
            for (var i = 0; i < stocks.Length; i++)
                stocks[i] = await Task.Run(() => hot.StockAsync(instance), Ct);
            return stocks;
        }

        async Task<int> MoveAsync(OrderFixture instance, int seed)
        {
            var (random, moves) = (new Random(seed), 0);
            var transfers = instance.Get<StockTransfers>();
            while (!stop.IsCancellationRequested)
            {
                var stock = await transfers.SettleAsync(hot.Id, Ct);
                if (stock.Steal(random.Next(4), 1) is var (from, transfer) && await transfers.TryMoveAsync(hot.Id, from, transfer))
                    moves++;
                await Task.Delay(random.Next(5), Ct);
            }
            return moves;
        }
    }

    [Fact]
    public async Task While_pieces_are_sold_readers_see_less_and_less_and_never_less_than_are_left()
    {
        await using var hot = await HotProduct.CreateAsync(stock: 60, 4);
        var buying = hot.BuyAsync(50, static _ => 1);
        var seen = new List<long> { 60 };
        while (!buying.IsCompleted)
            seen.Add(await hot.StockAsync(seen.Count % 2 == 0 ? hot.Here : hot.There));
        await buying;
        Assert.Equal(seen.OrderDescending(), seen);
        Assert.Equal(10, await hot.StockAsync());
        Assert.True(seen[^1] >= 10);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Pieces_that_are_under_way_are_shown_whether_they_have_arrived_or_not(bool hasArrived)
    {
        await using var hot = await HotProduct.CreateAsync(stock: 10, 2);
        var shard = StockPartition.KeyOf(hot.Id, 1);
        var ledger = hot.Here.Get<StockLedger>();
        await ledger.SubmitAsync(hot.Id, new StockCommand.Give(hot.Id, new StockTransfer(1, 4, 1)));
        if (hasArrived)
            await ledger.SubmitAsync(shard, new StockCommand.Take(shard, 0, new StockTransfer(1, 4, 1)));
        Assert.Equal(10, await hot.StockAsync());
        Assert.Equal(10, await hot.StockAsync(hot.There));
    }

    [Fact]
    public async Task The_version_changes_when_a_piece_is_sold_in_any_partition_and_not_otherwise()
    {
        await using var hot = await HotProduct.CreateAsync(stock: 100, 3);
        var before = (await hot.ShowAsync()).ETag;
        Assert.Equal(before, (await hot.ShowAsync(hot.There)).ETag);
        foreach (var shard in (int[])[1, 2, 3])
        {
            await hot.BuyAsync(1, await hot.BuyerOfAsync(shard, 3));
            var after = (await hot.ShowAsync(hot.There)).ETag;
            Assert.NotEqual(before, after);
            before = after;
        }
        Assert.Equal(412, (await hot.PutAsync(1, null, ("If-Match", "\"other\""))).Status);
        var put = await hot.PutAsync(1, null, ("If-Match", before));
        Assert.Equal((200, 97), (put.Status, put.Number("stock")));
        Assert.Equal((await hot.ShowAsync(hot.There)).ETag, put.ETag);
    }

    [Fact]
    public async Task Lists_and_carts_show_what_all_partitions_have()
    {
        await using var hot = await HotProduct.CreateAsync(stock: 10, 3);
        var user = await hot.BuyerOfAsync(2, 3);
        await hot.BuyAsync(1, user);
        var app = hot.There.Get<IServiceProvider>();

        var list = await app.CallAsync<ProductFunctions>((functions, request) => functions.List(request));
        var added = await app.CallAsync<CartFunctions>(
            (functions, request) => functions.Add(request, user), $$"""{"productId":"{{hot.Id}}","quantity":2}""");
        var cart = await app.CallAsync<CartFunctions>((functions, request) => functions.Get(request, user));

        Assert.Equal(9, (long)Assert.Single(list.Body!["items"]!.AsArray())!["stock"]!);
        Assert.Equal(9, (long)added.Body!["item"]!["stock"]!);
        Assert.Equal(9, (long)cart.Body!["items"]![0]!["stock"]!);
        Assert.Equal(added.ETag, cart.ETag);
    }

    [Fact]
    public async Task Nobody_outside_sees_in_which_partition_a_line_is_sold()
    {
        await using var hot = await HotProduct.CreateAsync(stock: 10, 3);
        var order = await hot.BuyAsync(1, await hot.BuyerOfAsync(2, 3));
        Assert.Equal(2, order.Lines[0].Shard);

        var shown = JsonSerializer.Serialize(OrderView.Of(order), OrderJson.Wire.OrderView);
        Assert.DoesNotContain("shard", shown, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("shard", OrderEvents.Paid(order), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Operators_see_the_movements_of_each_partition()
    {
        await using var hot = await HotProduct.CreateAsync(stock: 10, 2);
        await hot.BuyAsync(1, await hot.BuyerOfAsync(2, 2));

        var own = (await MovementsAsync("")).Body!["items"]!.AsArray();
        var shard = (await MovementsAsync("?shard=2")).Body!["items"]!.AsArray();

        Assert.Equal([("moved", -5, 2), ("initial", 10, null)], own.Select(Of));
        Assert.Equal([("sale", -1, null), ("moved", 5, 0)], shard.Select(Of));
        Assert.Empty((await MovementsAsync("?shard=1")).Body!["items"]!.AsArray());
        Assert.Equal(400, (await MovementsAsync("?shard=17")).Status);
        Assert.Equal(400, (await MovementsAsync("?shard=x")).Status);

        Task<Reply> MovementsAsync(string query) => hot.There.Get<IServiceProvider>().CallAsync<MovementFunctions>(
            (functions, request) => functions.List(request, hot.Id), null, ("Query", query));

        static (string?, long, long?) Of(System.Text.Json.Nodes.JsonNode? movement) =>
            ((string?)movement!["kind"], (long)movement["delta"]!, (long?)movement["otherShard"]);
    }

    [Fact]
    public async Task The_switch_answers_how_many_shards_are_in_force_and_refuses_what_is_none()
    {
        await using var hot = await HotProduct.CreateAsync(stock: 10, 0);
        foreach (var count in (int[])[2, 2, 16, 0])
        {
            var reply = await SetAsync(hot.Id, $$"""{"count":{{count}}}""");
            Assert.Equal((200, count), (reply.Status, reply.Number("count")));
            Assert.Equal(count, (await hot.SplitAsync()).Own!.Shards);
        }
        Assert.Equal(16, (await hot.SplitAsync()).Own!.ShardsMade);
        Assert.Equal(400, (await SetAsync(hot.Id, """{"count":17}""")).Status);
        Assert.Equal(400, (await SetAsync(hot.Id, """{"count":-1}""")).Status);
        Assert.Equal(400, (await SetAsync(hot.Id, "{}")).Status);
        Assert.Equal(404, (await SetAsync("no-such", """{"count":2}""")).Status);

        Task<Reply> SetAsync(string productId, string body) => hot.There.Get<IServiceProvider>().CallAsync<CatalogOperatorFunctions>(
            (functions, request) => functions.SetShards(request, productId), body);
    }

    /// <summary>Who has no hot product pays nothing for those who have.</summary>
    [Fact]
    public async Task A_product_that_is_not_hot_is_read_and_sold_with_as_many_requests_as_ever()
    {
        await using var hot = await HotProduct.CreateAsync(stock: 10, 0);
        var calls = new List<CosmosCall>();
        using var watch = new CosmosFaultHandler(new FaultPlan(0, 0))
        {
            Watch = (call, isAfter) =>
            {
                if (isAfter && call.Container == "catalog")
                {
                    lock (calls)
                        calls.Add(call);
                }
                return Task.CompletedTask;
            },
        };
        var instance = hot.NewInstance(watch);
        await hot.StockAsync(instance);
        Assert.Equal([CosmosOperation.Read], Taken());
        await hot.BuyAsync(1, await hot.BuyerOfAsync(1, 1), instance);
        Assert.Equal([CosmosOperation.Batch], Taken());
        await instance.Get<ShardUpkeep>().MendAsync(Ct);
        Assert.All(Taken(), operation => Assert.Equal(CosmosOperation.Query, operation));

        CosmosOperation[] Taken()
        {
            lock (calls)
            {
                CosmosOperation[] taken = [.. calls.Select(static call => call.Operation)];
                calls.Clear();
                return taken;
            }
        }
    }
}
