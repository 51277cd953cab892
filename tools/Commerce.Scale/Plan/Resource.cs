namespace Commerce.Scale.Plan;

/// <summary>Something that a load can use up.</summary>
/// <param name="Name">What it is, in the words of the operator.</param>
/// <param name="Unit">Of use and limit.</param>
/// <param name="Limit">Most of it; above 0.</param>
/// <param name="Use">What so many orders a second use of it; never falls as they grow.</param>
/// <param name="Remedy">What to do when it is used up.</param>
internal sealed record Resource(string Name, string Unit, double Limit, Func<double, double> Use, string Remedy)
{
    // Far beyond any shop; a resource that holds so much counts as unlimited.
    private const double OrdersPerSecondMax = 1e9;

    /// <summary>Used of the limit: 1 is all of it.</summary>
    public double Utilisation(double ordersPerSecond) => Use(ordersPerSecond) / Limit;

    /// <summary>Orders a second at which it is used up; infinite when none in reach does.</summary>
    public double HitAt()
    {
        if (Utilisation(OrdersPerSecondMax) < 1)
            return double.PositiveInfinity;
        var (low, high) = (0.0, OrdersPerSecondMax);
        // Halved often enough that what remains is below what any table shows.
        for (var i = 0; i < 100; i++)
        {
            var middle = (low + high) / 2;
            if (Utilisation(middle) < 1)
                low = middle;
            else
                high = middle;
        }
        return high;
    }
}
