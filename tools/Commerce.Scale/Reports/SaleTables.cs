using System.Globalization;
using Commerce.Scale.FlashSale;
using Commerce.Scale.Model;
using static Commerce.Scale.Format;

namespace Commerce.Scale.Reports;

/// <summary>Says what a simulated sale came to.</summary>
internal static class SaleTables
{
    public static Report Report(CostModel model, IReadOnlyList<Sweep> sweeps) => new(
        [.. sweeps.Count == 1 ? [WallTable(model)] : Array.Empty<ReportTable>(), .. sweeps.Select(Runs)],
        Findings(model, sweeps), Data(model, sweeps), () => SaleChart.Svg(sweeps, Full(model)));

    private const string Thefts =
        "Not included: thefts. Where a shard is empty its buyers go on to the next one here; in the app the shard steals pieces "
        + "(decision 18), at readings of all heads and three writes a theft, so the end of the stock is slower and dearer there.";

    private static double Full(CostModel model) => Wall.SalesPerSecond(model, model.BatchLinesMax);

    private static ReportTable WallTable(CostModel model) => new(
        Text($"The wall of one product: {model.Limits.PartitionRuPerSecond} RU/s of its logical partition, by what a sale costs."),
        [">sales in a batch", "RU of one sale", ">sales/s"],
        [.. new[] { 1, 10, (int)model.Groups.Durable.Places, model.BatchLinesMax }.Select(batch => new[]
        {
            Number(batch),
            Arithmetic(model, batch).Trim('(', ')'),
            Number(Wall.SalesPerSecond(model, batch)),
        })]);

    private static string Arithmetic(CostModel model, int batch) => string.Create(
        CultureInfo.InvariantCulture,
        $"({model.StockPatchRu:0.00} RU / {batch} + {model.SaleRu:0.00} RU = {Wall.RuPerSale(model, batch):0.000} RU)");

    private static ReportTable Runs(Sweep sweep)
    {
        var options = sweep.Runs[0].Options;
        var by = options.ShardBy == ShardChoice.Buyer ? "buyer" : "instance";
        var stock = options.Shards == 1 ? "in one partition" : $"in {options.Shards} shards by the {by}";
        return new(
            Text($"{options.Buyers} buyers at {options.BuyersPerSecond} a second, {options.Stock} pieces {stock}, ")
            + Text($"{options.Places} places an instance, seed {options.Seed}."),
            [
                ">instances", ">sold", ">refused", ">lines/s", ">lines a batch", ">RU a line", ">412 a batch", ">429",
                ">wait p50 s", ">p95 s", ">p99 s",
            ],
            [.. sweep.Runs.Select(static run => Numbers(
                run.Options.Instances, run.Sold, run.Refused, run.LinesPerSecond, run.LinesPerBatch, run.RuPerLine, run.ConflictsPerBatch,
                run.Throttled, run.WaitP50Ms / 1000, run.WaitP95Ms / 1000, run.WaitP99Ms / 1000))]);
    }

    private static string[] Numbers(params double[] numbers) => [.. numbers.Select(Number)];

    private static List<string> Findings(CostModel model, IReadOnlyList<Sweep> sweeps)
    {
        var (throughput, batch) = (model.Limits.PartitionRuPerSecond, model.BatchLinesMax);
        List<string> findings =
        [
            Text($"The wall: **{Full(model)} sales a second** of one product: ")
            + Text($"{throughput} RU/s / {Arithmetic(model, batch)}."),
            .. sweeps.Select(Instances),
        ];
        if (sweeps.Count > 1)
            findings.AddRange([Gain(sweeps[0], sweeps[1]), Thefts]);
        findings.Add("In each run the pieces sold and those left are the stock, and nobody was answered twice; else it would have failed.");
        return findings;
    }

    private static string Instances(Sweep sweep)
    {
        var (enough, last) = (sweep.Enough, sweep.Runs[^1]);
        var where = enough.Options.Shards == 1 ? "One partition" : $"{enough.Options.Shards} shards";
        var text = Text($"{where}: **{Count(enough.Options.Instances, "instance")}** for {enough.LinesPerSecond} lines/s; ")
            + Text($"the most that any number of them reaches is {sweep.BestPerSecond}. ");
        return text + (sweep.TooMany is { } many
            ? Text($"With {many.Options.Instances} more than a tenth of it is lost: ")
                + Text($"{many.LinesPerSecond} lines/s, {many.ConflictsPerBatch} conflicts a batch, {many.LinesPerBatch} lines in it.")
            : Text($"With {last.Options.Instances} it is {last.LinesPerSecond}, at {last.ConflictsPerBatch} conflicts a batch."));
    }

    private static string Gain(Sweep one, Sweep sharded)
    {
        var used = sharded.Runs.Max(static run => run.Ru / run.Seconds);
        var gain = sharded.BestPerSecond / one.BestPerSecond;
        return Text($"{sharded.Runs[0].Options.Shards} shards decide **{gain} times** as many lines a second as one partition; ")
            + Text($"for that the database has to offer {used} RU/s, in as many physical partitions.");
    }

    private static object Data(CostModel model, IReadOnlyList<Sweep> sweeps) => new
    {
        WallSalesPerSecond = Full(model),
        RuPerSale = Wall.RuPerSale(model, model.BatchLinesMax),
        Runs = sweeps.SelectMany(static sweep => sweep.Runs),
        InstancesEnough = sweeps.Select(static sweep => sweep.Enough.Options.Instances),
    };
}
