using Commerce.Load.Measuring;
using HdrHistogram;

namespace Commerce.Load.Outage;

/// <summary>Several runs of one kind taken together: their histograms are merged, not their percentiles.</summary>
internal sealed class RunTotal(string name)
{
    private readonly LongHistogram _latencies = Latencies.Empty();
    private readonly long[] _outcomes = new long[Enum.GetValues<Outcome>().Length];
    private TimeSpan _elapsed;
    private double _cpuMs;

    public LatencySummary Latency => LatencySummary.Of(_latencies);

    /// <param name="cpuMs">CPU time of the shop during the run; 0 when it was not measured.</param>
    public void Add(Meter meter, TimeSpan elapsed, double cpuMs)
    {
        meter.AddLatenciesTo(_latencies);
        for (var outcome = 0; outcome < _outcomes.Length; outcome++)
            _outcomes[outcome] += meter.Count((Outcome)outcome);
        _elapsed += elapsed;
        _cpuMs += cpuMs;
    }

    public OperationSummary Summary() => new(
        name, Count(Outcome.Ok), Count(Outcome.Pending), Count(Outcome.Refused), Count(Outcome.Failed),
        Math.Round(Count(Outcome.Ok) / Math.Max(_elapsed.TotalSeconds, 1e-6), 1), Latency, _cpuMs > 0
            ? Math.Round(_cpuMs / Math.Max(_outcomes.Sum(), 1), 4) : null);

    private long Count(Outcome outcome) => _outcomes[(int)outcome];
}
