using Commerce.Scale.Plan;

namespace Commerce.Scale.Reports;

/// <summary>Draws at which load each resource is used up, on a logarithmic scale, and where the planned load is.</summary>
internal static class HitChart
{
    private const int Width = 960;
    private const int Left = 290;
    private const int Top = 76;
    private const int PlotWidth = 560;
    private const int RowHeight = 26;

    public static string Svg(PlanReport plan)
    {
        var uses = plan.Resources.Where(static use => double.IsFinite(use.HitAtOrdersPerSecond)).ToList();
        var bottom = Top + (RowHeight * uses.Count);
        var svg = new Svg(Width, bottom + 50);
        // Half of it, so that what lies at a power of ten is not at the edge.
        var low = Math.Floor(Math.Log10(Math.Min(plan.Traffic.OrdersPerSecond, uses[0].HitAtOrdersPerSecond) / 2));
        var high = Math.Max(low + 1, Math.Ceiling(Math.Log10(uses[^1].HitAtOrdersPerSecond)));
        svg.Title(
            20, "Orders a second at which each resource is used up",
            Format.Text($"{plan.Deployment.TierName}, {Format.Count(plan.Traffic.Baskets.MeanLines, "line")} an order; ")
            + Format.Text($"dashed: {plan.Traffic.OrdersPerSecond} orders/s"));
        for (var power = low; power <= high; power++)
        {
            svg.Line(X(Math.Pow(10, power)), Top, X(Math.Pow(10, power)), bottom, "#e4e7eb");
            svg.Text(X(Math.Pow(10, power)), bottom + 20, Format.Number(Math.Pow(10, power)), Reports.Svg.Pale, "middle");
        }
        foreach (var (row, use) in uses.Index())
        {
            var y = Top + (RowHeight * row);
            svg.Bar(Left, y + 5, X(use.HitAtOrdersPerSecond) - Left, RowHeight - 10, row == 0 ? "#c53030" : "#2b6cb0");
            svg.Text(Left - 8, y + 17, use.Name.Replace("`", "", StringComparison.Ordinal), Reports.Svg.Ink, "end");
            svg.Text(X(use.HitAtOrdersPerSecond) + 6, y + 17, Format.Number(use.HitAtOrdersPerSecond), Reports.Svg.Ink);
        }
        svg.Line(X(plan.Traffic.OrdersPerSecond), Top, X(plan.Traffic.OrdersPerSecond), bottom, Reports.Svg.Ink, "4 3");
        return svg.ToString();

        double X(double rate) => Left + (PlotWidth * (Math.Log10(rate) - low) / (high - low));
    }
}
