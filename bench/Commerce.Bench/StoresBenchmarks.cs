using BenchmarkDotNet.Attributes;
using Commerce.Functions;
using Commerce.Functions.Balance;
using Commerce.Functions.Catalog;
using Commerce.Functions.Cosmos;
using Commerce.Shared;
using Commerce.Shared.Balance;
using Commerce.Shared.Catalog;
using Commerce.Shared.Ledger;
using Commerce.Shared.Orders;
using LocalPlatform.Cosmos;
using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Commerce.Bench;

/// <summary>
/// The stores over the genuine SDK and the local gateway, with data on disk, one call at a time: writes wait for the disk, so
/// their allocations say more than their time.
/// </summary>
[MemoryDiagnoser]
[ShortRunJob]
public class StoresBenchmarks
{
    private const int PageSize = 20;

    private readonly string _folder = Directory.CreateTempSubdirectory("commerce-bench-").FullName;
    private CosmosStore _gatewayStore = null!;
    private ServiceProvider _services = null!;
    private AccountLedger _accounts = null!;
    private StockLedger _stock = null!;
    private ProductReader _products = null!;
    private int _sequence;

    [GlobalSetup]
    public async Task SetUpAsync()
    {
        _gatewayStore = CosmosStore.Open(Path.Combine(_folder, "cosmos.db"), TimeProvider.System);
        var settings = new Dictionary<string, string?> { ["Cosmos"] = LocalCosmos.ConnectionString };
        IConfiguration configuration = new ConfigurationBuilder().AddInMemoryCollection(settings).Build();
        _services = new ServiceCollection()
            .AddSingleton(configuration)
            .AddSingleton(TimeProvider.System)
            .AddLogging()
            .AddCommerce(configuration)
            .Configure<CosmosClientOptions>(options => options.UseLocalCosmos(new CosmosGatewayHandler(_gatewayStore)))
            .BuildServiceProvider();
        var database = _services.GetRequiredService<CommerceDatabase>();
        await database.CreateIfMissingAsync(CancellationToken.None);
        foreach (var index in Enumerable.Range(0, Samples.ProductsMax))
            await AddProductAsync(database, Samples.Product(index, DateTimeOffset.UtcNow));
        _accounts = _services.GetRequiredService<AccountLedger>();
        _stock = _services.GetRequiredService<StockLedger>();
        _products = _services.GetRequiredService<ProductReader>();
        // Enough for every order of the run.
        MustSucceed(await _accounts.SubmitAsync(Samples.UserId, new AccountCommand.Charge(Samples.UserId, "all", Limits.MoneyMax / 2)));
    }

    [GlobalCleanup]
    public async Task CleanUpAsync()
    {
        await _services.DisposeAsync();
        await _gatewayStore.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Benchmark]
    public Task<Product?> ReadProduct() => _products.FindAsync(Samples.ProductId(0), CancellationToken.None);

    [Benchmark]
    public async Task<int> ReadPageOfProducts() =>
        (await _products.ListAsync(Samples.ProductId(50), PageSize, CancellationToken.None)).Count;

    [Benchmark]
    public async Task ChargeAccount() =>
        MustSucceed(await _accounts.SubmitAsync("bench-user", new AccountCommand.Charge("bench-user", NextKey(), 100)));

    [Benchmark]
    public async Task ReserveStock()
    {
        var productId = Samples.ProductId(0);
        MustSucceed(await _stock.SubmitAsync(productId,
            new StockCommand.Reserve(productId, NextKey(), 1, Samples.Price, IsPriceBound: false)));
    }

    /// <summary>The two batches of an order in its user's partition: let in with its money held, paid.</summary>
    [Benchmark]
    public async Task PlaceAndPayOrder()
    {
        var order = Samples.Order(1, NextKey(), DateTimeOffset.UtcNow);
        MustSucceed(await _accounts.SubmitAsync(order.UserId, new AccountCommand.Place(order, null, IsFinal: true)));
        MustSucceed(await _accounts.SubmitAsync(order.UserId, new AccountCommand.Pay(OrderWork.Of(order))));
    }

    private string NextKey() => $"bench-{Interlocked.Increment(ref _sequence)}";

    private static async Task AddProductAsync(CommerceDatabase database, Product product) =>
        await database[CommerceDatabase.Catalog].CreateItemAsync(product with { ETag = null }, new PartitionKey(product.ProductId));

    private static void MustSucceed<T>(Result<Posting<T>> result)
    {
        if (!result.Succeeded)
            throw new InvalidOperationException(result.Failure.Detail);
    }
}
