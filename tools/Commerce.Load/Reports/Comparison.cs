using System.Globalization;
using Commerce.Load.Measuring;
using Spectre.Console;

namespace Commerce.Load.Reports;

/// <summary>Two reports side by side.</summary>
internal static class Comparison
{
    /// <summary>One figure in both; <paramref name="Change"/> is b relative to a (0.1 = a tenth more), null where a is 0.</summary>
    internal sealed record Figure(string Operation, string Name, double A, double B, double? Change, bool MoreIsBetter);

    public static IReadOnlyList<Figure> Figures(RunReport a, RunReport b)
    {
        var operations = a.Operations.Concat(b.Operations).Select(operation => operation.Name).Distinct(StringComparer.Ordinal);
        return [.. operations.SelectMany(name => Figures(name, Find(a, name), Find(b, name)))];
    }

    public static void Write(IAnsiConsole console, string nameA, RunReport a, string nameB, RunReport b)
    {
        var table = Tables.New("Operation", "figure", $"a: {Markup.Escape(nameA)}", $"b: {Markup.Escape(nameB)}", "change");
        table.AddRow(new Text("run"), new Text("scenario"), new Text(a.Scenario), new Text(b.Scenario), new Text(""));
        table.AddRow(new Text(""), new Text("clients"), Text(a.Drive.Clients), Text(b.Drive.Clients), new Text(""));
        table.AddRow(new Text(""), new Text("measured s"), Text(a.Drive.MeasuredSeconds), Text(b.Drive.MeasuredSeconds), new Text(""));
        table.AddRow(new Text(""), new Text("audit"), new Text(Held(a)), new Text(Held(b)), new Text(""));
        foreach (var figure in Figures(a, b))
            table.AddRow(new Text(figure.Operation), new Text(figure.Name), Text(figure.A), Text(figure.B), Change(figure));
        console.Write(table);
    }

    private static IEnumerable<Figure> Figures(string name, OperationSummary? a, OperationSummary? b)
    {
        Figure Of(string figure, Func<OperationSummary, double> value, bool moreIsBetter)
        {
            var (left, right) = (a is null ? 0 : value(a), b is null ? 0 : value(b));
            return new Figure(name, figure, left, right, left == 0 ? null : (right - left) / left, moreIsBetter);
        }
        yield return Of("ok/s", operation => operation.PerSecond, moreIsBetter: true);
        yield return Of("refused", operation => operation.Refused, moreIsBetter: false);
        yield return Of("failed", operation => operation.Failed, moreIsBetter: false);
        yield return Of("p50 ms", operation => operation.Latency.P50Ms, moreIsBetter: false);
        yield return Of("p95 ms", operation => operation.Latency.P95Ms, moreIsBetter: false);
        yield return Of("p99 ms", operation => operation.Latency.P99Ms, moreIsBetter: false);
        yield return Of("max ms", operation => operation.Latency.MaxMs, moreIsBetter: false);
    }

    private static OperationSummary? Find(RunReport report, string name) =>
        report.Operations.FirstOrDefault(operation => operation.Name == name);

    private static string Held(RunReport report) =>
        report.Audit switch { null => "not asked", { Ok: true } => "held", _ => "did not hold" };

    private static Text Change(Figure figure) => figure.Change switch
    {
        null => new Text(""),
        // Two runs of the same thing differ by some per cent; only more than that is coloured.
        { } change when Math.Abs(change) < 0.05 => new Text(Percent(change)),
        { } change => new Text(Percent(change), new Style(change > 0 == figure.MoreIsBetter ? Color.Green : Color.Red)),
    };

    private static string Percent(double change) => change.ToString("+0.0 %;-0.0 %;0 %", CultureInfo.InvariantCulture);

    private static Text Text(double value) => new(value.ToString("#,0.##", CultureInfo.InvariantCulture));
}
