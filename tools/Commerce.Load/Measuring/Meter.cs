using System.Collections.Concurrent;
using HdrHistogram;

namespace Commerce.Load.Measuring;

/// <summary>What happened in one interval. Times in seconds since the meter began; rates per second.</summary>
internal sealed record Sample(double AtSeconds, double OkPerSecond, double RefusedPerSecond, double FailedPerSecond, double P50Ms,
    double P95Ms, double P99Ms, double MaxMs);

/// <summary>
/// One operation's figures over the whole measurement. <paramref name="PerSecond"/> counts successes only; latencies are of all requests.
/// </summary>
/// <param name="CpuMs">CPU time by request, where it was measured for this operation alone.</param>
internal sealed record OperationSummary(
    string Name, long Ok, long Pending, long Refused, long Failed, double PerSecond, LatencySummary Latency, double? CpuMs = null);

/// <summary>Counts and times requests by operation. Any thread records; one thread samples and summarises.</summary>
internal sealed class Meter
{
    private readonly string[] _operations;
    private readonly Latencies[] _latencies;
    private readonly long[][] _outcomes;
    private readonly ConcurrentDictionary<string, long> _kinds = new(StringComparer.Ordinal);
    private readonly TimeProvider _time;
    private readonly long _startedAt;
    private readonly LongHistogram _interval = Latencies.Empty();
    private long[] _outcomesAtLastSample = new long[4];
    private double _lastSampleSeconds;
    private readonly List<Sample> _samples = [];

    public Meter(IEnumerable<string> operations, TimeProvider time)
    {
        _operations = [.. operations];
        _latencies = [.. _operations.Select(_ => new Latencies())];
        _outcomes = [.. _operations.Select(_ => new long[4])];
        _time = time;
        _startedAt = time.GetTimestamp();
    }

    public IReadOnlyList<Sample> Samples => _samples;

    /// <summary>Everything but plain successes, by kind ("409 insufficient-stock", "timeout"), most frequent first.</summary>
    public IReadOnlyList<KeyValuePair<string, long>> Kinds =>
        [.. _kinds.OrderByDescending(kind => kind.Value).ThenBy(kind => kind.Key, StringComparer.Ordinal)];

    public TimeSpan Elapsed => _time.GetElapsedTime(_startedAt);

    /// <summary>How old the last sample is; the age of the meter when there is none.</summary>
    public TimeSpan SinceLastSample => Elapsed - TimeSpan.FromSeconds(_lastSampleSeconds);

    public long Count(Outcome outcome) => _outcomes.Sum(counts => Interlocked.Read(ref counts[(int)outcome]));

    public long CountAll() => _outcomes.Sum(counts => counts.Select((_, index) => Interlocked.Read(ref counts[index])).Sum());

    /// <param name="kind">Required for all outcomes but <see cref="Outcome.Ok"/>.</param>
    public void Record(int operation, TimeSpan latency, Outcome outcome, string? kind)
    {
        Interlocked.Increment(ref _outcomes[operation][(int)outcome]);
        _latencies[operation].Record(latency);
        if (kind is not null)
            _kinds.AddOrUpdate(kind, 1, static (_, count) => count + 1);
    }

    /// <summary>Closes the current interval and keeps it as a <see cref="Sample"/>.</summary>
    public Sample TakeSample()
    {
        _interval.Reset();
        foreach (var latencies in _latencies)
            latencies.Collect(_interval);
        var now = Elapsed.TotalSeconds;
        var seconds = Math.Max(now - _lastSampleSeconds, 1e-6);
        long[] outcomes = [Count(Outcome.Ok), Count(Outcome.Pending), Count(Outcome.Refused), Count(Outcome.Failed)];
        double Rate(Outcome outcome) => Math.Round((outcomes[(int)outcome] - _outcomesAtLastSample[(int)outcome]) / seconds, 1);
        var latency = LatencySummary.Of(_interval);
        var sample = new Sample(Math.Round(now, 2), Rate(Outcome.Ok), Rate(Outcome.Refused), Rate(Outcome.Failed), latency.P50Ms,
            latency.P95Ms, latency.P99Ms, latency.MaxMs);
        (_outcomesAtLastSample, _lastSampleSeconds) = (outcomes, now);
        _samples.Add(sample);
        return sample;
    }

    /// <summary>Adds the latencies of all operations to <paramref name="histogram"/>.</summary>
    public void AddLatenciesTo(LongHistogram histogram)
    {
        foreach (var latencies in _latencies)
        {
            latencies.Collect(_interval);
            latencies.AddTotalTo(histogram);
        }
    }

    /// <summary>Figures by operation, those never used left out, and their total as the last when there are several.</summary>
    /// <param name="elapsed">The time that rates are computed over.</param>
    /// <param name="elapsedEach">The time of each operation, where they did not all run throughout.</param>
    public IReadOnlyList<OperationSummary> Summarise(TimeSpan elapsed, IReadOnlyList<TimeSpan>? elapsedEach = null)
    {
        var all = Latencies.Empty();
        List<OperationSummary> summaries = [];
        for (var index = 0; index < _operations.Length; index++)
        {
            _latencies[index].Collect(_interval);
            _latencies[index].AddTotalTo(all);
            if (_latencies[index].Summary() is { Count: > 0 } latency)
                summaries.Add(Summary(_operations[index], outcome =>
                    Interlocked.Read(ref _outcomes[index][(int)outcome]), elapsedEach?[index] ?? elapsed, latency));
        }
        if (summaries.Count > 1)
            summaries.Add(Summary("total", Count, elapsed, LatencySummary.Of(all)));
        return summaries;
    }

    private static OperationSummary Summary(string name, Func<Outcome, long> count, TimeSpan elapsed, LatencySummary latency)
    {
        var ok = count(Outcome.Ok);
        return new OperationSummary(name, ok, count(Outcome.Pending), count(Outcome.Refused), count(Outcome.Failed),
            Math.Round(ok / Math.Max(elapsed.TotalSeconds, 1e-6), 1), latency);
    }
}
