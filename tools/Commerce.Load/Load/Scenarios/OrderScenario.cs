using Commerce.Load.Data;
using Commerce.Load.Http;

namespace Commerce.Load.Load.Scenarios;

/// <summary>What is ordered.</summary>
internal enum OrderShape
{
    /// <summary>One piece of a product chosen evenly.</summary>
    Spread,

    /// <summary>One piece of one and the same product.</summary>
    Hot,

    /// <summary>One piece of a product chosen by Zipf's law: the n-th is asked for 1/n as often as the first.</summary>
    Zipf,

    /// <summary>Whole baskets as they were bought, one piece of each product.</summary>
    Baskets,
}

/// <summary>Orders by users chosen evenly.</summary>
/// <param name="shape">What is ordered.</param>
/// <param name="basketsPath">The file of baskets, for these.</param>
/// <param name="hotStock">Limits the hot product, so that the rest are refused.</param>
/// <param name="hotShards">Shards over which the hot product's stock is spread; 0 for none.</param>
internal sealed class OrderScenario(
    OrderShape shape, string? basketsPath = null, int hotStock = ShopSetup.Stock, int hotShards = 0) : IScenario
{
    private readonly List<byte[]> _bodies = [];
    private Uri[] _orderUris = [];

    public string Name => $"order {shape.ToString().ToLowerInvariant()}";

    public IReadOnlyList<string> Operations { get; } = ["order"];

    public async Task PrepareAsync(ShopSetup setup, CancellationToken cancellationToken)
    {
        await setup.EnsureFundsAsync(cancellationToken);
        _orderUris = [.. Enumerable.Range(0, setup.Users).Select(index => setup.Shop.Endpoint.At($"api/users/{setup.User(index)}/orders"))];
        _bodies.AddRange((await LinesAsync(setup, cancellationToken)).Select(ids => Requests.OrderBody(ids.Select(id => (id, 1)))));
    }

    public IShopper CreateShopper(int client, Random random) => shape == OrderShape.Zipf
        ? new Shopper(_orderUris, _bodies, random, new Zipf(_bodies.Count))
        : new Shopper(_orderUris, _bodies, random, null);

    private async Task<IEnumerable<IReadOnlyList<string>>> LinesAsync(ShopSetup setup, CancellationToken cancellationToken)
    {
        switch (shape)
        {
            case OrderShape.Hot:
                var hot = $"load-hot-{setup.RunId}";
                await setup.ImportAsync([new CatalogItem(hot, "Hot product", ShopSetup.Price, hotStock)], cancellationToken);
                if (hotShards > 0)
                    await setup.Shop.EnsureAsync(Requests.Shards(setup.Shop.Endpoint, hot, hotShards), null, cancellationToken);
                return [[hot]];
            case OrderShape.Baskets:
                var baskets = Baskets.Read(basketsPath ?? throw new InputException("--baskets needs a file"))
                    .Select(basket => basket.Select(id => $"load-{id}").ToArray()).ToArray();
                var goods = baskets.SelectMany(basket => basket).Distinct(StringComparer.Ordinal);
                await setup.ImportAsync(goods.Select(id => new CatalogItem(id, $"Basket product {id}", ShopSetup.Price, ShopSetup.Stock)),
                    cancellationToken);
                return baskets;
            default:
                await setup.EnsureProductsAsync(cancellationToken);
                return Enumerable.Range(0, setup.Products).Select(index => new[] { ShopSetup.ProductId(index) });
        }
    }

    private sealed class Shopper(Uri[] orderUris, List<byte[]> bodies, Random random, Zipf? zipf) : IShopper
    {
        public ShopRequest Next() => new(
            HttpMethod.Post, orderUris[random.Next(orderUris.Length)], bodies[zipf?.Next(random) ?? random.Next(bodies.Count)],
                NeedsKey: true);
    }
}

/// <summary>Ranks 0 to n-1, rank r with a weight of 1/(r+1).</summary>
internal sealed class Zipf
{
    private readonly double[] _cumulative;

    public Zipf(int ranks)
    {
        _cumulative = new double[ranks];
        var sum = 0.0;
        for (var rank = 0; rank < ranks; rank++)
            _cumulative[rank] = sum += 1.0 / (rank + 1);
    }

    public int Next(Random random)
    {
        var index = Array.BinarySearch(_cumulative, random.NextDouble() * _cumulative[^1]);
        return Math.Min(index < 0 ? ~index : index, _cumulative.Length - 1);
    }
}
