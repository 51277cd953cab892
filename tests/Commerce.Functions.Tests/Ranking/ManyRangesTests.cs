using Commerce.Functions.Cosmos;
using Commerce.Functions.Ranking;
using Commerce.Shared.Orders;
using Commerce.Shared.Ranking;

namespace Commerce.Functions.Tests.Ranking;

/// <summary>A week of sales of products with the longest ids, over so many ranges that a page of each is too much for a batch.</summary>
public class ManyRangesTests(ITestOutputHelper output)
{
    private const int Ranges = 50;
    private const int Orders = 160;
    private const int LinesPerOrder = 200;
    private const int Products = 1_500;
    private const int BatchBytesMax = 2 * 1024 * 1024;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_run_makes_progress_through_splits_and_a_rebuild_and_nothing_is_missing_or_counted_twice()
    {
        await using var fixture = await RankingFixture.CreateAsync(Ranges);
        var expected = await SellAsync(fixture);
        var batchBytes = 0L;
        fixture.Database.Before = request =>
        {
            if (request.Headers.Contains("x-ms-cosmos-is-batch-request"))
                InterlockedMax(ref batchBytes, request.Content!.ReadAsByteArrayAsync().Result.Length);
        };
        await fixture.Keeper.PointerAsync(Stop);

        // Runs whose time is up at once get on, until all is counted; that it is, only a run can tell that gets around.
        var fold = fixture.NewFold();
        var (before, after, runs) = (Array.Empty<string>(), new[] { "" }, 0);
        for (; !after.SequenceEqual(before); runs++)
        {
            if (runs == 3)
                fixture.Database.SplitRanges(CommerceDatabase.Accounts);
            Assert.Equal(FoldOutcome.SliceOver, await fold.RunAsync(TimeSpan.Zero, Stop));
            before = after;
            after = [.. (await fixture.Store.FindCheckpointAsync(fold.Scope, Stop))!.Ranges.Select(range => range.Continuation ?? "")];
        }
        output.WriteLine($"{runs} runs, largest batch {batchBytes} bytes");
        Assert.InRange(runs, 7, 100);
        Assert.DoesNotContain("", after);
        Assert.Equal(FoldOutcome.CaughtUp, await fold.RunAsync(TimeSpan.FromMinutes(1), Stop));
        Assert.Equal(expected, await fixture.ListAsync("7d"));

        // And all at once, with a split between two pages, of which the SDK may ask for ever: until the time for one page is over.
        var pages = 0;
        fixture.Database.After = request =>
        {
            if (!request.Headers.Contains("A-IM") || !request.RequestUri!.AbsolutePath.Contains("/docs", StringComparison.Ordinal))
                return;
            var page = Interlocked.Increment(ref pages);
            if (page == 20)
                fixture.Database.SplitRanges(CommerceDatabase.Accounts);
            if (page % 500 == 0)
                fixture.FeedTime.Advance(ChangeFeedExtensions.PageTimeout);
        };
        await fixture.Keeper.RebuildAsync(Stop);
        await fixture.Keeper.RunAsync(Stop);

        Assert.Equal((2, null),
            ((await fixture.Keeper.PointerAsync(Stop)).Generation, (await fixture.Keeper.PointerAsync(Stop)).Rebuilding));
        Assert.Equal(expected, await fixture.ListAsync("7d"));
        Assert.True(pages > 20, "Nothing was split.");
        Assert.InRange(batchBytes, BatchBytesMax / 8, BatchBytesMax * 9 / 10);
    }

    [Fact]
    public async Task A_page_that_is_too_much_by_itself_is_read_in_smaller_ones()
    {
        await using var fixture = await RankingFixture.CreateAsync();
        for (var i = 0; i < 1_200; i++)
            await fixture.AddProductAsync(Id(i));
        for (var order = 0; order < 5; order++)
        {
            SoldLine[] lines = [.. Enumerable.Range(0, 1_200).Select(i => new SoldLine(Id(i), 1, 100))];
            await fixture.SellAsync(lines, RankingFixture.Start.AddMinutes(-20 * order));
        }

        Assert.Equal(FoldOutcome.CaughtUp, await fixture.Keeper.RunAsync(Stop));

        Assert.InRange((await fixture.Keeper.ProgressAsync(1, Stop))!.Commit, 5, 6);
        Assert.All(await fixture.ListAsync(), item => Assert.Equal(5, item.Quantity));
    }

    private static async Task<List<(string, long, long)>> SellAsync(RankingFixture fixture)
    {
        await Parallel.ForAsync(0, Products, Stop, async (i, _) => await fixture.AddProductAsync(Id(i)));
        var orders = Enumerable.Range(0, Orders).Select(order => Enumerable.Range(0, LinesPerOrder)
            .Select(line => new SoldLine(Id(((order * 37) + (line * 7)) % Products), 1 + ((order + line) % 5), 100)).ToList()).ToList();
        await Parallel.ForAsync(0, Orders, Stop, async (i, _) =>
            await fixture.SellAsync(orders[i], RankingFixture.Start.AddMinutes(-i * 60)));
        var counted =
            from line in orders.SelectMany(lines => lines)
            group line by line.ProductId into product
            let quantity = product.Sum(line => line.Quantity)
            orderby quantity descending, product.Key
            select (product.Key, quantity, quantity * 100);
        return [.. counted.Take(RankingList.ProductsMax)];
    }

    private static string Id(int i) => $"product-{i:D56}";

    private static void InterlockedMax(ref long target, long value)
    {
        for (var seen = Interlocked.Read(ref target); value > seen;)
            seen = Interlocked.CompareExchange(ref target, value, seen) == seen ? value : Interlocked.Read(ref target);
    }
}
