using System.Globalization;
using System.Security;
using System.Text;
using Commerce.Load.Measuring;

namespace Commerce.Load.Reports;

/// <summary>Draws throughput and latency percentiles over time as an SVG that any browser shows.</summary>
internal static class Chart
{
    private const int Width = 960;
    private const int PanelHeight = 220;
    private const int Left = 70;
    private const int Right = 110;
    private const int Top = 84;
    private const int Gap = 60;
    private const int PlotWidth = Width - Left - Right;

    private static readonly double[] ReadableFactors = [1, 2, 4, 5, 8, 10];

    private sealed record Line(string Name, string Colour, Func<Sample, double> Value);

    public static string Svg(RunReport report)
    {
        var svg = new StringBuilder();
        var height = Top + (2 * PanelHeight) + Gap + 50;
        svg.Append(CultureInfo.InvariantCulture, $"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {Width} {height}" font-family="system-ui, sans-serif" font-size="12">
            <rect width="{Width}" height="{height}" fill="#ffffff"/>
            <text x="{Left}" y="26" font-size="17" font-weight="600" fill="#1f2933">{Escape(report.Scenario)}</text>
            <text x="{Left}" y="44" fill="#52606d">{Escape(Subtitle(report))}</text>

            """);
        Panel(svg, report.Samples, Top, "requests/s",
        [
            new Line("ok", "#2f855a", sample => sample.OkPerSecond),
            new Line("refused", "#b7791f", sample => sample.RefusedPerSecond),
            new Line("failed", "#c53030", sample => sample.FailedPerSecond),
        ]);
        Panel(svg, report.Samples, Top + PanelHeight + Gap, "latency, ms",
        [
            new Line("p50", "#2b6cb0", sample => sample.P50Ms),
            new Line("p95", "#805ad5", sample => sample.P95Ms),
            new Line("p99", "#d53f8c", sample => sample.P99Ms),
        ]);
        return svg.Append("</svg>\n").ToString();
    }

    private static void Panel(StringBuilder svg, IReadOnlyList<Sample> samples, int top, string title, Line[] lines)
    {
        // A line that is nothing but zero (no refusals, no failures) would only be clutter.
        lines = [.. lines.Where((line, index) => index == 0 || samples.Any(sample => line.Value(sample) > 0))];
        var yMax = NiceCeiling(samples.SelectMany(sample => lines.Select(line => line.Value(sample))).DefaultIfEmpty(0).Max());
        var xMax = Math.Max(samples.Count > 0 ? samples[^1].AtSeconds : 0, 1);
        Text(svg, Left, top - 8, title, "#1f2933", "start");
        Axes(svg, top, xMax, yMax);
        var labels = top + 12;
        foreach (var line in lines)
        {
            var points = samples.Select(sample => Point(sample.AtSeconds / xMax, line.Value(sample) / yMax, top));
            svg.Append(CultureInfo.InvariantCulture,
                $"<polyline fill=\"none\" stroke=\"{line.Colour}\" stroke-width=\"1.8\" points=\"{string.Join(' ', points)}\"/>\n");
            Text(svg, Left + PlotWidth + 12, labels, line.Name, line.Colour, "start");
            labels += 18;
        }
    }

    private static void Axes(StringBuilder svg, int top, double xMax, double yMax)
    {
        for (var step = 0; step <= 4; step++)
        {
            var y = top + PanelHeight - (PanelHeight * step / 4);
            svg.Append(CultureInfo.InvariantCulture,
                $"<line x1=\"{Left}\" y1=\"{y}\" x2=\"{Left + PlotWidth}\" y2=\"{y}\" "
                + $"stroke=\"{(step == 0 ? "#7b8794" : "#e4e7eb")}\"/>\n");
            Text(svg, Left - 8, y + 4, Number(yMax * step / 4), "#52606d", "end");
            Text(svg, Left + (PlotWidth * step / 4), top + PanelHeight + 18, $"{Number(xMax * step / 4)} s", "#52606d", "middle");
        }
    }

    private static void Text(StringBuilder svg, int x, int y, string text, string colour, string anchor) =>
        svg.Append(CultureInfo.InvariantCulture,
            $"<text x=\"{x}\" y=\"{y}\" fill=\"{colour}\" text-anchor=\"{anchor}\">{Escape(text)}</text>\n");

    private static string Point(double x, double y, int top) =>
        string.Create(CultureInfo.InvariantCulture, $"{Left + (x * PlotWidth):0.#},{top + PanelHeight - (y * PanelHeight):0.#}");

    /// <summary>The next of 1, 2, 4, 5, 8 times a power of ten: quarters of it are readable numbers.</summary>
    internal static double NiceCeiling(double value)
    {
        if (value <= 0)
            return 1;
        var power = Math.Pow(10, Math.Floor(Math.Log10(value)));
        return ReadableFactors.Select(factor => factor * power).First(ceiling => ceiling >= value * 0.999_999);
    }

    private static string Subtitle(RunReport report)
    {
        var drive = report.Drive;
        var load = drive.RatePerSecond is { } rate ? $"open loop, {Number(rate)} requests/s" : $"closed loop, {drive.Clients} clients";
        return $"{load}; {report.StartedAt.UtcDateTime:yyyy-MM-dd HH:mm} UTC; {report.Machine.Cores} cores";
    }

    private static string Number(double value) => value.ToString(value is > 0 and < 10 ? "0.##" : "#,0", CultureInfo.InvariantCulture);

    private static string Escape(string text) => SecurityElement.Escape(text);
}
