using Commerce.Functions.Ranking;
using Commerce.Functions.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace Commerce.Functions.Tests.Ranking;

public class ReaderFoldTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Whoever_finds_lists_that_are_old_has_them_made_anew_and_others_need_not()
    {
        await using var fixture = await RankingFixture.CreateAsync();
        var fold = NewFold(fixture);
        await fixture.SellAsync("a", 3);
        await fixture.Keeper.RunAsync(Stop);
        var lists = await fixture.Top.GetAsync(Stop);
        var commit = await CommitAsync(fixture);

        fixture.Time.Advance(ReaderFold.FoldAfter - TimeSpan.FromMilliseconds(1));
        await fold.StartIfDue(lists);
        Assert.Equal(commit, await CommitAsync(fixture));

        fixture.Time.Advance(TimeSpan.FromMilliseconds(1));
        await fold.StartIfDue(lists);
        Assert.Equal(commit + 1, await CommitAsync(fixture));
        await fold.StartIfDue(lists);
        Assert.Equal(commit + 1, await CommitAsync(fixture));

        fixture.Time.Advance(ReaderFold.FoldAfter);
        await fold.StartIfDue(await fixture.Top.GetAsync(Stop));
        Assert.Equal(commit + 2, await CommitAsync(fixture));
    }

    [Fact]
    public async Task The_first_reader_of_a_shop_has_its_sales_counted()
    {
        await using var fixture = await RankingFixture.CreateAsync();
        await fixture.SellAsync("a", 3);

        await NewFold(fixture).StartIfDue(await fixture.Top.GetAsync(Stop));

        Assert.Equal(1, await CommitAsync(fixture));
    }

    [Fact]
    public async Task A_store_that_is_away_is_nobodys_trouble_who_reads()
    {
        await using var fixture = await RankingFixture.CreateAsync();
        var lists = await fixture.Top.GetAsync(Stop);
        fixture.Database.Before = _ => throw TestDatabase.IsAway;
        await NewFold(fixture).StartIfDue(lists);
        fixture.Database.Before = null;
        Assert.Null(await fixture.Keeper.ProgressAsync(1, Stop));
    }

    private static ReaderFold NewFold(RankingFixture fixture) => new(fixture.Keeper, fixture.Time, NullLogger<ReaderFold>.Instance);

    private static async Task<long> CommitAsync(RankingFixture fixture) => (await fixture.Keeper.ProgressAsync(1, Stop))!.Commit;
}
