using System.Runtime.InteropServices;

namespace Commerce.Shared.Ranking;

/// <summary>Sales by product. An entry that comes to nothing is dropped.</summary>
public sealed class SalesByProduct : Dictionary<int, Sales>
{
    public void Accumulate(int product, Sales sales)
    {
        ref var sum = ref CollectionsMarshal.GetValueRefOrAddDefault(this, product, out _);
        sum += sales;
        if (sum == default)
            Remove(product);
    }

    public void Accumulate(SalesByProduct others)
    {
        ArgumentNullException.ThrowIfNull(others);
        foreach (var (product, sales) in others)
            Accumulate(product, sales);
    }
}

/// <summary>
/// One bucket: what sold in it, and how that is stored. It is stored in segments, numbered documents whose entries add up. New facts
/// go into the last segment while it is small and into a new one otherwise, so that a commit writes about as much as it adds, however
/// large the bucket has become.
/// </summary>
internal sealed class SalesBucket(long number)
{
    /// <summary>The bucket's number in its <see cref="BucketLevel"/>.</summary>
    public long Number { get; } = number;

    /// <summary>Everything, pending facts included.</summary>
    public SalesByProduct Totals { get; } = [];

    /// <summary>What is not stored yet.</summary>
    public SalesByProduct Pending { get; private set; } = [];

    /// <summary>True when something waits to be stored; facts that cancel one another out do not.</summary>
    public bool IsDirty => Pending.Count > 0;

    /// <summary>How many segments are stored.</summary>
    public int SegmentCount { get; private set; }

    /// <summary>Some of the bucket is stored in a mixed document; then its segments cannot be rewritten from the totals.</summary>
    public bool IsMixed { get; set; }

    /// <summary>Entries of the last segment.</summary>
    private SalesByProduct Tail { get; set; } = [];

    public void Add(int product, Sales sales)
    {
        Totals.Accumulate(product, sales);
        Pending.Accumulate(product, sales);
    }

    /// <summary>Takes up a stored segment. They may come in any order.</summary>
    public void Load(int segment, SalesByProduct entries)
    {
        Totals.Accumulate(entries);
        if (segment < SegmentCount)
            return;
        SegmentCount = segment + 1;
        Tail = entries;
    }

    /// <summary>What is pending, handed over to be stored elsewhere.</summary>
    public SalesByProduct TakePending()
    {
        var pending = Pending;
        Pending = [];
        return pending;
    }

    /// <summary>The segment that stores what is pending: the last one, enlarged, or a new one.</summary>
    public (int Segment, SalesByProduct Entries) NextSegment()
    {
        var pending = TakePending();
        if (SegmentCount > 0 && Tail.Count + pending.Count <= SalesBoard.TailEntriesMax)
        {
            Tail.Accumulate(pending);
        }
        else
        {
            SegmentCount++;
            Tail = pending;
        }
        return (SegmentCount - 1, Tail);
    }

    /// <summary>Stores the whole bucket anew in as few segments as it takes. Nothing of it may be pending.</summary>
    public (IReadOnlyList<SalesByProduct> Segments, int FormerCount) Compact()
    {
        var segments = Totals.Chunk(SalesBoard.SegmentEntriesMax).Select(chunk =>
        {
            var entries = new SalesByProduct();
            foreach (var (product, sales) in chunk)
                entries.Add(product, sales);
            return entries;
        }).ToList();
        var former = SegmentCount;
        SegmentCount = segments.Count;
        Tail = segments.LastOrDefault(Tail);
        return (segments, former);
    }
}
