using Commerce.Functions.Ranking;
using Commerce.Shared.Balance;
using Commerce.Shared.Ranking;
using CsCheck;

namespace Commerce.Functions.Tests.Ranking;

public class RankingKeeperTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>To take over costs a reading of all that is stored; so instances do not do it by turns.</summary>
    [Fact]
    public async Task Of_several_instances_one_keeps_up_and_another_takes_over_when_it_is_gone()
    {
        await using var fixture = await RankingFixture.CreateAsync();
        RankingKeeper[] instances = [fixture.NewKeeper(), fixture.NewKeeper(), fixture.NewKeeper()];
        for (var round = 0; round < 10; round++)
        {
            await fixture.SellAsync("a", 1);
            var outcomes = new List<FoldOutcome?>();
            foreach (var instance in instances)
                outcomes.Add(await instance.KeepUpAsync(Stop));
            Assert.Equal([FoldOutcome.CaughtUp, FoldOutcome.Overtaken, FoldOutcome.Overtaken], outcomes);
            fixture.Time.Advance(ReaderFold.FoldAfter);
        }

        Assert.Equal(FoldOutcome.Overtaken, await instances[1].KeepUpAsync(Stop));
        fixture.Time.Advance(SalesFold.TakeOverAfter - ReaderFold.FoldAfter);
        Assert.Equal(FoldOutcome.CaughtUp, await instances[1].KeepUpAsync(Stop));
        Assert.Equal(FoldOutcome.Overtaken, await instances[0].KeepUpAsync(Stop));
    }

    [Fact]
    public async Task Sales_are_ranked_and_cancelled_ones_taken_off()
    {
        await using var fixture = await RankingFixture.CreateAsync();
        foreach (var product in new[] { "a", "b", "c" })
            await fixture.AddProductAsync(product);
        await fixture.SellAsync("a", 3);
        await fixture.SellAsync("b", 2, unitPrice: 500);
        await fixture.SellAsync("b", 2, unitPrice: 500);
        var cancelled = await fixture.SellAsync("c", 100);
        Assert.Equal(FoldOutcome.CaughtUp, await fixture.Keeper.RunAsync(Stop));
        Assert.Equal([("c", 100, 10_000), ("b", 4, 2_000), ("a", 3, 300)], await fixture.ListAsync());

        fixture.Time.Advance(TimeSpan.FromHours(3));
        await fixture.RefundAsync(cancelled);
        await fixture.Keeper.RunAsync(Stop);

        Assert.Equal([("b", 4, 2_000), ("a", 3, 300)], await fixture.ListAsync());
        Assert.Empty(await fixture.ListAsync("1h"));
    }

    [Fact]
    public async Task A_cancellation_of_an_old_sale_takes_nothing_from_windows_that_never_had_it()
    {
        await using var fixture = await RankingFixture.CreateAsync();
        await fixture.AddProductAsync("a");
        var old = await fixture.SellAsync("a", 5, soldAt: RankingFixture.Start.AddDays(-4));
        await fixture.SellAsync("a", 1);
        await fixture.Keeper.RunAsync(Stop);
        await fixture.RefundAsync(old);
        await fixture.Keeper.RunAsync(Stop);

        Assert.Equal([("a", 1, 100)], await fixture.ListAsync());
        Assert.Equal([("a", 1, 100)], await fixture.ListAsync("7d"));
    }

    [Fact]
    public async Task An_hour_without_sales_still_moves_the_windows_and_the_time()
    {
        await using var fixture = await RankingFixture.CreateAsync();
        await fixture.AddProductAsync("a");
        await fixture.SellAsync("a", 1);
        await fixture.Keeper.RunAsync(Stop);
        Assert.Single(await fixture.ListAsync("1h"));

        fixture.Time.Advance(TimeSpan.FromMinutes(71));
        await fixture.Keeper.RunAsync(Stop);

        Assert.Empty(await fixture.ListAsync("1h"));
        Assert.Single(await fixture.ListAsync());
        Assert.Equal(fixture.Time.GetUtcNow() - SalesFold.Leeway, (await fixture.Keeper.ProgressAsync(1, Stop))!.AsOf);
    }

    [Fact]
    public async Task A_product_that_is_gone_gives_way_to_the_next()
    {
        await using var fixture = await RankingFixture.CreateAsync();
        await fixture.AddProductAsync("a");
        await fixture.SellAsync("gone", 9);
        await fixture.SellAsync("a", 1);
        await fixture.Keeper.RunAsync(Stop);

        Assert.Equal([("a", 1, 100)], await fixture.ListAsync());

        await fixture.DeleteProductAsync("a");
        await fixture.AddProductAsync("gone");
        fixture.Time.Advance(TimeSpan.FromMinutes(10));
        await fixture.Keeper.RunAsync(Stop);
        Assert.Equal([("gone", 9, 900)], await fixture.ListAsync());
    }

    [Fact]
    public async Task Names_and_prices_are_at_most_half_a_minute_old()
    {
        await using var fixture = await RankingFixture.CreateAsync();
        await fixture.AddProductAsync("a", price: 100);
        await fixture.SellAsync("a", 2, unitPrice: 100);
        await fixture.Keeper.RunAsync(Stop);
        await fixture.AddProductAsync("a", price: 150);
        fixture.Time.Advance(TimeSpan.FromSeconds(30));
        await fixture.Keeper.RunAsync(Stop);

        var list = await fixture.Store.FindListAsync(RankingPointer.ScopeOf(1), "72h", Stop);
        Assert.Equal([new RankedProduct("a", "Product a", 150, 2, 200)], list!.Products);
    }

    [Fact]
    public async Task A_run_that_finds_nothing_new_says_so_and_reads_no_products()
    {
        await using var fixture = await RankingFixture.CreateAsync();
        await fixture.AddProductAsync("a");
        await fixture.SellAsync("a", 1);
        await fixture.Keeper.RunAsync(Stop);
        var before = await fixture.Keeper.ProgressAsync(1, Stop);
        fixture.Time.Advance(TimeSpan.FromSeconds(5));
        var calls = 0;
        fixture.Database.Before = _ => Interlocked.Increment(ref calls);

        await fixture.Keeper.RunAsync(Stop);

        // Pointer, checkpoint, the end of the feed, the commit.
        Assert.InRange(calls, 4, 5);
        var after = await fixture.Keeper.ProgressAsync(1, Stop);
        Assert.Equal(fixture.Time.GetUtcNow() - SalesFold.Leeway, after!.AsOf);
        Assert.Equal(before!.Lists, after.Lists);
    }

    [Fact]
    public async Task Sales_that_never_pause_do_not_keep_the_lists_from_being_made()
    {
        await using var fixture = await RankingFixture.CreateAsync();
        await fixture.AddProductAsync("a");
        await fixture.SellAsync("a", 1);
        var pages = 0;
        fixture.Database.Before = request =>
        {
            if (!request.Headers.Contains("A-IM") || !request.RequestUri!.AbsolutePath.EndsWith("/docs", StringComparison.Ordinal))
                return;
            Assert.True(++pages < 100, "It reads without end.");
            fixture.Time.Advance(TimeSpan.FromSeconds(1));
            Task.Run(() => fixture.SellAsync("a", 1), Stop).Wait(Stop);
        };

        Assert.Equal(FoldOutcome.CaughtUp, await fixture.Keeper.RunAsync(Stop));

        fixture.Database.Before = null;
        Assert.True((await fixture.ListAsync())[0].Quantity >= 2);
        Assert.Equal(RankingFixture.Start - SalesFold.Leeway, (await fixture.Keeper.ProgressAsync(1, Stop))!.AsOf);
        await fixture.Keeper.RunAsync(Stop);
        Assert.Equal(pages + 1, (await fixture.ListAsync())[0].Quantity);
    }

    /// <summary>After a restore, say, the store takes none of the continuations that were kept.</summary>
    [Fact]
    public async Task A_ranking_that_cannot_be_folded_any_more_is_rebuilt_all_the_same()
    {
        await using var fixture = await RankingFixture.CreateAsync();
        await fixture.AddProductAsync("a");
        await fixture.SellAsync("a", 3);
        await fixture.Keeper.RunAsync(Stop);
        var stored = (await fixture.Store.FindCheckpointAsync(RankingPointer.ScopeOf(1), Stop))!;
        await fixture.Store.TryCommitAsync(
            stored with { Commit = stored.Commit + 1, Ranges = [.. stored.Ranges.Select(range => range with { Continuation = "lost" })] },
            [], [], new ProductIds());
        using var keeper = fixture.NewKeeper();
        await Assert.ThrowsAnyAsync<Exception>(() => keeper.RunAsync(Stop));

        await keeper.RebuildAsync(Stop);
        await Assert.ThrowsAnyAsync<Exception>(() => keeper.RunAsync(Stop));

        var pointer = (await fixture.Store.FindPointerAsync(Stop))!;
        Assert.Equal((2, null), (pointer.Generation, pointer.Rebuilding));
        Assert.Equal(FoldOutcome.CaughtUp, await keeper.RunAsync(Stop));
        Assert.Equal([("a", 3, 300)], await fixture.ListAsync());
    }

    [Fact]
    public async Task A_run_whose_time_is_up_leaves_the_rest_to_the_next()
    {
        await using var fixture = await RankingFixture.CreateAsync();
        await fixture.AddProductAsync("a");
        for (var i = 0; i < 5; i++)
            await fixture.SellAsync("a", 1);
        var fold = fixture.NewFold();

        Assert.Equal(FoldOutcome.SliceOver, await fold.RunAsync(TimeSpan.Zero, Stop));
        Assert.Null((await fixture.Store.FindCheckpointAsync("paid-1", Stop))!.AsOf);
        Assert.Equal(FoldOutcome.CaughtUp, await fold.RunAsync(TimeSpan.FromSeconds(1), Stop));
        await fixture.Keeper.RunAsync(Stop);
        Assert.Equal([("a", 5, 500)], await fixture.ListAsync());
    }

    [Fact]
    public async Task A_run_that_was_overtaken_twice_before_its_commit_counts_for_nothing()
    {
        await using var fixture = await RankingFixture.CreateAsync();
        using var another = fixture.NewKeeper();
        // More products than the last segment of a bucket takes, so that each commit begins a new one.
        for (var i = 0; i < 150; i++)
            await fixture.AddProductAsync($"p{i:D3}");
        async Task SellAllAsync()
        {
            for (var i = 0; i < 150; i++)
                await fixture.SellAsync($"p{i:D3}", 1);
        }

        await fixture.Keeper.RunAsync(Stop);
        await SellAllAsync();
        var overtaken = 0;
        fixture.Database.Before = request =>
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

        Assert.Equal(FoldOutcome.Overtaken, await fixture.Keeper.RunAsync(Stop));
        await fixture.Keeper.RunAsync(Stop);

        Assert.All(await fixture.ListAsync(), item => Assert.Equal(2, item.Quantity));
    }

    [Fact]
    public async Task A_rebuild_gives_the_same_list_and_takes_over()
    {
        await using var fixture = await RankingFixture.CreateAsync(ranges: 3);
        for (var i = 0; i < 40; i++)
        {
            await fixture.AddProductAsync($"p{i}");
            var sale = await fixture.SellAsync($"p{i}", 1 + (i * 7 % 13), soldAt: RankingFixture.Start.AddHours(-i * 3));
            if (i % 5 == 0)
                await fixture.RefundAsync(sale);
        }
        await fixture.Keeper.RunAsync(Stop);
        var before = await Task.WhenAll(RankingWindow.All.Select(window => fixture.ListAsync(window.Name)));

        var asked = await fixture.Keeper.RebuildAsync(Stop);
        Assert.Equal((1, 2), (asked.Generation, asked.Rebuilding));
        Assert.Equal(2, (await fixture.Keeper.RebuildAsync(Stop)).Rebuilding);
        await fixture.Keeper.RunAsync(Stop);

        var swapped = await fixture.Keeper.PointerAsync(Stop);
        Assert.Equal((2, null), (swapped.Generation, swapped.Rebuilding));
        Assert.Equal(before, await Task.WhenAll(RankingWindow.All.Select(window => fixture.ListAsync(window.Name))));
        Assert.Null(await fixture.Keeper.ProgressAsync(1, Stop));
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

    private sealed class History(RankingFixture fixture) : IAsyncDisposable
    {
        private readonly List<LedgerEntry> _entries = [];
        private readonly RankingKeeper[] _instances = [fixture.Keeper, fixture.NewKeeper()];

        public static async Task<History> StartAsync()
        {
            var fixture = await RankingFixture.CreateAsync(ranges: 2);
            for (var i = 0; i < 8; i++)
                await fixture.AddProductAsync($"p{i}");
            return new(fixture);
        }

        public async Task StepAsync(int what, string product, int quantity, int number)
        {
            switch (what)
            {
                case <= 3:
                    _entries.Add(await fixture.SellAsync(product, quantity, quantity * 3,
                        fixture.Time.GetUtcNow().AddMinutes(-number % 100)));
                    break;
                case 4 when _entries.Where(entry => entry.Kind == EntryKind.Payment).ToList() is { Count: > 0 } payments:
                    var payment = payments[number % payments.Count];
                    if (!_entries.Any(entry => entry.Kind == EntryKind.Refund && entry.OrderId == payment.OrderId))
                        _entries.Add(await fixture.RefundAsync(payment));
                    break;
                case 5:
                    fixture.Time.Advance(TimeSpan.FromMinutes(number));
                    break;
                case 6:
                    _instances[number % 2].Dispose();
                    _instances[number % 2] = fixture.NewKeeper();
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
            var checkpoint = await fixture.Keeper.ProgressAsync(1, Stop);
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
                Assert.Equal(expected, await fixture.ListAsync(window.Name));
            }
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var instance in _instances)
                instance.Dispose();
            await fixture.DisposeAsync();
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
                fixture.Database.Before = Break;
            else
                fixture.Database.After = Break;
            try
            {
                await instance.RunAsync(Stop);
            }
            catch (Exception fault) when (IsInjected(fault))
            {
            }
            finally
            {
                (fixture.Database.Before, fixture.Database.After) = (null, null);
            }
        }

        private static bool IsInjected(Exception? fault) =>
            fault is not null && (fault is FaultException || IsInjected(fault.InnerException));
    }

    /// <summary>As if the process had ended there. Not an HTTP fault, which the SDK would retry.</summary>
    private sealed class FaultException : Exception;
}
