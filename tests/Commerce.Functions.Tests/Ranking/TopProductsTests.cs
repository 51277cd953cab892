using System.Text;
using System.Text.Json;
using Commerce.Shared.Ranking;

namespace Commerce.Functions.Tests.Ranking;

public class TopProductsTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Before_the_first_fold_the_list_is_empty_and_says_that_nothing_is_counted()
    {
        await using var fixture = await RankingFixture.CreateAsync();

        var answer = await ReadAsync(fixture);

        Assert.Empty(answer.GetProperty("items").EnumerateArray());
        Assert.Equal(RankingFixture.Start.AddHours(-72), answer.GetProperty("windowStart").GetDateTimeOffset());
        Assert.Equal(RankingFixture.Start, answer.GetProperty("windowEnd").GetDateTimeOffset());
        Assert.Equal(RankingFixture.Start.AddHours(-72), answer.GetProperty("asOf").GetDateTimeOffset());
    }

    [Fact]
    public async Task An_answer_is_read_anew_after_the_refresh_time_without_holding_its_reader_up()
    {
        await using var fixture = await SellingAsync(1);
        Assert.Equal(1, await QuantityAsync(fixture));
        await fixture.SellAsync("a", 4);
        await fixture.Keeper.RunAsync(Stop);

        fixture.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, await QuantityAsync(fixture));
        fixture.Time.Advance(TimeSpan.FromSeconds(2));
        var waiting = new TaskCompletionSource();
        fixture.Database.Before = _ => waiting.Task.Wait(TimeSpan.FromSeconds(30));
        Assert.Equal(1, await QuantityAsync(fixture));
        waiting.SetResult();

        await Eventually.HoldsAsync(async () => await QuantityAsync(fixture) == 5);
    }

    [Fact]
    public async Task After_a_time_without_readers_the_first_one_gets_the_newest()
    {
        await using var fixture = await SellingAsync(1);
        Assert.Equal(1, await QuantityAsync(fixture));
        await fixture.SellAsync("a", 4);
        await fixture.Keeper.RunAsync(Stop);

        fixture.Time.Advance(TimeSpan.FromSeconds(11));

        Assert.Equal(5, await QuantityAsync(fixture));
    }

    [Fact]
    public async Task While_the_store_is_away_the_last_list_is_served()
    {
        await using var fixture = await SellingAsync(1);
        Assert.Equal(1, await QuantityAsync(fixture));

        fixture.Database.Before = _ => throw new InvalidOperationException("away");
        fixture.Time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(1, await QuantityAsync(fixture));
    }

    [Fact]
    public async Task A_rebuild_that_takes_over_does_not_empty_the_list()
    {
        await using var fixture = await SellingAsync(3);
        Assert.Equal(3, await QuantityAsync(fixture));
        await fixture.Keeper.RebuildAsync(Stop);
        await fixture.Keeper.RunAsync(Stop);

        fixture.Time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(3, await QuantityAsync(fixture));
    }

    [Fact]
    public async Task The_same_list_has_the_same_version_and_another_one_another()
    {
        await using var fixture = await SellingAsync(3);
        var lists = await fixture.Top.GetAsync(Stop);

        Assert.Same(lists.Render(RankingWindow.Default, 5), lists.Render(RankingWindow.Default, 5));
        Assert.NotEqual(lists.Render(RankingWindow.Default, 5).ETag, lists.Render(RankingWindow.Find("30d")!, 5).ETag);
    }

    /// <summary>A shop that has sold so many pieces of its one product, which the list knows.</summary>
    private static async Task<RankingFixture> SellingAsync(int quantity)
    {
        var fixture = await RankingFixture.CreateAsync();
        await fixture.AddProductAsync("a");
        await fixture.SellAsync("a", quantity);
        await fixture.Keeper.RunAsync(Stop);
        return fixture;
    }

    private static async Task<JsonElement> ReadAsync(RankingFixture fixture) => JsonSerializer.Deserialize<JsonElement>(
        Encoding.UTF8.GetString((await fixture.Top.GetAsync(Stop)).Render(RankingWindow.Default, 5).Body.Span));

    private static async Task<long> QuantityAsync(RankingFixture fixture) =>
        (await ReadAsync(fixture)).GetProperty("items")[0].GetProperty("quantity").GetInt64();
}
