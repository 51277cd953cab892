using Commerce.Scale.Model;
using Commerce.Scale.Plan;

namespace Commerce.Scale.Tests;

/// <summary>The committed model, and loads on it.</summary>
internal static class Models
{
    public static CostModel Committed { get; } = ModelFile.Read(ModelFile.DefaultPath);

    public static Baskets Samples { get; } = Baskets.Read(Baskets.DefaultPath);

    /// <summary>As <c>plan</c> without options has it: real baskets, 100,000 buyers, a look at one product for each order.</summary>
    public static Traffic Traffic(double ordersPerSecond, int? lines = null) =>
        new(ordersPerSecond, 3, lines is { } count ? Samples.WithLines(count) : Samples, 100_000, 1);

    public static Deployment Deployment(string tier, DurableBackend backend = DurableBackend.Storage) =>
        new(tier, Committed.Tiers[tier], backend);
}
