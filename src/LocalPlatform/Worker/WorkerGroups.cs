using System.Globalization;
using LocalPlatform.Hosting;
using Microsoft.Extensions.Configuration;

namespace LocalPlatform.Worker;

/// <summary>
/// How many workers in processes of their own run the functions of a kind: <c>LocalPlatform:Workers:{group}</c>. The functions of a
/// group that has none run in the host's own process.
/// </summary>
internal sealed class WorkerGroups
{
    private const string Section = "LocalPlatform:Workers";
    private const int CountMax = 16;
    private const string Http = "http";
    private const string Durable = "durable";
    private const string ServiceBus = "serviceBus";
    private const string Timers = "timers";

    private WorkerGroups(Dictionary<string, int> counts, TimeSpan? clockOffset)
    {
        Counts = counts;
        ClockOffset = clockOffset;
    }

    /// <summary>The workers of each group that has any.</summary>
    public IReadOnlyDictionary<string, int> Counts { get; }

    /// <summary>How far the clock of the first worker of each group is ahead; null when all are right.</summary>
    public TimeSpan? ClockOffset { get; }

    /// <summary>The ids of all workers: the group and a number from 1.</summary>
    public IEnumerable<string> WorkerIds =>
        Counts.SelectMany(group => Enumerable.Range(1, group.Value).Select(number => $"{group.Key}-{number}"));

    /// <exception cref="PlatformStartException">A number is none, or out of range.</exception>
    public static WorkerGroups Read(IConfiguration configuration) => new(
        ((string[])[Http, Durable, ServiceBus, Timers])
            .Select(group => KeyValuePair.Create(group, CountOf(group, configuration[$"{Section}:{group}"])))
            .Where(group => group.Value > 0)
            .ToDictionary(),
        configuration.GetValue<TimeSpan?>($"{Section}:clockOffset"));

    /// <summary>The group that a function belongs to.</summary>
    public static string Of(TriggerBinding trigger) => trigger switch
    {
        HttpBinding => Http,
        ServiceBusBinding => ServiceBus,
        TimerBinding => Timers,
        _ => Durable,
    };

    /// <summary>Whether a worker is the first of its group.</summary>
    public static bool IsFirst(string workerId) => workerId.EndsWith("-1", StringComparison.Ordinal);

    /// <summary>The group of a worker.</summary>
    public static string Of(string workerId) => workerId[..Math.Max(workerId.LastIndexOf('-'), 0)];

    private static int CountOf(string group, string? text) => string.IsNullOrEmpty(text) ? 0
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count <= CountMax ? count
        : throw new PlatformStartException($"{Section}:{group} '{text}' is not a number from 0 to {CountMax}.");
}
