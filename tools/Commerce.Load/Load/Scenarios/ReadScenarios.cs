using Commerce.Load.Http;

namespace Commerce.Load.Load.Scenarios;

/// <summary>A scenario in which users ask for one of a fixed set of documents, both chosen evenly.</summary>
internal abstract class ReadScenario(string name) : IScenario
{
    private ShopRequest[] _requests = [];

    public string Name => name;

    public IReadOnlyList<string> Operations { get; } = [name];

    public async Task PrepareAsync(ShopSetup setup, CancellationToken cancellationToken)
    {
        await setup.EnsureProductsAsync(cancellationToken);
        var paths = await PathsAsync(setup, cancellationToken);
        // One request a user and one a path at least.
        _requests = [.. Enumerable.Range(0, Math.Max(setup.Users, paths.Count))
            .Select(index => Requests.Get(setup.Shop.Endpoint, paths[index % paths.Count], setup.User(index % setup.Users)))];
    }

    public IShopper CreateShopper(int client, Random random) => new Shopper(_requests, random);

    protected abstract Task<IReadOnlyList<string>> PathsAsync(ShopSetup setup, CancellationToken cancellationToken);

    private sealed class Shopper(ShopRequest[] requests, Random random) : IShopper
    {
        public ShopRequest Next() => requests[random.Next(requests.Length)];
    }
}

/// <summary>Pages of 20 products with their exact stock, from anywhere in the first fifty pages.</summary>
internal sealed class BrowseScenario() : ReadScenario("browse")
{
    private const int PageSize = 20;
    private const int PagesMax = 50;

    protected override async Task<IReadOnlyList<string>> PathsAsync(ShopSetup setup, CancellationToken cancellationToken)
    {
        List<string> paths = [$"api/products?limit={PageSize}"];
        while (paths.Count < PagesMax)
        {
            var page = await setup.Shop.GetAsync(paths[^1], ContractJson.Default.ProductPage, cancellationToken);
            if (page.NextCursor is not { } cursor)
                break;
            paths.Add($"api/products?limit={PageSize}&cursor={Uri.EscapeDataString(cursor)}");
        }
        return paths;
    }
}

/// <summary>Single products.</summary>
internal sealed class ProductScenario() : ReadScenario("product")
{
    protected override Task<IReadOnlyList<string>> PathsAsync(ShopSetup setup, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<string>>([.. Enumerable.Range(0, setup.Products)
            .Select(index => $"api/products/{ShopSetup.ProductId(index)}")]);
}

/// <summary>The five best sellers.</summary>
internal sealed class TopScenario() : ReadScenario("top")
{
    protected override Task<IReadOnlyList<string>> PathsAsync(ShopSetup setup, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<string>>(["api/products/top?limit=5"]);
}
