using Commerce.Load.Measuring;
using CsCheck;
using Microsoft.Extensions.Time.Testing;

namespace Commerce.Load.Tests.Measuring;

public sealed class MeterTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Percentiles_are_the_nearest_of_the_sorted_latencies_to_three_digits() =>
        Gen.Int[1, 5_000_000].Array[1, 300].Sample(microseconds =>
        {
            var meter = new Meter(["x"], _time);
            foreach (var latency in microseconds)
                meter.Record(0, TimeSpan.FromMicroseconds(latency), Outcome.Ok, null);
            meter.TakeSample();
            var summary = Assert.Single(meter.Summarise(TimeSpan.FromSeconds(1))).Latency;

            Array.Sort(microseconds);
            double Exact(double percentile) =>
                microseconds[Math.Max((int)((percentile / 100 * microseconds.Length) + 0.5), 1) - 1] / 1000.0;
            Assert.Equal(microseconds.Length, summary.Count);
            Assert.Equal(Exact(50), summary.P50Ms, Tolerance(Exact(50)));
            Assert.Equal(Exact(95), summary.P95Ms, Tolerance(Exact(95)));
            Assert.Equal(Exact(99), summary.P99Ms, Tolerance(Exact(99)));
            Assert.Equal(Exact(100), summary.MaxMs, Tolerance(Exact(100)));
        });

    [Fact]
    public void A_sample_covers_its_own_interval_and_the_summary_all_of_them()
    {
        var meter = new Meter(["read", "write"], _time);
        for (var second = 1; second <= 3; second++)
        {
            for (var request = 0; request < 10 * second; request++)
                meter.Record(request % 2, TimeSpan.FromMilliseconds(second), Outcome.Ok, null);
            _time.Advance(TimeSpan.FromSeconds(1));
            meter.TakeSample();
        }

        Assert.Equal([10, 20, 30], meter.Samples.Select(sample => sample.OkPerSecond));
        Assert.Equal([1, 2, 3], meter.Samples.Select(sample => Math.Round(sample.P50Ms)));
        var summaries = meter.Summarise(meter.Elapsed);
        Assert.Equal([("read", 30L), ("write", 30L), ("total", 60L)], summaries.Select(summary => (summary.Name, summary.Ok)));
        Assert.Equal(20, summaries[^1].PerSecond);
        Assert.Equal(60, summaries[^1].Latency.Count);
    }

    [Fact]
    public void Refusals_and_failures_are_counted_by_kind_and_are_no_throughput()
    {
        var meter = new Meter(["order"], _time);
        meter.Record(0, TimeSpan.FromMilliseconds(1), Outcome.Ok, null);
        meter.Record(0, TimeSpan.FromMilliseconds(1), Outcome.Refused, "409 insufficient-stock");
        meter.Record(0, TimeSpan.FromMilliseconds(1), Outcome.Failed, "timeout");
        meter.Record(0, TimeSpan.FromMilliseconds(1), Outcome.Failed, "timeout");
        meter.Record(0, TimeSpan.FromMilliseconds(1), Outcome.Pending, "202");
        _time.Advance(TimeSpan.FromSeconds(1));

        var summary = Assert.Single(meter.Summarise(meter.Elapsed));
        Assert.Equal((1L, 1L, 1L, 2L, 1.0), (summary.Ok, summary.Pending, summary.Refused, summary.Failed, summary.PerSecond));
        Assert.Equal(["timeout", "202", "409 insufficient-stock"], meter.Kinds.Select(kind => kind.Key));
    }

    [Fact]
    public void Latencies_beyond_the_histogram_count_at_its_edge()
    {
        var meter = new Meter(["x"], _time);
        meter.Record(0, TimeSpan.FromHours(2), Outcome.Failed, "timeout");
        meter.Record(0, TimeSpan.FromTicks(-5), Outcome.Ok, null);

        var latency = Assert.Single(meter.Summarise(TimeSpan.FromSeconds(1))).Latency;
        Assert.Equal(600_000, latency.MaxMs, 600.0);
        Assert.Equal(0.001, latency.P50Ms);
    }

    [Fact]
    public async Task Nothing_recorded_from_many_threads_is_lost()
    {
        var meter = new Meter(["x"], TimeProvider.System);
        var writers = Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            for (var request = 0; request < 20_000; request++)
                meter.Record(0, TimeSpan.FromMicroseconds(request), Outcome.Ok, null);
        })));
        while (!writers.IsCompleted)
            meter.TakeSample();
        await writers;

        Assert.Equal(160_000, Assert.Single(meter.Summarise(TimeSpan.FromSeconds(1))).Latency.Count);
    }

    private static double Tolerance(double milliseconds) => (milliseconds * 0.001) + 0.0011;
}
