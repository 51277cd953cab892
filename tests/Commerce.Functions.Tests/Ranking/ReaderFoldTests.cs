using Commerce.Functions.Ranking;
using Microsoft.Extensions.Logging.Abstractions;

namespace Commerce.Functions.Tests.Ranking;

public class ReaderFoldTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Whoever_finds_lists_that_are_old_has_them_made_anew_and_others_need_not()
    {
        await using var house = await RankingHouse.CreateAsync();
        var fold = NewFold(house);
        await house.SellAsync("a", 3);
        await house.Keeper.RunAsync(Stop);
        var lists = await house.Top.GetAsync(Stop);
        var commit = await CommitAsync(house);

        house.Time.Advance(ReaderFold.FoldAfter - TimeSpan.FromMilliseconds(1));
        await fold.Look(lists);
        Assert.Equal(commit, await CommitAsync(house));

        house.Time.Advance(TimeSpan.FromMilliseconds(1));
        await fold.Look(lists);
        Assert.Equal(commit + 1, await CommitAsync(house));
        await fold.Look(lists);
        Assert.Equal(commit + 1, await CommitAsync(house));

        house.Time.Advance(ReaderFold.FoldAfter);
        await fold.Look(await house.Top.GetAsync(Stop));
        Assert.Equal(commit + 2, await CommitAsync(house));
    }

    [Fact]
    public async Task The_first_reader_of_a_shop_has_its_sales_counted()
    {
        await using var house = await RankingHouse.CreateAsync();
        await house.SellAsync("a", 3);

        await NewFold(house).Look(await house.Top.GetAsync(Stop));

        Assert.Equal(1, await CommitAsync(house));
    }

    [Fact]
    public async Task A_store_that_is_away_is_nobodys_trouble_who_reads()
    {
        await using var house = await RankingHouse.CreateAsync();
        var lists = await house.Top.GetAsync(Stop);
        house.Database.Before = _ => throw new HttpRequestException("The store is away.");
        await NewFold(house).Look(lists);
        house.Database.Before = null;
        Assert.Null(await house.Keeper.ProgressAsync(1, Stop));
    }

    private static ReaderFold NewFold(RankingHouse house) => new(house.Keeper, house.Time, NullLogger<ReaderFold>.Instance);

    private static async Task<long> CommitAsync(RankingHouse house) => (await house.Keeper.ProgressAsync(1, Stop))!.Commit;
}
