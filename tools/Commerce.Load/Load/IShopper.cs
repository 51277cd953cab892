using Commerce.Load.Http;

namespace Commerce.Load.Load;

/// <summary>What one client does next. Called by one client only.</summary>
internal interface IShopper
{
    ShopRequest Next();
}

/// <summary>A kind of load: which operations it measures, and its shoppers once the shop is set up for it.</summary>
internal interface IScenario
{
    string Name { get; }

    IReadOnlyList<string> Operations { get; }

    /// <summary>Creates what the scenario needs in the shop.</summary>
    Task PrepareAsync(ShopSetup setup, CancellationToken cancellationToken);

    IShopper CreateShopper(int client, Random random);
}
