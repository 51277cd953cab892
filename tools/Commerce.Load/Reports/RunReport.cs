using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using Commerce.Load.Data;
using Commerce.Load.Http;
using Commerce.Load.Measuring;

namespace Commerce.Load.Reports;

/// <summary>Where the driver ran; with the shop on the same machine, where that ran too.</summary>
internal sealed record Machine(string Os, string Runtime, int Cores)
{
    public static Machine Current =>
        new(RuntimeInformation.OSDescription, RuntimeInformation.FrameworkDescription, Environment.ProcessorCount);
}

/// <summary>How it was driven.</summary>
internal sealed record Drive(int Clients, double? RatePerSecond, double WarmUpSeconds, double MeasuredSeconds, int? Seed);

/// <summary>One run, complete: what <c>--report</c> writes and <c>--compare</c> reads.</summary>
internal sealed record RunReport(
    string Scenario,
    string Url,
    DateTimeOffset StartedAt,
    Machine Machine,
    Drive Drive,
    IReadOnlyList<OperationSummary> Operations,
    IReadOnlyList<KeyValuePair<string, long>> Kinds,
    IReadOnlyList<Sample> Samples,
    Audit? Audit,
    ReplaySummary? Replay = null,
    ServerUse? Server = null,
    OutageSummary? Outage = null)
{
    public void Save(string path) => File.WriteAllText(path, JsonSerializer.Serialize(this, ReportJson.Default.RunReport) + "\n");

    /// <exception cref="InputException">No such file, or not a report.</exception>
    public static RunReport Load(string path)
    {
        try
        {
            var report = JsonSerializer.Deserialize(CsvTable.ReadText(path).Text, ReportJson.Default.RunReport);
            return report is { Scenario: not null, Operations: not null, Samples: not null, Drive: not null } ? report
                : throw new InputException($"{path}: not a report");
        }
        catch (JsonException exception)
        {
            throw new InputException($"{path}: not a report ({exception.Message})");
        }
    }
}

/// <summary>What a replay found besides latencies.</summary>
/// <param name="Refused">Orders refused, by the shop's problem slug.</param>
/// <param name="DuplicatesOrMissing">
/// Accepted orders that the shop does not list exactly once, or at another price than was agreed to, and products of which more was listed
/// as sold than was paid; empty when all is well.
/// </param>
internal sealed record ReplaySummary(
    string File,
    int Orders,
    int Accepted,
    int Cancelled,
    IReadOnlyDictionary<string, int> Refused,
    IReadOnlyDictionary<string, int> LeftOut,
    long Repeats,
    IReadOnlyList<string> DuplicatesOrMissing,
    bool TopHeld,
    IReadOnlyList<TopItem> TopServed,
    IReadOnlyList<TopItem> TopCounted);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, WriteIndented = true)]
[JsonSerializable(typeof(RunReport))]
internal sealed partial class ReportJson : JsonSerializerContext;
