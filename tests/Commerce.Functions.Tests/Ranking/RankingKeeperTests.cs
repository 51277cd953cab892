using Commerce.Functions.Ranking;
using Commerce.Shared.Balance;
using Commerce.Shared.Ranking;
using CsCheck;

namespace Commerce.Functions.Tests.Ranking;

public class RankingKeeperTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Sales_are_ranked_and_cancelled_ones_taken_off()
    {
        await using var house = await RankingHouse.CreateAsync();
        foreach (var product in new[] { "a", "b", "c" })
            await house.AddProductAsync(product);
        await house.SellAsync("a", 3);
        await house.SellAsync("b", 2, unitPrice: 500);
        await house.SellAsync("b", 2, unitPrice: 500);
        var cancelled = await house.SellAsync("c", 100);
        Assert.Equal(FoldOutcome.CaughtUp, await house.Keeper.RunAsync(Stop));
        Assert.Equal([("c", 100, 10_000), ("b", 4, 2_000), ("a", 3, 300)], await house.ListAsync());

        house.Time.Advance(TimeSpan.FromHours(3));
        await house.RefundAsync(cancelled);
        await house.Keeper.RunAsync(Stop);

        Assert.Equal([("b", 4, 2_000), ("a", 3, 300)], await house.ListAsync());
        Assert.Empty(await house.ListAsync("1h"));
    }

    [Fact]
    public async Task A_cancellation_of_an_old_sale_takes_nothing_from_windows_that_never_had_it()
    {
        await using var house = await RankingHouse.CreateAsync();
        await house.AddProductAsync("a");
        var old = await house.SellAsync("a", 5, soldAt: RankingHouse.Start.AddDays(-4));
        await house.SellAsync("a", 1);
        await house.Keeper.RunAsync(Stop);
        await house.RefundAsync(old);
        await house.Keeper.RunAsync(Stop);

        Assert.Equal([("a", 1, 100)], await house.ListAsync());
        Assert.Equal([("a", 1, 100)], await house.ListAsync("7d"));
    }

    [Fact]
    public async Task An_hour_without_sales_still_moves_the_windows_and_the_time()
    {
        await using var house = await RankingHouse.CreateAsync();
        await house.AddProductAsync("a");
        await house.SellAsync("a", 1);
        await house.Keeper.RunAsync(Stop);
        Assert.Single(await house.ListAsync("1h"));

        house.Time.Advance(TimeSpan.FromMinutes(71));
        await house.Keeper.RunAsync(Stop);

        Assert.Empty(await house.ListAsync("1h"));
        Assert.Single(await house.ListAsync());
        Assert.Equal(house.Time.GetUtcNow() - SalesFold.Leeway, (await house.Keeper.ProgressAsync(1, Stop))!.AsOf);
    }

    [Fact]
    public async Task A_product_that_is_gone_gives_way_to_the_next()
    {
        await using var house = await RankingHouse.CreateAsync();
        await house.AddProductAsync("a");
        await house.SellAsync("gone", 9);
        await house.SellAsync("a", 1);
        await house.Keeper.RunAsync(Stop);

        Assert.Equal([("a", 1, 100)], await house.ListAsync());

        await house.DeleteProductAsync("a");
        await house.AddProductAsync("gone");
        house.Time.Advance(TimeSpan.FromMinutes(10));
        await house.Keeper.RunAsync(Stop);
        Assert.Equal([("gone", 9, 900)], await house.ListAsync());
    }

    [Fact]
    public async Task Names_and_prices_are_at_most_half_a_minute_old()
    {
        await using var house = await RankingHouse.CreateAsync();
        await house.AddProductAsync("a", price: 100);
        await house.SellAsync("a", 2, unitPrice: 100);
        await house.Keeper.RunAsync(Stop);
        await house.AddProductAsync("a", price: 150);
        house.Time.Advance(TimeSpan.FromSeconds(30));
        await house.Keeper.RunAsync(Stop);

        var list = await house.Store.FindListAsync(RankingPointer.ScopeOf(1), "72h", Stop);
        Assert.Equal([new RankedProduct("a", "Product a", 150, 2, 200)], list!.Products);
    }

    [Fact]
    public async Task A_run_that_finds_nothing_new_says_so_and_reads_no_products()
    {
        await using var house = await RankingHouse.CreateAsync();
        await house.AddProductAsync("a");
        await house.SellAsync("a", 1);
        await house.Keeper.RunAsync(Stop);
        var before = await house.Keeper.ProgressAsync(1, Stop);
        house.Time.Advance(TimeSpan.FromSeconds(5));
        var calls = 0;
        house.Database.Before = _ => Interlocked.Increment(ref calls);

        await house.Keeper.RunAsync(Stop);

        // Pointer, checkpoint, the end of the feed, the commit.
        Assert.InRange(calls, 4, 5);
        var after = await house.Keeper.ProgressAsync(1, Stop);
        Assert.Equal(house.Time.GetUtcNow() - SalesFold.Leeway, after!.AsOf);
        Assert.Equal(before!.Lists, after.Lists);
    }

    [Fact]
    public async Task A_run_whose_time_is_up_leaves_the_rest_to_the_next()
    {
        await using var house = await RankingHouse.CreateAsync();
        await house.AddProductAsync("a");
        for (var i = 0; i < 5; i++)
            await house.SellAsync("a", 1);
        var fold = house.NewFold();

        Assert.Equal(FoldOutcome.SliceOver, await fold.RunAsync(TimeSpan.Zero, Stop));
        Assert.Null((await house.Store.FindCheckpointAsync("paid-1", Stop))!.AsOf);
        Assert.Equal(FoldOutcome.CaughtUp, await fold.RunAsync(TimeSpan.FromSeconds(1), Stop));
        await house.Keeper.RunAsync(Stop);
        Assert.Equal([("a", 5, 500)], await house.ListAsync());
    }

    [Fact]
    public async Task A_run_that_was_overtaken_twice_before_its_commit_counts_for_nothing()
    {
        await using var house = await RankingHouse.CreateAsync();
        using var another = house.NewKeeper();
        // More products than the last segment of a bucket takes, so that each commit begins a new one.
        for (var i = 0; i < 150; i++)
            await house.AddProductAsync($"p{i:D3}");
        async Task SellAllAsync()
        {
            for (var i = 0; i < 150; i++)
                await house.SellAsync($"p{i:D3}", 1);
        }

        await house.Keeper.RunAsync(Stop);
        await SellAllAsync();
        var overtaken = 0;
        house.Database.Before = request =>
        {
            if (!request.Headers.Contains("x-ms-cosmos-is-batch-request") || Interlocked.Exchange(ref overtaken, 1) == 1)
                return;
            Task.Run(async () =>
            {
                await another.RunAsync(Stop);
                await SellAllAsync();
                await another.RunAsync(Stop);
            }).Wait(Stop);
        };

        Assert.Equal(FoldOutcome.Overtaken, await house.Keeper.RunAsync(Stop));
        await house.Keeper.RunAsync(Stop);

        Assert.All(await house.ListAsync(), item => Assert.Equal(2, item.Quantity));
    }

    [Fact]
    public async Task A_rebuild_gives_the_same_list_and_takes_over()
    {
        await using var house = await RankingHouse.CreateAsync(ranges: 3);
        for (var i = 0; i < 40; i++)
        {
            await house.AddProductAsync($"p{i}");
            var sale = await house.SellAsync($"p{i}", 1 + (i * 7 % 13), soldAt: RankingHouse.Start.AddHours(-i * 3));
            if (i % 5 == 0)
                await house.RefundAsync(sale);
        }
        await house.Keeper.RunAsync(Stop);
        var before = await Task.WhenAll(RankingWindow.All.Select(window => house.ListAsync(window.Name)));

        var asked = await house.Keeper.RebuildAsync(Stop);
        Assert.Equal((1, 2), (asked.Generation, asked.Rebuilding));
        Assert.Equal(2, (await house.Keeper.RebuildAsync(Stop)).Rebuilding);
        await house.Keeper.RunAsync(Stop);

        var swapped = await house.Keeper.PointerAsync(Stop);
        Assert.Equal((2, null), (swapped.Generation, swapped.Rebuilding));
        Assert.Equal(before, await Task.WhenAll(RankingWindow.All.Select(window => house.ListAsync(window.Name))));
        Assert.Null(await house.Keeper.ProgressAsync(1, Stop));
    }

    [Fact]
    public async Task Many_sales_fold_over_several_commits_and_survive_a_new_instance()
    {
        await using var house = await RankingHouse.CreateAsync(ranges: 2);
        for (var i = 0; i < 60; i++)
            await house.AddProductAsync($"p{i:D2}");
        await Parallel.ForAsync(0, 4_300, Stop, async (i, _) =>
            await house.SellAsync($"p{i % 60:D2}", 1 + (i % 3), soldAt: RankingHouse.Start.AddMinutes(-i)));
        await house.Keeper.RunAsync(Stop);
        Assert.True((await house.Keeper.ProgressAsync(1, Stop))!.Commit > 1);
        var list = await house.ListAsync();
        Assert.Equal(60, list.Count);

        using var another = house.NewKeeper();
        await house.SellAsync("p00", 1_000);
        await another.RunAsync(Stop);

        Assert.Equal(list.Single(item => item.ProductId == "p00").Quantity + 1_000, (await house.ListAsync())[0].Quantity);
    }

    /// <summary>
    /// Orders, cancellations, timer runs on two instances, calls that fail before or after they are carried out, restarts, the passing
    /// of time, in any order: the lists are what a plain count over the entries says.
    /// </summary>
    [Fact]
    public async Task Any_history_gives_the_list_of_a_plain_count()
    {
        var step = Gen.Select(Gen.Int[0, 11], Gen.Int[0, 7], Gen.Int[1, 5], Gen.Int[0, 4_000]);
        await step.List[5, 40].SampleAsync(
            async steps =>
            {
                await using var run = await History.StartAsync();
                foreach (var (what, product, quantity, number) in steps)
                    await run.StepAsync(what, $"p{product}", quantity, number);
                await run.CheckAsync();
            },
            iter: 25,
            threads: 2);
    }

    private sealed class History(RankingHouse house) : IAsyncDisposable
    {
        private readonly List<LedgerEntry> _entries = [];
        private readonly RankingKeeper[] _instances = [house.Keeper, house.NewKeeper()];

        public static async Task<History> StartAsync()
        {
            var house = await RankingHouse.CreateAsync(ranges: 2);
            for (var i = 0; i < 8; i++)
                await house.AddProductAsync($"p{i}");
            return new(house);
        }

        public async Task StepAsync(int what, string product, int quantity, int number)
        {
            switch (what)
            {
                case <= 3:
                    _entries.Add(await house.SellAsync(product, quantity, quantity * 3, house.Time.GetUtcNow().AddMinutes(-number % 100)));
                    break;
                case 4 when _entries.Where(entry => entry.Kind == EntryKind.Payment).ToList() is { Count: > 0 } payments:
                    var payment = payments[number % payments.Count];
                    if (!_entries.Any(entry => entry.Kind == EntryKind.Refund && entry.OrderId == payment.OrderId))
                        _entries.Add(await house.RefundAsync(payment));
                    break;
                case 5:
                    house.Time.Advance(TimeSpan.FromMinutes(number));
                    break;
                case 6:
                    _instances[number % 2].Dispose();
                    _instances[number % 2] = house.NewKeeper();
                    break;
                case 7 or 8:
                    await RunWithFaultAsync(_instances[number % 2], number);
                    break;
                case 9:
                    await Task.WhenAll(_instances.Select(instance => instance.RunAsync(Stop)));
                    break;
                default:
                    await _instances[number % 2].RunAsync(Stop);
                    break;
            }
        }

        public async Task CheckAsync()
        {
            var outcome = await _instances[0].RunAsync(Stop);
            Assert.Equal(FoldOutcome.CaughtUp, outcome);
            var checkpoint = await house.Keeper.ProgressAsync(1, Stop);
            foreach (var window in RankingWindow.All)
            {
                var start = checkpoint!.Lists.Single(list => list.Window == window.Name).WindowStart;
                var expected =
                    from entry in _entries
                    where (entry.SoldAt ?? entry.CreatedAt) >= start
                    let sign = entry.Kind == EntryKind.Payment ? 1 : -1
                    from line in entry.Lines!
                    group (Quantity: sign * line.Quantity, Revenue: sign * line.Quantity * line.UnitPrice) by line.ProductId into product
                    let quantity = product.Sum(sales => sales.Quantity)
                    let revenue = product.Sum(sales => sales.Revenue)
                    where quantity > 0
                    orderby quantity descending, revenue descending, product.Key
                    select (product.Key, quantity, revenue);
                Assert.Equal(expected, await house.ListAsync(window.Name));
            }
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var instance in _instances)
                instance.Dispose();
            await house.DisposeAsync();
        }

        /// <summary>The n-th call to the store breaks, before or after it is carried out, and so does every further one.</summary>
        private async Task RunWithFaultAsync(RankingKeeper instance, int number)
        {
            var callsLeft = number % 23 / 2;
            void Break(HttpRequestMessage request)
            {
                if (Interlocked.Decrement(ref callsLeft) < 0)
                    throw new FaultException();
            }

            if (number % 2 == 0)
                house.Database.Before = Break;
            else
                house.Database.After = Break;
            try
            {
                await instance.RunAsync(Stop);
            }
            catch (Exception fault) when (IsInjected(fault))
            {
            }
            finally
            {
                (house.Database.Before, house.Database.After) = (null, null);
            }
        }

        private static bool IsInjected(Exception? fault) => fault is not null && (fault is FaultException || IsInjected(fault.InnerException));
    }

    /// <summary>As if the process had ended there. Not an HTTP fault, which the SDK would retry.</summary>
    private sealed class FaultException : Exception;
}
