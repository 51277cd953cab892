using Commerce.Functions.Catalog;
using Commerce.Functions.Ledger;
using Commerce.Functions.Ranking;
using Commerce.Shared.Ranking;
using Microsoft.Extensions.Logging.Abstractions;

namespace Commerce.Functions.Tests.Ranking;

/// <summary>Readers get lists of one commit of the generation that is served, and a rebuild serves when it has all sales.</summary>
public class TornListsTests
{
    private static readonly string First = RankingPointer.ScopeOf(1);
    private static readonly string Second = RankingPointer.ScopeOf(2);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_list_that_is_not_of_the_commit_that_the_checkpoint_names_is_not_served()
    {
        await using var fixture = await RankingFixture.CreateAsync();
        await PointAsync(fixture, 1);
        var torn = Checkpoint(First, commit: 2, of: RankingWindow.Default.Name);
        await CommitAsync(fixture, torn, ListOf(First, commit: 1, "old"));

        var lists = await fixture.Top.GetAsync(Stop);

        Assert.Null(lists.ETag);
        Assert.DoesNotContain("old", Shown(lists), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_list_of_the_generation_before_is_not_taken_for_that_of_the_new_one_though_their_commits_are_alike()
    {
        await using var fixture = await RankingFixture.CreateAsync();
        var pointer = await PointAsync(fixture, 1);
        await CommitAsync(fixture, Checkpoint(First, 1, RankingWindow.Default.Name), ListOf(First, 1, "former"));
        Assert.Contains("former", Shown(await fixture.Top.GetAsync(Stop)), StringComparison.Ordinal);
        await CommitAsync(fixture, Checkpoint(Second, 1, RankingWindow.Default.Name), ListOf(Second, 1, "rebuilt"));
        await fixture.Store.TryWritePointerAsync(pointer with { Generation = 2 });

        fixture.Time.Advance(TimeSpan.FromMinutes(1));
        var shown = Shown(await fixture.Top.GetAsync(Stop));

        Assert.Contains("rebuilt", shown, StringComparison.Ordinal);
        Assert.DoesNotContain("former", shown, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_list_that_was_written_anew_takes_the_place_of_the_one_in_memory()
    {
        await using var fixture = await RankingFixture.CreateAsync();
        await PointAsync(fixture, 1);
        await CommitAsync(fixture, Checkpoint(First, 1, RankingWindow.Default.Name), ListOf(First, 1, "former"));
        Assert.Contains("former", Shown(await fixture.Top.GetAsync(Stop)), StringComparison.Ordinal);
        var stored = (await fixture.Store.FindCheckpointAsync(First, Stop))!;
        var next = Checkpoint(First, 2, RankingWindow.Default.Name) with { ETag = stored.ETag };
        await CommitAsync(fixture, next, ListOf(First, 2, "newer"));

        fixture.Time.Advance(TimeSpan.FromMinutes(1));

        Assert.Contains("newer", Shown(await fixture.Top.GetAsync(Stop)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_fold_that_finds_that_another_was_faster_loads_what_that_has_stored()
    {
        await using var fixture = await RankingFixture.CreateAsync();
        using var another = fixture.NewKeeper();
        await fixture.AddProductAsync("a");
        await fixture.SellAsync("a", 1);
        await fixture.Keeper.RunAsync(Stop);
        await fixture.SellAsync("a", 2);
        await another.RunAsync(Stop);
        await fixture.SellAsync("a", 4);

        Assert.Equal(FoldOutcome.CaughtUp, await fixture.Keeper.RunAsync(Stop));

        Assert.Equal([("a", 7, 700)], await fixture.ListAsync());
    }

    [Fact]
    public async Task A_generation_that_has_not_come_to_an_end_yet_is_not_served()
    {
        await using var fixture = await RankingFixture.CreateAsync();
        await PointAsync(fixture, 1);
        await CommitAsync(fixture, Checkpoint(First, 1, RankingWindow.Default.Name) with { AsOf = null }, ListOf(First, 1, "some"));

        Assert.Null((await fixture.Top.GetAsync(Stop)).ETag);
    }

    [Fact]
    public async Task A_rebuild_does_not_take_over_before_it_has_read_the_feed_to_its_end()
    {
        await using var fixture = await RankingFixture.CreateAsync();
        await fixture.AddProductAsync("a");
        await fixture.SellAsync("a", 3);
        await fixture.Keeper.RunAsync(Stop);
        await fixture.Keeper.RebuildAsync(Stop);
        // It has no time: each slice is over after a page.
        using var hurried = new RankingKeeper(
            new AccountFeed(fixture.Database.Database, TimeProvider.System),
            fixture.Store,
            new ProductReader(fixture.Database.Database, new LedgerOptions(), TimeProvider.System),
            Microsoft.Extensions.Options.Options.Create(new RankingOptions { SliceSeconds = 0 }),
            fixture.Time,
            NullLogger<RankingKeeper>.Instance);

        await hurried.RunAsync(Stop);

        var pointer = await fixture.Keeper.PointerAsync(Stop);
        Assert.Equal((1, 2), (pointer.Generation, pointer.Rebuilding));
        Assert.NotNull(await fixture.Keeper.ProgressAsync(2, Stop));
        Assert.Equal([("a", 3, 300)], await fixture.ListAsync());
        await hurried.RunAsync(Stop);
        pointer = await fixture.Keeper.PointerAsync(Stop);
        Assert.Equal((2, null), (pointer.Generation, pointer.Rebuilding));
        Assert.Equal([("a", 3, 300)], await fixture.ListAsync());
        Assert.Null(await fixture.Store.FindListAsync(First, RankingWindow.Default.Name, Stop));
    }

    [Fact]
    public async Task A_rebuild_whose_pointer_was_moved_meanwhile_takes_nothing_away()
    {
        await using var fixture = await RankingFixture.CreateAsync();
        await fixture.AddProductAsync("a");
        await fixture.SellAsync("a", 3);
        await fixture.Keeper.RunAsync(Stop);
        var asked = await fixture.Keeper.RebuildAsync(Stop);
        var isFirst = 1;
        fixture.Database.Before = request =>
        {
            // Another instance, just before this one would take over.
            if (request.Method == HttpMethod.Put && Interlocked.Exchange(ref isFirst, 0) == 1)
                Task.Run(() => fixture.Store.TryWritePointerAsync(asked with { Rebuilding = null }), Stop).Wait(Stop);
        };

        await fixture.Keeper.RunAsync(Stop);

        Assert.Equal(0, isFirst);
        var pointer = await fixture.Keeper.PointerAsync(Stop);
        Assert.Equal((1, null), (pointer.Generation, pointer.Rebuilding));
        Assert.Equal([("a", 3, 300)], await fixture.ListAsync());
    }

    [Fact]
    public async Task A_commit_that_rests_on_an_older_checkpoint_is_refused_as_a_whole()
    {
        await using var fixture = await RankingFixture.CreateAsync();
        await CommitAsync(fixture, Checkpoint(First, 1, RankingWindow.Default.Name), ListOf(First, 1, "one"));
        var seen = (await fixture.Store.FindCheckpointAsync(First, Stop))!;
        await CommitAsync(fixture, seen with { Commit = 2 }, ListOf(First, 2, "two"));

        var late = await fixture.Store.TryCommitAsync(seen with { Commit = 2 }, [], [ListOf(First, 2, "late")], new ProductIds());

        Assert.Null(late);
        var list = await fixture.Store.FindListAsync(First, RankingWindow.Default.Name, Stop);
        Assert.Equal("two", Assert.Single(list!.Products).ProductId);
    }

    private static async Task<RankingPointer> PointAsync(RankingFixture fixture, int generation) =>
        (await fixture.Store.TryWritePointerAsync(new RankingPointer { Generation = generation }))!;

    private static async Task CommitAsync(RankingFixture fixture, RankingCheckpoint checkpoint, RankingList list) =>
        Assert.NotNull(await fixture.Store.TryCommitAsync(checkpoint, [], [list], new ProductIds()));

    private static RankingCheckpoint Checkpoint(string scope, long commit, string of) => new()
    {
        Scope = scope,
        Commit = commit,
        FeedStart = RankingFixture.Start,
        Ranges = [],
        AsOf = RankingFixture.Start,
        WindowEnd = RankingFixture.Start,
        Lists = [new(of, RankingFixture.Start, commit)],
    };

    private static RankingList ListOf(string scope, long commit, string productId) => new()
    {
        Id = RankingList.IdOf(RankingWindow.Default.Name),
        Scope = scope,
        Window = RankingWindow.Default.Name,
        Commit = commit,
        Products = [new(productId, "Product", 100, 1, 100)],
    };

    private static string Shown(TopLists lists) => System.Text.Encoding.UTF8.GetString(lists.Render(RankingWindow.Default, 5).Body.Span);
}
