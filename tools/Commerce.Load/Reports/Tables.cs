using System.Globalization;
using Commerce.Load.Http;
using Commerce.Load.Measuring;
using Spectre.Console;

namespace Commerce.Load.Reports;

/// <summary>What a run prints at its end.</summary>
internal static class Tables
{
    public static void Write(IAnsiConsole console, RunReport report)
    {
        console.Write(Operations(report.Operations));
        if (report.Kinds.Count > 0)
            console.Write(Kinds(report.Kinds));
    }

    /// <summary>Says whether the shop's sums held, and lists what differs.</summary>
    public static void WriteAudit(IAnsiConsole console, Audit audit)
    {
        console.MarkupLineInterpolated(audit.Ok
            ? (FormattableString)$"[green]Audit held[/]: {audit.Accounts:N0} accounts, {audit.Products:N0} products, {audit.Orders:N0} orders."
            : (FormattableString)$"[red]Audit did not hold[/]: {audit.Differences?.Count ?? 0} differences.");
        foreach (var difference in (audit.Differences ?? []).Take(20))
            console.WriteLine("  " + difference);
    }

    public static Table Top(IReadOnlyList<TopItem> served, IReadOnlyList<TopItem> counted)
    {
        var table = New("Top five", "served", "quantity", "revenue", "counted", "quantity", "revenue");
        for (var row = 0; row < Math.Max(served.Count, counted.Count); row++)
            table.AddRow([Text(row + 1), .. Cells(served, row), .. Cells(counted, row)]);
        return table;
    }

    public static string Milliseconds(double value) =>
        value.ToString(value < 10 ? "0.00" : value < 100 ? "0.0" : "N0", CultureInfo.InvariantCulture);

    public static Table New(string first, params string[] columns)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumn(first);
        foreach (var column in columns)
            table.AddColumn(new TableColumn(column).RightAligned());
        return table;
    }

    private static Table Operations(IReadOnlyList<OperationSummary> operations)
    {
        var table = New("Operation", "ok", "ok/s", "pending", "refused", "failed", "p50 ms", "p95 ms", "p99 ms", "max ms");
        foreach (var (name, ok, pending, refused, failed, perSecond, latency, _) in operations)
        {
            table.AddRow([
                new Text(name), Text(ok), new Text(perSecond.ToString("N1", CultureInfo.InvariantCulture)),
                Text(pending), Text(refused), Text(failed),
                .. new[] { latency.P50Ms, latency.P95Ms, latency.P99Ms, latency.MaxMs }.Select(value => new Text(Milliseconds(value))),
            ]);
        }
        return table;
    }

    private static Table Kinds(IReadOnlyList<KeyValuePair<string, long>> kinds)
    {
        var table = New("Not done, by kind", "requests");
        foreach (var (kind, count) in kinds.Take(20))
            table.AddRow(new Text(kind), Text(count));
        return table;
    }

    private static IEnumerable<Text> Cells(IReadOnlyList<TopItem> items, int row) =>
        row < items.Count
            ? [new Text(items[row].ProductId), Text(items[row].Quantity), Text(items[row].Revenue)]
            : [new Text("-"), new Text("-"), new Text("-")];

    private static Text Text(long value) => new(value.ToString("N0", CultureInfo.InvariantCulture));
}
