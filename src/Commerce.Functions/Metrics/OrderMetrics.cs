using Commerce.Shared;

namespace Commerce.Functions.Metrics;

/// <summary>What became of a call that places an order.</summary>
public enum OrderOutcome
{
    Paid,
    Refused,

    /// <summary>Not decided while the caller waited.</summary>
    Pending,
}

/// <summary>
/// The orders that this instance has answered in the last two minutes, by the second. Bounded memory, nothing stored: an instance that ends
/// takes its numbers with it, and each knows its own alone.
/// </summary>
public sealed class OrderMetrics(TimeProvider time)
{
    /// <summary>Seconds that are kept.</summary>
    public const int WindowSeconds = 120;

    private readonly Lock _gate = new();
    private readonly OrderSecond[] _seconds = [.. Enumerable.Range(0, WindowSeconds).Select(static _ => new OrderSecond())];

    /// <summary>Names this instance, to tell its numbers from another's.</summary>
    public string Instance { get; } = Environment.GetEnvironmentVariable("WEBSITE_INSTANCE_ID")
        ?? $"{Environment.MachineName}-{Environment.ProcessId}";

    public DateTimeOffset StartedAt { get; } = time.GetUtcNow();

    /// <param name="outcome">What became of it.</param>
    /// <param name="refusal">Why it was refused.</param>
    /// <param name="duration">From the request to the answer.</param>
    public void Record(OrderOutcome outcome, ErrorCode? refusal, TimeSpan duration)
    {
        var second = time.GetUtcNow().ToUnixTimeSeconds();
        lock (_gate)
        {
            var slot = _seconds[second % WindowSeconds];
            if (slot.UnixSecond != second)
                slot.Begin(second);
            slot.Add(outcome, refusal, duration);
        }
    }

    /// <summary>The last two minutes, the present second left out: it is not over.</summary>
    internal MetricsView Read()
    {
        var now = time.GetUtcNow().ToUnixTimeSeconds();
        lock (_gate)
        {
            OrderSecond[] window = [.. _seconds.Where(slot => slot.UnixSecond < now && slot.UnixSecond >= now - WindowSeconds)
                .OrderBy(static slot => slot.UnixSecond)];
            var refusals = window.SelectMany(static slot => slot.Refusals).GroupBy(static one => one.Key, static one => one.Value);
            return new(
                Instance,
                StartedAt,
                DateTimeOffset.FromUnixTimeSeconds(now),
                WindowSeconds,
                [.. window.Select(static slot => slot.View())],
                [.. refusals.Select(static one => new RefusalView(one.Key, one.Sum())).OrderByDescending(static one => one.Count)
                    .ThenBy(static one => one.Code)],
                LatencyBuckets.Summarise(window));
        }
    }
}
