namespace Commerce.Shared.Ranking;

/// <summary>Time, cut into buckets of one size. Buckets are numbered from the year 1, so all instances cut alike.</summary>
/// <param name="Name">Short name, part of document ids.</param>
/// <param name="Size">Length of a bucket; divides a day.</param>
/// <param name="Reach">The longest window that is summed from these buckets.</param>
public sealed record BucketLevel(string Name, TimeSpan Size, TimeSpan Reach)
{
    /// <summary>Ten minutes, for windows up to 72 hours.</summary>
    public static readonly BucketLevel Fine = new("m10", TimeSpan.FromMinutes(10), TimeSpan.FromHours(72));

    /// <summary>
    /// Six hours, for windows up to 30 days: 120 buckets instead of 4,320, so that what is kept stays small when every product sells
    /// all the time, and the window is still true to 4 % of a week.
    /// </summary>
    public static readonly BucketLevel Coarse = new("h6", TimeSpan.FromHours(6), TimeSpan.FromDays(30));

    public static IReadOnlyList<BucketLevel> All { get; } = [Fine, Coarse];

    /// <summary>
    /// How long after their last write documents of this level are kept: until no window can reach them, and a day for clocks that
    /// disagree and timers that come late.
    /// </summary>
    public TimeSpan Lifetime => Reach + Size + TimeSpan.FromDays(1);

    public long BucketOf(DateTimeOffset time) => time.UtcTicks / Size.Ticks;

    public DateTimeOffset StartOf(long bucket) => new(bucket * Size.Ticks, TimeSpan.Zero);

    /// <summary>The first bucket of a window of <paramref name="length"/> that ends at <paramref name="end"/>.</summary>
    public long FirstBucket(TimeSpan length, DateTimeOffset end) =>
        Math.Max(0, end.UtcTicks - length.Ticks) / Size.Ticks;
}

/// <summary>
/// A time that ends now and over which sales are ranked. It begins at the start of a bucket, so it covers its length and up to one
/// bucket more; the list says from when to when.
/// </summary>
public sealed record RankingWindow(string Name, TimeSpan Length, BucketLevel Level)
{
    public static readonly RankingWindow Default = new("72h", TimeSpan.FromHours(72), BucketLevel.Fine);

    public static IReadOnlyList<RankingWindow> All { get; } =
    [
        new("1h", TimeSpan.FromHours(1), BucketLevel.Fine),
        new("24h", TimeSpan.FromHours(24), BucketLevel.Fine),
        Default,
        new("7d", TimeSpan.FromDays(7), BucketLevel.Coarse),
        new("30d", TimeSpan.FromDays(30), BucketLevel.Coarse),
    ];

    public static RankingWindow? Find(string name) => All.FirstOrDefault(window => window.Name == name);
}
