using Commerce.Functions.Catalog;
using Commerce.Functions.Ranking;
using Commerce.Functions.Tests.Support;
using Commerce.Shared;
using Commerce.Shared.Catalog;
using Commerce.Shared.Ranking;
using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Commerce.Functions.Tests.Ranking;

/// <summary>A catalog with its movements, and rankings of it.</summary>
internal sealed class RankingHouse : IAsyncDisposable
{
    public static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly RankingOptions Options = new() { RefreshSeconds = 2 };

    private readonly Container _catalog;
    private int _orders;

    private RankingHouse(TestDatabase database, FakeTimeProvider time)
    {
        Database = database;
        Time = time;
        _catalog = database.Database[Cosmos.CommerceDatabase.Catalog];
        Store = new RankingStore(database.Database);
        Keeper = NewKeeper();
        Top = new TopProducts(Store, Microsoft.Extensions.Options.Options.Create(Options), time, NullLogger<TopProducts>.Instance);
    }

    public TestDatabase Database { get; }

    public FakeTimeProvider Time { get; }

    public RankingStore Store { get; }

    public RankingKeeper Keeper { get; }

    public TopProducts Top { get; }

    public static async Task<RankingHouse> CreateAsync(int ranges = 1)
    {
        var time = new FakeTimeProvider(Start);
        return new(await TestDatabase.CreateAsync(time, ranges), time);
    }

    /// <summary>As another instance of the app has it: nothing in memory.</summary>
    public RankingKeeper NewKeeper() => new(
        new CatalogFeed(Database.Database),
        Store,
        new ProductReader(Database.Database),
        Microsoft.Extensions.Options.Options.Create(Options),
        Time,
        NullLogger<RankingKeeper>.Instance);

    public Task AddProductAsync(string productId, long price = 100) => _catalog.UpsertItemAsync(
        new Product
        {
            ProductId = productId,
            Name = $"Product {productId}",
            Price = price,
            Stock = 0,
            CreatedAt = Start,
            UpdatedAt = Start,
        },
        new PartitionKey(productId));

    public Task DeleteProductAsync(string productId) =>
        _catalog.DeleteItemAsync<Product>(Product.DocumentId, new PartitionKey(productId));

    public Task<StockMovement> SellAsync(string productId, long quantity, long unitPrice = 100, DateTimeOffset? soldAt = null) =>
        AddAsync(new StockMovement
        {
            Id = OperationId.Sale($"o-{++_orders}"),
            ProductId = productId,
            Kind = MovementKind.Sale,
            Delta = -quantity,
            StockAfter = 0,
            OccurredAt = soldAt ?? Time.GetUtcNow(),
            UnitPrice = unitPrice,
            OrderId = $"o-{_orders}",
        });

    public Task<StockMovement> ReleaseAsync(StockMovement sale) => AddAsync(sale with
    {
        Id = OperationId.Release(sale.OrderId!),
        Kind = MovementKind.Release,
        Delta = -sale.Delta,
        OccurredAt = Time.GetUtcNow(),
        SoldAt = sale.OccurredAt,
    });

    /// <summary>What is stored for a window now, as (product, pieces, won).</summary>
    public async Task<List<(string ProductId, long Quantity, long Revenue)>> ListAsync(string window = "72h")
    {
        var generation = (await Store.FindPointerAsync(CancellationToken.None))!.Generation;
        var list = await Store.FindListAsync(RankingPointer.ScopeOf(generation), window, CancellationToken.None);
        return [.. list!.Products.Select(product => (product.ProductId, product.Quantity, product.Revenue))];
    }

    public async ValueTask DisposeAsync()
    {
        Keeper.Dispose();
        await Database.DisposeAsync();
    }

    private async Task<StockMovement> AddAsync(StockMovement movement)
    {
        await _catalog.CreateItemAsync(movement, new PartitionKey(movement.ProductId));
        return movement;
    }
}
