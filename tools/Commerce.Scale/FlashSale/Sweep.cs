using Commerce.Scale.Model;

namespace Commerce.Scale.FlashSale;

/// <summary>The same sale with more and more instances.</summary>
internal sealed record Sweep(CostModel Model, IReadOnlyList<SaleResult> Runs)
{
    // Two runs that differ by less differ by chance.
    private const double Noise = 0.03;

    public static Sweep Of(CostModel model, SaleOptions options, IReadOnlyList<int> instances) =>
        new(model, [.. instances.Select(count => Sale.Run(model, options with { Instances = count }))]);

    public double BestPerSecond => Runs.Max(static run => run.LinesPerSecond);

    /// <summary>The fewest instances that come as near to the best as chance can tell.</summary>
    public SaleResult Enough => Runs.First(run => run.LinesPerSecond >= BestPerSecond * (1 - Noise));

    /// <summary>The first run with more instances than enough in which these cost more than a tenth of the best; null: none does.</summary>
    public SaleResult? TooMany =>
        Runs.SkipWhile(run => run != Enough).FirstOrDefault(run => run.LinesPerSecond < BestPerSecond * 0.9);
}
