using Commerce.Functions.Ranking;
using Commerce.Shared.Ranking;
using Microsoft.Extensions.Time.Testing;

namespace Commerce.Functions.Tests.Ranking;

/// <summary><c>asOf</c> promises that every sale before it is counted, whoever counts, and whichever clocks the sellers have.</summary>
public class CoverageTests
{
    private static readonly string Scope = RankingPointer.ScopeOf(1);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Its instance's clock is five seconds behind, or its write took long, or the replica that was read lagged.</summary>
    [Fact]
    public async Task A_sale_that_is_seen_only_after_a_pass_is_not_said_to_be_in_its_list()
    {
        await using var fixture = await RankingFixture.CreateAsync();
        await fixture.AddProductAsync("a");
        await fixture.SellAsync("a", 1);
        await fixture.Keeper.RunAsync(Stop);

        var late = await fixture.SellAsync("a", 50, soldAt: fixture.Time.GetUtcNow().AddSeconds(-20));

        var top = (await fixture.Top.GetAsync(Stop)).Render(RankingWindow.Default, 5);
        Assert.Equal([("a", 1, 100)], await fixture.ListAsync());
        Assert.True((await fixture.Keeper.ProgressAsync(1, Stop))!.AsOf < late.CreatedAt,
            System.Text.Encoding.UTF8.GetString(top.Body.Span));
    }

    /// <summary>A run that is broken off has stored what it folded; another one, elsewhere, makes the lists and folds nothing.</summary>
    [Fact]
    public async Task Sales_that_another_run_has_stored_are_in_the_list_before_it_says_so()
    {
        await using var fixture = await RankingFixture.CreateAsync();
        await fixture.AddProductAsync("a");
        await fixture.Keeper.RunAsync(Stop);
        var other = fixture.NewFold();
        await fixture.SellAsync("a", 50);
        Assert.Equal(FoldOutcome.SliceOver, await other.RunAsync(TimeSpan.Zero, Stop));
        var stored = await fixture.Store.FindCheckpointAsync(Scope, Stop);
        Assert.True(stored!.HasUnlisted);
        Assert.True(stored.AsOf < fixture.Time.GetUtcNow());
        Assert.Empty(await fixture.ListAsync());

        fixture.Time.Advance(TimeSpan.FromSeconds(15));
        Assert.Equal(FoldOutcome.CaughtUp, await fixture.Keeper.RunAsync(Stop));

        Assert.Equal([("a", 50, 5_000)], await fixture.ListAsync());
        stored = await fixture.Store.FindCheckpointAsync(Scope, Stop);
        Assert.False(stored!.HasUnlisted);
        Assert.Equal(fixture.Time.GetUtcNow() - SalesFold.Leeway, stored.AsOf);
    }

    [Fact]
    public async Task An_instance_whose_clock_is_behind_takes_nothing_back_that_was_said()
    {
        await using var fixture = await RankingFixture.CreateAsync();
        await fixture.AddProductAsync("a");
        await fixture.Keeper.RunAsync(Stop);
        var said = (await fixture.Keeper.ProgressAsync(1, Stop))!;
        await fixture.SellAsync("a", 1);
        using var behind = fixture.NewKeeper(new FakeTimeProvider(fixture.Time.GetUtcNow().AddSeconds(-5)));

        Assert.Equal(FoldOutcome.CaughtUp, await behind.RunAsync(Stop));

        var next = (await fixture.Keeper.ProgressAsync(1, Stop))!;
        Assert.Equal(said.AsOf, next.AsOf);
        Assert.True(next.WindowEnd >= next.AsOf);
        Assert.Equal([("a", 1, 100)], await fixture.ListAsync());
    }
}
