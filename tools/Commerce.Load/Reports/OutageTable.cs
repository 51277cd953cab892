using System.Globalization;
using System.Text;

namespace Commerce.Load.Reports;

/// <summary>An outage as Markdown: the buyers' side, the platform's side, and the verdict.</summary>
internal static class OutageTable
{
    private const int IdsShown = 20;

    public static string Markdown(OutageSummary outage)
    {
        var text = new StringBuilder();
        if (outage.Pairs.Count > 0)
            AppendPairs(text, outage);
        text.Append("| outage | down s | attempts | active orchestrations | redelivery's history | backlog | silent s | drain s | "
            + "events/s | most in a second |\n");
        text.Append("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n");
        for (var i = 0; i < outage.Outages.Count; i++)
        {
            var facts = outage.Outages[i];
            text.Append(CultureInfo.InvariantCulture,
                $"| {outage.Fault} {i + 1} | {facts.Seconds:0.0} | {facts.Attempts:N0} | {facts.ActiveInstances:N0} | "
                    + $"{facts.RedeliveryHistory:N0} | {facts.Backlog:N0} | {facts.SilentSeconds:0.0} | {facts.DrainSeconds:0.0} | "
                        + $"{facts.DrainPerSecond:N0} | {facts.DrainPerSecondMax:N0} |\n");
        }
        text.Append(CultureInfo.InvariantCulture,
            $"\nPaid to received while the platform was well: median {Tables.Milliseconds(outage.Lag.P50Ms)} ms, p99 "
                + $"{Tables.Milliseconds(outage.Lag.P99Ms)} ms, longest {Tables.Milliseconds(outage.Lag.MaxMs)} ms, of "
                    + $"{outage.Lag.Count:N0} orders.\n");
        text.Append(CultureInfo.InvariantCulture,
            $"Events: {outage.Orders:N0} expected, {outage.Received:N0} received, {outage.Missing.Count:N0} missing, "
                + $"{outage.Unexpected.Count:N0} unexpected; {outage.Duplicates:N0} came again under their id.\n");
        foreach (var id in outage.Missing.Take(IdsShown))
            text.Append(CultureInfo.InvariantCulture, $"- missing: {id}\n");
        foreach (var id in outage.Unexpected.Take(IdsShown))
            text.Append(CultureInfo.InvariantCulture, $"- unexpected: {id}\n");
        return text.ToString();
    }

    private static void AppendPairs(StringBuilder text, OutageSummary outage)
    {
        text.Append("| pair | healthy p50 ms | p99 ms | max ms | dead p50 ms | p99 ms | max ms | p99 dead / healthy "
            + "|\n|---|--:|--:|--:|--:|--:|--:|--:|\n");
        for (var i = 0; i < outage.Pairs.Count; i++)
        {
            var (healthy, dead) = outage.Pairs[i];
            var cells = new[] { healthy, dead }.SelectMany(side => new[] { side.P50Ms, side.P99Ms, side.MaxMs })
                .Select(Tables.Milliseconds);
            text.Append(CultureInfo.InvariantCulture,
                $"| {outage.Fault} {i + 1} | {string.Join(" | ", cells)} | {outage.Pairs[i].P99Ratio:0.00} |\n");
        }
        text.Append(CultureInfo.InvariantCulture, $"\nOver all runs together: {outage.P99Ratio:0.00}.\n\n");
    }
}
