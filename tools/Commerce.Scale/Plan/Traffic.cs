namespace Commerce.Scale.Plan;

internal enum DurableBackend
{
    Storage,
    Scheduler,
}

/// <summary>The load that is planned for.</summary>
/// <param name="OrdersPerSecond">In the busy hours; above 0.</param>
/// <param name="Peak">How much more that is than the month's mean: all orders come in 24 / peak hours of the day. From 1 to 24.</param>
/// <param name="Baskets">Lines and products of the orders.</param>
/// <param name="Buyers">Who order equally often; at least 1.</param>
/// <param name="ReadsPerOrder">Product pages looked at for each order, as popular as the products are. Not negative.</param>
internal sealed record Traffic(double OrdersPerSecond, double Peak, Baskets Baskets, double Buyers, double ReadsPerOrder)
{
    /// <summary>Hours of a month, as the vendor counts them.</summary>
    public const double HoursPerMonth = 730;

    public double OrdersPerMonth => OrdersPerSecond / Peak * HoursPerMonth * 3600;

    public double BusyHoursPerMonth => HoursPerMonth / Peak;

    /// <summary>Sales of the most popular product for each order.</summary>
    public double HotShare => Baskets.ProductShares[0];

    /// <summary>Product pages looked at for each line that is sold: a product is looked at as often as it is bought.</summary>
    public double ReadsPerSale => ReadsPerOrder / Baskets.MeanLines;

    /// <summary>The mean over all orders of what one with so many lines takes.</summary>
    public double Mean(Func<int, double> ofLines) => Baskets.Lines.Sum(entry => entry.Share * ofLines(entry.Lines));
}

/// <summary>What is deployed: a tier of the parameter file and where Durable keeps its state.</summary>
internal sealed record Deployment(string TierName, Model.Tier Tier, DurableBackend Backend);
