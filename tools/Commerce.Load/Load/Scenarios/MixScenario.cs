using Commerce.Load.Http;

namespace Commerce.Load.Load.Scenarios;

/// <summary>A day at the shop: mostly looking, sometimes buying. Weights are per cent of the requests.</summary>
internal sealed class MixScenario : IScenario
{
    private readonly (IScenario Scenario, int Weight)[] _parts =
    [
        (new BrowseScenario(), 30), (new ProductScenario(), 30), (new TopScenario(), 10),
        (new CartScenario(), 15), (new OrderScenario(OrderShape.Zipf), 10), (new ChargeScenario(), 5),
    ];

    public string Name => "mix";

    public IReadOnlyList<string> Operations => [.. _parts.SelectMany(part => part.Scenario.Operations)];

    public async Task PrepareAsync(ShopSetup setup, CancellationToken cancellationToken)
    {
        foreach (var (scenario, _) in _parts)
            await scenario.PrepareAsync(setup, cancellationToken);
    }

    public IShopper CreateShopper(int client, Random random)
    {
        List<(IShopper, int, int)> shoppers = [];
        var operations = 0;
        foreach (var (scenario, weight) in _parts)
        {
            shoppers.Add((scenario.CreateShopper(client, random), weight, operations));
            operations += scenario.Operations.Count;
        }
        return new Shopper([.. shoppers], random);
    }

    private sealed class Shopper((IShopper Part, int Weight, int FirstOperation)[] parts, Random random) : IShopper
    {
        private readonly int _weights = parts.Sum(part => part.Weight);

        public ShopRequest Next()
        {
            var drawn = random.Next(_weights);
            var index = 0;
            while (drawn >= parts[index].Weight)
                drawn -= parts[index++].Weight;
            var request = parts[index].Part.Next();
            return request with { Operation = parts[index].FirstOperation + request.Operation };
        }
    }
}
