using Commerce.Scale.Model;

namespace Commerce.Scale.Plan;

/// <summary>What real buyers put together: how many lines an order has, and how often each product is in one.</summary>
/// <param name="Lines">How large a share of the orders has so many lines.</param>
/// <param name="ProductShares">For each product, the share of orders that have it; the largest first.</param>
internal sealed record Baskets(IReadOnlyList<(int Lines, double Share)> Lines, IReadOnlyList<double> ProductShares)
{
    /// <summary>The samples' 1,494 baskets, copied beside the tool.</summary>
    public static string DefaultPath { get; } = Path.Combine(AppContext.BaseDirectory, "baskets.csv");

    public double MeanLines => Lines.Sum(static entry => entry.Lines * entry.Share);

    /// <summary>A file with one basket a line, product ids separated by commas.</summary>
    /// <exception cref="InputException">It is not there, or has no basket.</exception>
    public static Baskets Read(string path)
    {
        if (!File.Exists(path))
            throw new InputException($"--baskets: there is no file {path}");
        const StringSplitOptions Clean = StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries;
        var baskets = File.ReadLines(path)
            .Select(static line => line.Split(',', Clean).Distinct(StringComparer.Ordinal).ToList())
            .Where(static basket => basket.Count > 0).ToList();
        if (baskets.Count == 0)
            throw new InputException($"--baskets: no basket in {path}");
        var lines = baskets.CountBy(static basket => basket.Count).OrderBy(static entry => entry.Key);
        var products = baskets.SelectMany(static basket => basket).CountBy(static product => product);
        return new(
            [.. lines.Select(entry => (entry.Key, Share(entry.Value)))],
            [.. products.Select(entry => Share(entry.Value)).OrderDescending()]);

        double Share(int count) => count / (double)baskets.Count;
    }

    /// <summary>Orders that all have so many lines, of products as popular among the lines as before.</summary>
    public Baskets WithLines(int lines)
    {
        var mean = MeanLines;
        return new([(lines, 1)], [.. ProductShares.Select(share => Math.Min(1, share / mean * lines))]);
    }

    /// <summary>The same with another share of orders that have the most popular product; the others keep theirs.</summary>
    public Baskets WithHotShare(double share) => this with { ProductShares = [share, .. ProductShares.Skip(1)] };
}
