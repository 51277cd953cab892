using System.Diagnostics.Metrics;
using Commerce.Functions.Telemetry;
using Commerce.Shared.Delivery;

namespace Commerce.Functions.Delivery;

/// <summary>Measurements of the way to the data platform.</summary>
internal static class DeliveryMetrics
{
    private static readonly Counter<long> Attempts = CommerceTelemetry.Meter.CreateCounter<long>(
        "commerce.delivery.attempts", "{attempt}", "Attempts to deliver an event, by what came of them");

    private static readonly Counter<long> HandOvers = CommerceTelemetry.Meter.CreateCounter<long>(
        "commerce.delivery.handovers", "{event}", "Events left to redelivery");

    private static readonly Counter<long> Recoveries = CommerceTelemetry.Meter.CreateCounter<long>(
        "commerce.delivery.recovered", "{event}", "Events that nobody had recorded or delivered, found in the books");

    private static readonly Histogram<double> Lag = CommerceTelemetry.Meter.CreateHistogram<double>(
        "commerce.delivery.lag", "s", "From what happened to its receipt by the platform");

    /// <summary>Of an instance that has not counted yet, as a dashboard of a new shop wants it.</summary>
    private static readonly Measurement<long>[] Uncounted = [new(0)];

    private static Func<int> _breaker = static () => 0;
    private static Count? _waiting;
    private static Count? _parked;

    static DeliveryMetrics()
    {
        CommerceTelemetry.Meter.CreateObservableGauge(
            "commerce.delivery.breaker", () => _breaker(), description: "0 closed, 1 open, 2 half-open, 3 isolated");
        CommerceTelemetry.Meter.CreateObservableGauge(
            "commerce.delivery.waiting", () => _waiting?.Told() ?? Uncounted, "{event}", "Events in the backlog when it was last counted");
        CommerceTelemetry.Meter.CreateObservableGauge(
            "commerce.delivery.parked", () => _parked?.Told() ?? Uncounted, "{event}", "Events given up, when they were last counted");
    }

    public static void ObserveBreaker(Func<int> state) => _breaker = state;

    public static void Attempted(DeliveryAttempt attempt, DateTimeOffset? occurredAt)
    {
        Attempts.Add(1, new KeyValuePair<string, object?>("verdict", attempt.Verdict.ToString()));
        if (attempt.Verdict == DeliveryVerdict.Delivered && occurredAt is { } since)
            Lag.Record((attempt.At - since).TotalSeconds);
    }

    public static void HandedOver() => HandOvers.Add(1);

    public static void Recovered() => Recoveries.Add(1);

    public static void Parked(long count, TimeProvider time) => _parked = new(count, time);

    public static void Waiting(long count, TimeProvider time) => _waiting = new(count, time);

    /// <summary>What an instance has counted. Another one may count from then on: an old count is not told any more.</summary>
    internal sealed class Count(long value, TimeProvider time)
    {
        /// <summary>Whoever counts does so once a minute at least.</summary>
        internal static readonly TimeSpan AgeMax = TimeSpan.FromMinutes(3);

        private readonly long _countedAt = time.GetTimestamp();

        public IReadOnlyList<Measurement<long>> Told() => time.GetElapsedTime(_countedAt) > AgeMax ? [] : [new(value)];
    }
}
