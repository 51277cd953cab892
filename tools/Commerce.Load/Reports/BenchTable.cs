using System.Globalization;
using System.Text;
using Commerce.Load.Measuring;

namespace Commerce.Load.Reports;

/// <summary>
/// Many reports as one Markdown table, with each operation's share of two ceilings: a bare HTTP endpoint on the same machine
/// with the same driver, and the storage below the shop without the shop. Ratios travel between machines; figures do not.
/// </summary>
internal static class BenchTable
{
    private static readonly string[] Reads = ["browse", "product", "top", "cart read"];

    /// <param name="ceilings">Reports of the ceilings: scenario "top" (GET) and "charge" (POST) against the bare endpoint, and
    /// "storage".</param>
    public static string Markdown(IReadOnlyList<RunReport> ceilings, IReadOnlyList<RunReport> runs)
    {
        var text = new StringBuilder("| run | operation | ok/s | p50 ms | p95 ms | p99 ms | max ms | refused | failed | CPU ms | of HTTP "
            + "| of storage |\n|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n");
        foreach (var ceiling in ceilings)
            Append(text, ceiling.Scenario == "storage" ? ceiling.Scenario : "bare endpoint", ceiling, _ => ("", ""));
        foreach (var run in runs)
            Append(text, run.Scenario, run, operation =>
                (Share(operation, Http(ceilings, operation.Name)), Share(operation, Storage(ceilings, operation.Name))));
        return text.ToString();
    }

    private static void Append(StringBuilder text, string name, RunReport report,
        Func<OperationSummary, (string Http, string Storage)> shares)
    {
        foreach (var operation in report.Operations)
        {
            // The process's CPU time can be told for the run as a whole only.
            var cpu = operation.CpuMs ?? (operation == report.Operations[^1] ? report.Server?.CpuMsPerRequest : null);
            var (http, storage) = shares(operation);
            var latency = operation.Latency;
            string[] cells =
            [
                name, operation.Name, operation.PerSecond.ToString("N0", CultureInfo.InvariantCulture),
                Tables.Milliseconds(latency.P50Ms), Tables.Milliseconds(latency.P95Ms), Tables.Milliseconds(latency.P99Ms),
                    Tables.Milliseconds(latency.MaxMs),
                operation.Refused.ToString("N0", CultureInfo.InvariantCulture),
                    (operation.Failed + operation.Pending).ToString("N0", CultureInfo.InvariantCulture),
                        cpu?.ToString("0.000", CultureInfo.InvariantCulture) ?? "", http, storage,
            ];
            text.Append("| ").AppendJoin(" | ", cells).Append(" |\n");
            name = "";
        }
    }

    /// <summary>A write is held against a POST of the bare endpoint and a batch, a read against a GET and a point read (but the top list,
    /// which is served from memory); a mixture against neither.</summary>
    private static double? Http(IReadOnlyList<RunReport> ceilings, string operation) =>
        operation == "total" ? null : PerSecond(ceilings, Reads.Contains(operation) ? "top" : "charge");

    private static double? Storage(IReadOnlyList<RunReport> ceilings, string operation) =>
        operation is "total" or "top" ? null : PerSecond(ceilings, Reads.Contains(operation) ? "point read" : "batch");

    private static double? PerSecond(IReadOnlyList<RunReport> ceilings, string operation) =>
        ceilings.SelectMany(report => report.Operations).FirstOrDefault(summary => summary.Name == operation)?.PerSecond;

    private static string Share(OperationSummary operation, double? ceiling) =>
        ceiling is > 0 ? (operation.PerSecond / ceiling.Value).ToString("0.0 %", CultureInfo.InvariantCulture) : "";
}
