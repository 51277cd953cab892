using Commerce.Load.Http;
using Commerce.Load.Load;
using Commerce.Load.Load.Scenarios;
using Commerce.Load.Measuring;
using Commerce.Load.Reports;

namespace Commerce.Load.Outage;

/// <summary>
/// Takes the data platform away from buyers who go on buying, and gives it back. Healthy and dead runs alternate in one process of the
/// shop and each begins with an empty backlog, so that what the machine does meanwhile falls on both.
/// </summary>
internal sealed class OutageRun(ShopApi shop, MockPlatform platform, ServerProcess? process, OutageOptions options, TimeProvider time)
{
    private readonly OrderScenario _scenario = new(OrderShape.Spread);
    private readonly EventLedger _ledger = new(shop, platform, options, time);
    private readonly List<OutagePair> _pairs = [];
    private readonly List<OutageFacts> _outages = [];
    private readonly List<RunTotal> _totals = [];
    private readonly List<Sample> _samples = [];
    private readonly Dictionary<string, long> _kinds = new(StringComparer.Ordinal);
    private readonly long _begun = time.GetTimestamp();
    private volatile LoadRunner? _runner;
    private volatile string _phase = "setting up";
    private double? _ratio;
    private long _placed;
    private int _runs;

    public ProgressState State => _runner?.Meter is { } meter
        ? new(_phase, null, meter.Count(Outcome.Ok), meter.Count(Outcome.Refused),
            meter.Count(Outcome.Failed) + meter.Count(Outcome.Pending),
            meter.Samples.Count > 0 ? meter.Samples[^1] : null, meter.Kinds)
        : new(_phase, null, 0, 0, 0, null, []);

    /// <exception cref="ShopUnreachableException">Shop or platform did not answer within the patience.</exception>
    public async Task<RunReport> RunAsync(CancellationToken cancellationToken)
    {
        var startedAt = time.GetUtcNow();
        await platform.BehaveAsync(PlatformFault.None, cancellationToken);
        await _scenario.PrepareAsync(new ShopSetup(shop, options.Users, options.Products), cancellationToken);
        await _ledger.OpenAsync(cancellationToken);
        if (options.WarmUp > TimeSpan.Zero)
            await WarmUpAsync(cancellationToken);
        if (options.Count is { } count)
            await PileUpAsync(count, cancellationToken);
        else
            await AlternateAsync(cancellationToken);

        _phase = "comparing orders and events";
        var (expected, received, duplicates, missing, unexpected) = await _ledger.CompareAsync(cancellationToken);
        var audit = await shop.AuditAsync(cancellationToken);
        return new RunReport(
            $"outage {options.Fault.Name}", shop.Endpoint.BaseUrl, startedAt, Machine.Current,
            new Drive(options.Clients, options.Count is null ? options.Rate : null, options.WarmUp.TotalSeconds,
                options.Duration.TotalSeconds, options.Seed),
            [.. _totals.Select(total => total.Summary())], [.. _kinds.OrderByDescending(kind => kind.Value)], _samples, audit,
            Outage: new OutageSummary(options.Fault.Name, _ratio, _pairs, _ledger.Lag, expected, received, duplicates, missing, unexpected,
                _outages));
    }

    // With an outage: what only runs while the platform is down has to be compiled as well, or the first pair would measure that.
    private async Task WarmUpAsync(CancellationToken cancellationToken)
    {
        var unmeasured = new RunTotal("warm-up");
        await LoadAsync("warm-up", unmeasured, options.Rate, options.WarmUp, null, null, cancellationToken);
        await SettleAsync(cancellationToken);
        await OutageAsync("warm-up, dead", unmeasured, options.Rate, options.Duration, null, cancellationToken);
    }

    private async Task AlternateAsync(CancellationToken cancellationToken)
    {
        RunTotal healthy = Total("order, healthy"), dead = Total("order, dead");
        for (var pair = 1; pair <= options.Pairs; pair++)
        {
            var well = await LoadAsync($"healthy {pair} of {options.Pairs}", healthy, options.Rate, options.Duration, null, null,
                cancellationToken);
            _ledger.CountLags(await SettleAsync(cancellationToken));
            var (down, facts) = await OutageAsync($"dead {pair} of {options.Pairs}", dead, options.Rate, options.Duration, null,
                cancellationToken);
            _pairs.Add(new(well, down));
            _outages.Add(facts);
        }
        _ratio = new OutagePair(healthy.Latency, dead.Latency).P99Ratio;
    }

    private async Task PileUpAsync(long count, CancellationToken cancellationToken)
    {
        await LoadAsync("before", Total("order, before"), null, options.Duration, null, null, cancellationToken);
        _ledger.CountLags(await SettleAsync(cancellationToken));
        var (_, facts) = await OutageAsync("outage", Total("order, dead"), null, TimeSpan.FromHours(1), count, cancellationToken);
        _outages.Add(facts);
        await LoadAsync("after", Total("order, after"), null, options.Duration, null, null, cancellationToken);
        await SettleAsync(cancellationToken);
    }

    private async Task<(LatencySummary Latency, OutageFacts Facts)> OutageAsync(
        string phase, RunTotal total, double? rate, TimeSpan duration, long? count, CancellationToken cancellationToken)
    {
        var before = await platform.SummaryAsync(cancellationToken);
        var downAt = time.GetUtcNow();
        var latency = await LoadAsync(phase, total, rate, duration, count, () =>
            platform.BehaveAsync(options.Fault.Behaviour, cancellationToken), cancellationToken);
        var (active, history) = await TaskHub.LookAsync(shop, cancellationToken);
        var backAt = time.GetUtcNow();
        await platform.BehaveAsync(PlatformFault.None, cancellationToken);
        // Before the return nothing is accepted, so what the receiver counted until now are the attempts of the outage.
        var attempts = (await platform.SummaryAsync(cancellationToken)).Failed - before.Failed;
        _phase = phase + ", drain";
        var arrivals = await SettleAsync(cancellationToken);
        return (latency, Facts(backAt - downAt, attempts, active, history, backAt,
            [.. arrivals.Where(arrival => arrival.ReceivedAt >= backAt)]));
    }

    private static OutageFacts Facts(TimeSpan down, long attempts, int active, int history, DateTimeOffset backAt,
        IReadOnlyList<Arrival> late)
    {
        static double Seconds(TimeSpan span) => Math.Round(span.TotalSeconds, 1);
        if (late.Count == 0)
            return new(Seconds(down), attempts, active, history, 0, 0, 0, 0, 0);
        var (first, last) = (late[0].ReceivedAt, late[^1].ReceivedAt);
        var most = late.CountBy(arrival => (long)(arrival.ReceivedAt - first).TotalSeconds).Max(second => second.Value);
        var perSecond = Math.Round(late.Count / Math.Max((last - first).TotalSeconds, 1), 1);
        return new(Seconds(down), attempts, active, history, late.Count, Seconds(first - backAt), Seconds(last - first), perSecond, most);
    }

    private async Task<LatencySummary> LoadAsync(
        string phase, RunTotal total, double? rate, TimeSpan duration, long? count, Func<Task>? onBegin,
            CancellationToken cancellationToken)
    {
        var load = new LoadOptions(options.Clients, rate, TimeSpan.Zero, duration, count, TimeSpan.FromSeconds(30), options.Seed + ++_runs);
        var runner = new LoadRunner(
            shop.Endpoint, _scenario.Operations, client =>
                _scenario.CreateShopper(client, new Random((load.Seed * 7919) + client)), load, time);
        var offset = time.GetElapsedTime(_begun).TotalSeconds;
        (_phase, _runner) = (phase, runner);
        process?.Begin();
        var begin = onBegin?.Invoke() ?? Task.CompletedTask;
        // Orders that are counted fall into the outage, all of them; those of a schedule are there when it begins.
        if (count is not null)
            await begin;
        var elapsed = await runner.RunAsync(() => { }, sample =>
            _samples.Add(sample with { AtSeconds = Math.Round(sample.AtSeconds + offset, 2) }), cancellationToken);
        await begin;
        var sent = runner.Meter.CountAll();
        var latency = new RunTotal(phase);
        latency.Add(runner.Meter, elapsed, 0);
        total.Add(runner.Meter, elapsed, (process?.End(sent).CpuMsPerRequest ?? 0) * sent);
        foreach (var (kind, times) in runner.Meter.Kinds)
            _kinds[kind] = _kinds.GetValueOrDefault(kind) + times;
        _placed += runner.Meter.Count(Outcome.Ok);
        return latency.Latency;
    }

    private Task<IReadOnlyList<Arrival>> SettleAsync(CancellationToken cancellationToken) =>
        _ledger.SettleAsync(_placed, cancellationToken);

    private RunTotal Total(string name)
    {
        var total = new RunTotal(name);
        _totals.Add(total);
        return total;
    }
}
