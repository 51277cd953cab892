using Commerce.Shared;

namespace Commerce.Functions.Metrics;

/// <summary>The orders of one second.</summary>
internal sealed class OrderSecond
{
    private readonly int[] _outcomes = new int[3];

    public long UnixSecond { get; private set; } = -1;

    public Dictionary<ErrorCode, int> Refusals { get; } = [];

    /// <summary>How many took how long (<see cref="LatencyBuckets"/>).</summary>
    public int[] Latencies { get; } = new int[LatencyBuckets.Count];

    public void Begin(long unixSecond)
    {
        UnixSecond = unixSecond;
        Array.Clear(_outcomes);
        Array.Clear(Latencies);
        Refusals.Clear();
    }

    public void Add(OrderOutcome outcome, ErrorCode? refusal, TimeSpan duration)
    {
        _outcomes[(int)outcome]++;
        Latencies[LatencyBuckets.IndexOf(duration)]++;
        if (refusal is { } code)
            Refusals[code] = Refusals.GetValueOrDefault(code) + 1;
    }

    public OrderSecondView View() => new(
        DateTimeOffset.FromUnixTimeSeconds(UnixSecond),
        _outcomes[(int)OrderOutcome.Paid],
        _outcomes[(int)OrderOutcome.Refused],
        _outcomes[(int)OrderOutcome.Pending]);
}

/// <summary>Durations in steps of a tenth: a percentile is exact to that.</summary>
internal static class LatencyBuckets
{
    private const double Step = 1.1;
    private const double ShortestMs = 0.5;

    /// <summary>Enough for half a minute; what takes longer counts as that.</summary>
    public const int Count = 116;

    public static int IndexOf(TimeSpan duration) =>
        Math.Clamp((int)Math.Ceiling(Math.Log(duration.TotalMilliseconds / ShortestMs, Step)), 0, Count - 1);

    public static LatencyView? Summarise(IReadOnlyCollection<OrderSecond> seconds)
    {
        var counts = new long[Count];
        foreach (var second in seconds)
        {
            for (var i = 0; i < Count; i++)
                counts[i] += second.Latencies[i];
        }
        var total = counts.Sum();
        return total == 0 ? null
            : new(total, Percentile(counts, total, 0.50), Percentile(counts, total, 0.95), Percentile(counts, total, 0.99));
    }

    private static double Percentile(long[] counts, long total, double share)
    {
        var (rank, seen, i) = ((long)Math.Ceiling(share * total), 0L, 0);
        while ((seen += counts[i]) < rank)
            i++;
        return Math.Round(ShortestMs * Math.Pow(Step, i), 1);
    }
}
