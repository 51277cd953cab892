using Commerce.Load.Http;

namespace Commerce.Load.Load.Scenarios;

/// <summary>Charges of 1,000 won to users chosen evenly.</summary>
internal sealed class ChargeScenario : IScenario
{
    private const long Amount = 1_000;
    private ShopRequest[] _requests = [];

    public string Name => "charge";

    public IReadOnlyList<string> Operations { get; } = ["charge"];

    public Task PrepareAsync(ShopSetup setup, CancellationToken cancellationToken)
    {
        _requests = [.. Enumerable.Range(0, setup.Users).Select(index => Requests.Charge(setup.Shop.Endpoint, setup.User(index), Amount))];
        return Task.CompletedTask;
    }

    public IShopper CreateShopper(int client, Random random) => new Shopper(_requests, random);

    private sealed class Shopper(ShopRequest[] requests, Random random) : IShopper
    {
        public ShopRequest Next() => requests[random.Next(requests.Length)];
    }
}
