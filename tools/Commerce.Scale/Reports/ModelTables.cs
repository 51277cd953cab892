using Commerce.Scale.Model;

namespace Commerce.Scale.Reports;

/// <summary>Shows a model: the request units of an order by its lines, and every figure with its source.</summary>
internal static class ModelTables
{
    private static readonly int[] Lines = [1, 10, 24, 100, 1200];

    public static Report Report(CostModel model, IEnumerable<(string Name, string Value, string Unit, string Source)> figures) =>
        new([Orders(model), Figures(figures)], [], model, static () => throw new InputException("--chart: a model has none"));

    private static ReportTable Orders(CostModel model) => new(
        "Request units of an order by its lines, alone on its products.",
        ["operation", "container", .. Lines.Select(static lines => $">{lines}")],
        [
            .. model.Operations.Select(operation => Row(
                operation.Name, operation.Container, lines => operation.Steps.Sum(step => model.RequestUnitsOf(step, lines)))),
            Row("take the stock", "catalog", lines => lines * (model.SaleRu + model.StockPatchRu)),
            Row("**all**", "", lines => model.Operations.Sum(operation => operation.Steps.Sum(step => model.RequestUnitsOf(step, lines)))
                + (lines * (model.SaleRu + model.StockPatchRu))),
        ]);

    private static ReportTable Figures(IEnumerable<(string Name, string Value, string Unit, string Source)> figures) => new(
        "The figures, and where each is from.",
        ["figure", ">value", "unit", "source"],
        [.. figures.Select(static figure => new[] { $"`{figure.Name}`", figure.Value, figure.Unit, figure.Source })]);

    private static IReadOnlyList<string> Row(string name, string container, Func<int, double> ofLines) =>
        [name, container, .. Lines.Select(lines => Format.Number(ofLines(lines)))];
}
