using Commerce.Shared.Ranking;

namespace Commerce.Shared.Tests.Ranking;

/// <summary>Levels and windows are part of stored ids and of the API: what they are called and how long they are may not change.</summary>
public sealed class RankingWindowTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Levels_are_cut_and_kept_as_they_always_were() => Assert.Equal(
        [("m10", "00:10:00", "3.00:00:00", "4.00:10:00"), ("h6", "06:00:00", "30.00:00:00", "31.06:00:00")],
        BucketLevel.All.Select(level => (level.Name, $"{level.Size}", $"{level.Reach}", $"{level.Lifetime}")));

    [Fact]
    public void Windows_are_found_by_the_names_that_clients_know()
    {
        Assert.Equal(
            [("1h", 1, "m10"), ("24h", 24, "m10"), ("72h", 72, "m10"), ("7d", 7 * 24, "h6"), ("30d", 30 * 24, "h6")],
            RankingWindow.All.Select(window => (window.Name, window.Length.TotalHours, window.Level.Name)));
        Assert.All(RankingWindow.All, window => Assert.Same(window, RankingWindow.Find(window.Name)));
        Assert.Same(RankingWindow.Default, RankingWindow.Find("72h"));
        Assert.Null(RankingWindow.Find("72H"));
    }

    [Fact]
    public void A_bucket_holds_the_moments_from_its_start_to_that_of_the_next()
    {
        var bucket = BucketLevel.Fine.BucketOf(Start);
        Assert.Equal(Start, BucketLevel.Fine.StartOf(bucket));
        Assert.Equal(bucket - 1, BucketLevel.Fine.BucketOf(Start.AddTicks(-1)));
        Assert.Equal(bucket, BucketLevel.Fine.BucketOf(Start.AddMinutes(10).AddTicks(-1).ToOffset(TimeSpan.FromHours(9))));
        Assert.Equal(bucket - 6, BucketLevel.Fine.FirstBucket(TimeSpan.FromHours(1), Start));
    }

    [Fact]
    public void A_window_that_would_begin_before_the_year_1_begins_with_it() =>
        Assert.Equal(0, BucketLevel.Coarse.FirstBucket(TimeSpan.FromDays(30), DateTimeOffset.MinValue.AddDays(1)));
}
