using Commerce.Scale.FlashSale;

namespace Commerce.Scale.Reports;

/// <summary>Draws throughput, conflicts and waiting over the number of instances.</summary>
internal static class SaleChart
{
    private const int Width = 960;
    private const int Left = 70;
    private const int PlotWidth = 760;
    private const int PanelHeight = 180;
    private const int Top = 84;
    private const int Gap = 56;

    private static readonly double[] ReadableFactors = [1, 2, 4, 5, 8, 10];
    private static readonly string[] Colours = ["#2f855a", "#2b6cb0", "#d53f8c"];

    public static string Svg(IReadOnlyList<Sweep> sweeps, double wallPerSecond)
    {
        var options = sweeps[0].Runs[0].Options;
        var svg = new Svg(Width, Top + (3 * (PanelHeight + Gap)));
        svg.Title(
            Left, "One product, sold by more and more instances",
            Format.Text($"{options.Buyers} buyers, {options.BuyersPerSecond} a second; ")
            + Format.Text($"dashed: the wall of one partition, {wallPerSecond} a second; seed {options.Seed}"));
        Panel(svg, 0, sweeps, "lines decided a second", static run => run.LinesPerSecond, wallPerSecond);
        Panel(svg, 1, sweeps, "conflicts (412) for each batch that was written", static run => run.ConflictsPerBatch, null);
        Panel(svg, 2, sweeps, "99th percentile of the buyers' waiting, s", static run => run.WaitP99Ms / 1000, null);
        return svg.ToString();
    }

    private static void Panel(Svg svg, int number, IReadOnlyList<Sweep> sweeps, string title, Func<SaleResult, double> value, double? wall)
    {
        var top = Top + (number * (PanelHeight + Gap));
        var bottom = top + PanelHeight;
        var max = NiceCeiling(sweeps.SelectMany(static sweep => sweep.Runs).Select(value).Append(wall ?? 0).Max());
        svg.Text(Left, top - 8, title, Reports.Svg.Ink);
        for (var step = 0; step <= 4; step++)
        {
            svg.Line(Left, Y(max * step / 4), Left + PlotWidth, Y(max * step / 4), step == 0 ? "#7b8794" : "#e4e7eb");
            svg.Text(Left - 8, Y(max * step / 4) + 4, Format.Number(max * step / 4), Reports.Svg.Pale, "end");
        }
        if (wall is { } height)
            svg.Line(Left, Y(height), Left + PlotWidth, Y(height), "#c53030", "4 3");
        // Counts of instances double, so they stand at equal distances.
        foreach (var (index, run) in sweeps[0].Runs.Index())
            svg.Text(X(index), bottom + 18, Format.Number(run.Options.Instances), Reports.Svg.Pale, "middle");
        foreach (var (index, sweep) in sweeps.Index())
        {
            svg.Path(sweep.Runs.Index().Select(entry => (X(entry.Index), Y(value(entry.Item)))), Colours[index % Colours.Length]);
            var shards = sweep.Runs[0].Options.Shards;
            var name = shards == 1 ? "one partition" : $"{shards} shards";
            svg.Text(Left + PlotWidth + 12, top + 12 + (18 * index), name, Colours[index % Colours.Length]);
        }

        double X(int index) => Left + (PlotWidth * (index + 0.5) / sweeps[0].Runs.Count);
        double Y(double amount) => bottom - (PanelHeight * amount / max);
    }

    /// <summary>The next of 1, 2, 4, 5, 8 times a power of ten: quarters of it are readable numbers.</summary>
    private static double NiceCeiling(double value)
    {
        if (value <= 0)
            return 1;
        var power = Math.Pow(10, Math.Floor(Math.Log10(value)));
        return ReadableFactors.Select(factor => factor * power).First(ceiling => ceiling >= value * 0.999_999);
    }
}
