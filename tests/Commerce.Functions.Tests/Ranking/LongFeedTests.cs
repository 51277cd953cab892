namespace Commerce.Functions.Tests.Ranking;

/// <summary>More sales than a page of the feed or a commit can hold.</summary>
public class LongFeedTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Many_sales_fold_over_several_commits_and_survive_a_new_instance()
    {
        await using var fixture = await RankingFixture.CreateAsync(ranges: 2);
        for (var i = 0; i < 60; i++)
            await fixture.AddProductAsync($"p{i:D2}");
        await fixture.SellAsync(4_300, i => ($"p{i % 60:D2}", 1 + (i % 3), RankingFixture.Start.AddMinutes(-i)));
        await fixture.Keeper.RunAsync(Stop);
        Assert.True((await fixture.Keeper.ProgressAsync(1, Stop))!.Commit > 1);
        var list = await fixture.ListAsync();
        Assert.Equal(60, list.Count);

        using var another = fixture.NewKeeper();
        await fixture.SellAsync("p00", 1_000);
        await another.RunAsync(Stop);

        Assert.Equal(list.Single(item => item.ProductId == "p00").Quantity + 1_000, (await fixture.ListAsync())[0].Quantity);
    }
}
