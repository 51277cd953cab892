using HdrHistogram;

namespace Commerce.Load.Measuring;

/// <summary>
/// Latencies in microseconds: from 1 µs to 10 minutes (longer ones count as 10 minutes) with three digits. Any thread may
/// record; one reads.
/// </summary>
internal sealed class Latencies
{
    private const long MicrosecondsMax = 600_000_000;
    private const int Digits = 3;
    private readonly Recorder _recorder = new(1, MicrosecondsMax, Digits,
        static (id, lowest, highest, digits) => new LongConcurrentHistogram(id, lowest, highest, digits));
    private readonly LongHistogram _total = Empty();
    private HistogramBase? _interval;

    public static LongHistogram Empty() => new(MicrosecondsMax, Digits);

    public void Record(TimeSpan latency) => _recorder.RecordValue(Math.Clamp((long)latency.TotalMicroseconds, 1, MicrosecondsMax));

    /// <summary>Moves what was recorded since the last call into the total, and adds it to <paramref name="interval"/>.</summary>
    public void Collect(LongHistogram interval)
    {
        _interval = _recorder.GetIntervalHistogram(_interval);
        if (_interval.TotalCount == 0)
            return;
        _total.Add(_interval);
        interval.Add(_interval);
    }

    /// <summary>All that <see cref="Collect"/> has seen.</summary>
    public LatencySummary Summary() => LatencySummary.Of(_total);

    public void AddTotalTo(LongHistogram histogram) => histogram.Add(_total);
}

/// <summary>Percentiles of latency, in milliseconds; all 0 when nothing was measured.</summary>
internal sealed record LatencySummary(long Count, double MeanMs, double P50Ms, double P95Ms, double P99Ms, double MaxMs)
{
    public static LatencySummary Of(HistogramBase histogram) =>
        histogram.TotalCount == 0
            ? new LatencySummary(0, 0, 0, 0, 0, 0)
            : new LatencySummary(
                histogram.TotalCount, Round(histogram.GetMean() / 1000), At(histogram, 50), At(histogram, 95), At(histogram, 99),
                    Round(histogram.GetMaxValue() / 1000.0));

    private static double At(HistogramBase histogram, double percentile) => Round(histogram.GetValueAtPercentile(percentile) / 1000.0);

    private static double Round(double milliseconds) => Math.Round(milliseconds, 3);
}
