using System.Text.Json.Serialization;
using Commerce.Functions.Http;
using Commerce.Shared;

namespace Commerce.Functions.Metrics;

/// <param name="Instance">Whose numbers these are: each instance that answers has its own.</param>
/// <param name="StartedAt">Since when it counts.</param>
/// <param name="AsOf">The moment up to which it has counted.</param>
/// <param name="WindowSeconds">How far back.</param>
/// <param name="Seconds">The seconds in which orders were answered, oldest first.</param>
/// <param name="Refusals">How many were refused why, the most frequent first.</param>
/// <param name="Latency">How long they took; absent when there were none.</param>
internal sealed record MetricsView(
    string Instance,
    DateTimeOffset StartedAt,
    DateTimeOffset AsOf,
    int WindowSeconds,
    IReadOnlyList<OrderSecondView> Seconds,
    IReadOnlyList<RefusalView> Refusals,
    LatencyView? Latency);

internal sealed record OrderSecondView(DateTimeOffset At, int Paid, int Refused, int Pending);

internal sealed record RefusalView(ErrorCode Code, int Count);

/// <summary>Milliseconds that a share of the calls took at most.</summary>
internal sealed record LatencyView(long Count, double P50Ms, double P95Ms, double P99Ms);

[JsonSerializable(typeof(MetricsView))]
internal sealed partial class MetricsJson : JsonSerializerContext
{
    public static MetricsJson Wire { get; } = new(HttpJson.Options());
}
