namespace Commerce.Shared.Ranking;

/// <summary>
/// The sales of the last 30 days in memory: buckets of two sizes, and a running sum for each window. A cache of what is stored, and of
/// what is about to be stored: whoever fails to store it throws the board away and loads a new one. Not thread-safe.
/// </summary>
public sealed class SalesBoard
{
    /// <summary>Entries up to which a bucket's last segment is written again to take more: some 10 KB.</summary>
    public const int TailEntriesMax = 128;

    /// <summary>Most entries of one segment: under 500 KB.</summary>
    public const int SegmentEntriesMax = 4_500;

    /// <summary>Segments of one commit; what more buckets have to store goes into a mixed one. A batch has 100 operations.</summary>
    public const int SegmentsPerCommitMax = 60;

    /// <summary>
    /// Most entries that a commit writes: 1.3 MB of the 2 MB of a batch. The rest is for the checkpoint (some 600 bytes a feed range) and
    /// lists.
    /// </summary>
    public const int BatchEntriesMax = 12_000;

    /// <summary>
    /// Most entries that may be pending when a commit is made. Each bucket's last segment may be written again with what it had before.
    /// </summary>
    public const int PendingEntriesMax = BatchEntriesMax - (SegmentsPerCommitMax * TailEntriesMax);

    /// <summary>Most entries of a bucket that is compacted, with all else that the commit writes.</summary>
    private const int CompactEntriesMax = 2 * SegmentEntriesMax;

    private readonly Dictionary<BucketLevel, SortedDictionary<long, SalesBucket>> _buckets =
        BucketLevel.All.ToDictionary(level => level, _ => new SortedDictionary<long, SalesBucket>());

    private readonly List<WindowSum> _windows;

    public SalesBoard(DateTimeOffset now)
    {
        _windows = [.. RankingWindow.All.Select(window => new WindowSum(window))];
        Advance(now);
    }

    public ProductIds Products { get; } = new();

    /// <summary>Entries that are not stored yet: what the next commit will add.</summary>
    public int PendingEntries => _buckets.Values.Sum(buckets => buckets.Values.Sum(bucket => bucket.Pending.Count));

    /// <summary>Entries that will be pending at most because of these facts: one for each product in each bucket.</summary>
    public static int EntriesOf(IReadOnlyCollection<SaleFact> facts) =>
        BucketLevel.All.Sum(level => facts.Select(fact => (level.BucketOf(fact.SoldAt), fact.Product)).Distinct().Count());

    /// <summary>Moves the windows' starts; what they leave behind is subtracted, and buckets that none reaches are dropped.</summary>
    public void Advance(DateTimeOffset now)
    {
        foreach (var sum in _windows)
            sum.Advance(now, _buckets[sum.Window.Level]);
        foreach (var (level, buckets) in _buckets)
        {
            var first = level.FirstBucket(level.Reach, now);
            foreach (var number in buckets.Keys.TakeWhile(number => number < first && !buckets[number].IsDirty).ToList())
                buckets.Remove(number);
        }
    }

    /// <summary>Counts a fact in its bucket of every level. A fact that no window reaches any more is of no interest.</summary>
    public void Fold(in SaleFact fact)
    {
        foreach (var (level, _) in _buckets)
        {
            var number = level.BucketOf(fact.SoldAt);
            if (number < FirstKept(level))
                continue;
            Bucket(level, number).Add(fact.Product, fact.Sales);
            foreach (var sum in _windows)
            {
                if (sum.Window.Level == level)
                    sum.Add(number, fact.Product, fact.Sales);
            }
        }
    }

    /// <summary>Takes up what is stored of a bucket: a segment with its number, or a part of a mixed document.</summary>
    public void Load(BucketLevel level, DateTimeOffset start, int? segment, SalesByProduct entries)
    {
        ArgumentNullException.ThrowIfNull(level);
        ArgumentNullException.ThrowIfNull(entries);
        var number = level.BucketOf(start);
        if (number < FirstKept(level))
            return;
        var bucket = Bucket(level, number);
        if (segment is { } index)
        {
            bucket.Load(index, entries);
        }
        else
        {
            bucket.Totals.Accumulate(entries);
            bucket.IsMixed = true;
        }
        foreach (var sum in _windows.Where(sum => sum.Window.Level == level))
            sum.Add(number, entries);
    }

    /// <summary>
    /// What must be written to store everything folded so far. Afterwards nothing is pending. At most 100 writes less some for lists and
    /// checkpoint, and <see cref="BatchEntriesMax"/> entries, if no more than <see cref="PendingEntriesMax"/> were pending.
    /// </summary>
    public IReadOnlyList<SegmentWrite> TakeWrites(DateTimeOffset now)
    {
        var dirty = (
            from level in _buckets
            from bucket in level.Value.Values
            where bucket.IsDirty
            orderby bucket.Pending.Count descending
            select (Level: level.Key, Bucket: bucket)).ToList();
        var writes = new List<SegmentWrite>();
        foreach (var (level, bucket) in dirty.Take(SegmentsPerCommitMax))
        {
            var (segment, entries) = bucket.NextSegment();
            writes.Add(new(level, segment, [new(level.StartOf(bucket.Number), entries)]));
        }
        foreach (var group in dirty.Skip(SegmentsPerCommitMax).GroupBy(item => item.Level, item => item.Bucket))
            writes.Add(Mixed(group.Key, group));
        // Of so few none is mixed: each has one part.
        if (writes.Count < SegmentsPerCommitMax / 2)
            writes.AddRange(CompactOne(now, BatchEntriesMax - writes.Sum(write => write.Parts[0].Entries!.Count)));
        return writes;
    }

    /// <summary>
    /// The best sellers of a window: most pieces, then most won, then product id. Products that come to nothing are not among them.
    /// </summary>
    public IReadOnlyList<RankedSales> Top(RankingWindow window, int count, IReadOnlySet<string> except)
    {
        var best = new PriorityQueue<RankedSales, RankedSales>(RankedSales.WorstFirst);
        foreach (var (product, sales) in SumOf(window).Totals)
        {
            var candidate = new RankedSales(Products[product], sales.Quantity, sales.Revenue);
            if (sales.Quantity <= 0 || except.Contains(candidate.ProductId))
                continue;
            if (best.Count < count)
                best.Enqueue(candidate, candidate);
            else
                best.EnqueueDequeue(candidate, candidate);
        }
        var ranked = new RankedSales[best.Count];
        for (var i = ranked.Length - 1; i >= 0; i--)
            ranked[i] = best.Dequeue();
        return ranked;
    }

    /// <summary>Where a window begins at present.</summary>
    public DateTimeOffset StartOf(RankingWindow window)
    {
        ArgumentNullException.ThrowIfNull(window);
        return window.Level.StartOf(SumOf(window).First);
    }

    private WindowSum SumOf(RankingWindow window) => _windows.First(sum => sum.Window == window);

    private long FirstKept(BucketLevel level)
    {
        var first = long.MaxValue;
        foreach (var sum in _windows)
        {
            if (sum.Window.Level == level)
                first = Math.Min(first, sum.First);
        }
        return first;
    }

    private SalesBucket Bucket(BucketLevel level, long number)
    {
        var buckets = _buckets[level];
        if (!buckets.TryGetValue(number, out var bucket))
            buckets.Add(number, bucket = new(number));
        return bucket;
    }

    private static SegmentWrite Mixed(BucketLevel level, IEnumerable<SalesBucket> buckets)
    {
        var parts = new List<SegmentPart>();
        foreach (var bucket in buckets)
        {
            bucket.IsMixed = true;
            parts.Add(new(level.StartOf(bucket.Number), bucket.TakePending()));
        }
        return new(level, null, parts);
    }

    /// <summary>
    /// Rewrites one closed bucket that lies in many more segments than it needs and has no more entries than there is room for. A busy
    /// bucket gets a few at every commit, most of them about the same products.
    /// </summary>
    private List<SegmentWrite> CompactOne(DateTimeOffset now, int room)
    {
        foreach (var (level, buckets) in _buckets)
        {
            var current = level.BucketOf(now);
            var candidate = buckets.Values.FirstOrDefault(
                bucket => bucket.Number < current - 1 && bucket.Totals.Count <= room && IsWorthCompacting(bucket));
            if (candidate is null)
                continue;
            var start = level.StartOf(candidate.Number);
            var (segments, former) = candidate.Compact();
            return
            [
                .. segments.Select((entries, i) => new SegmentWrite(level, i, [new(start, entries)])),
                .. Enumerable.Range(segments.Count, former - segments.Count).Select(i => new SegmentWrite(level, i, [new(start, null)])),
            ];
        }
        return [];
    }

    private static bool IsWorthCompacting(SalesBucket bucket)
    {
        var needed = (bucket.Totals.Count + SegmentEntriesMax - 1) / SegmentEntriesMax;
        return !bucket.IsMixed
            && bucket.Totals.Count <= CompactEntriesMax
            && bucket.SegmentCount >= (2 * needed) + 8
            && bucket.SegmentCount <= SegmentsPerCommitMax / 2;
    }

    /// <summary>The running sum of one window.</summary>
    private sealed class WindowSum(RankingWindow window)
    {
        public RankingWindow Window { get; } = window;

        public SalesByProduct Totals { get; } = [];

        /// <summary>The first bucket inside.</summary>
        public long First { get; private set; }

        public void Add(long bucket, int product, Sales sales)
        {
            if (bucket >= First)
                Totals.Accumulate(product, sales);
        }

        public void Add(long bucket, SalesByProduct entries)
        {
            if (bucket >= First)
                Totals.Accumulate(entries);
        }

        public void Advance(DateTimeOffset now, SortedDictionary<long, SalesBucket> buckets)
        {
            // A clock that goes back does not bring sales back that were subtracted.
            var first = Math.Max(First, Window.Level.FirstBucket(Window.Length, now));
            foreach (var (number, bucket) in buckets)
            {
                if (number >= first)
                    break;
                if (number < First)
                    continue;
                foreach (var (product, sales) in bucket.Totals)
                    Totals.Accumulate(product, -sales);
            }
            First = first;
        }
    }
}

/// <summary>A document to write.</summary>
/// <param name="Level">The level of its buckets.</param>
/// <param name="Segment">Its number in its bucket, or null for a mixed document.</param>
/// <param name="Parts">One part, or in a mixed document one a bucket.</param>
public sealed record SegmentWrite(BucketLevel Level, int? Segment, IReadOnlyList<SegmentPart> Parts);

/// <param name="Start">Start of the bucket.</param>
/// <param name="Entries">What sold in it; null deletes the segment.</param>
public sealed record SegmentPart(DateTimeOffset Start, SalesByProduct? Entries);

/// <summary>A product's place in a list, before anything else is known of it.</summary>
public sealed record RankedSales(string ProductId, long Quantity, long Revenue)
{
    /// <summary>Orders the better one last.</summary>
    public static readonly IComparer<RankedSales> WorstFirst = Comparer<RankedSales>.Create((left, right) =>
        left.Quantity != right.Quantity ? left.Quantity.CompareTo(right.Quantity)
        : left.Revenue != right.Revenue ? left.Revenue.CompareTo(right.Revenue)
        : string.CompareOrdinal(right.ProductId, left.ProductId));
}
