using Commerce.Functions.Catalog;
using Commerce.Functions.Cosmos;
using Commerce.Functions.Tests.Audit;
using Commerce.Functions.Tests.Orders;
using Commerce.Functions.Tests.Support;
using Commerce.Shared.Catalog;
using Commerce.Shared.Orders;
using Faults;
using Microsoft.Azure.Cosmos;

namespace Commerce.Functions.Tests.Shards;

/// <summary>A store with one product whose stock is spread, and instances of the app that sell it.</summary>
internal sealed class HotProduct : IAsyncDisposable
{
    public const long Price = 100;

    private readonly AuditFixture _store = new();

    public string Id { get; private set; } = "";

    public AuditFixture Store => _store;

    public OrderFixture Here { get; private set; } = null!;

    /// <summary>Another instance.</summary>
    public OrderFixture There { get; private set; } = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static async Task<HotProduct> CreateAsync(long stock, int shards)
    {
        var hot = new HotProduct();
        await hot._store.InitializeAsync();
        (hot.Here, hot.There) = (hot.NewInstance(), hot.NewInstance());
        hot.Id = await hot.Here.AddProductAsync(Price, stock);
        if (shards > 0)
            await hot.SetAsync(shards);
        return hot;
    }

    public OrderFixture NewInstance(DelegatingHandler? faults = null) => new(_store, _store.NewProcess(faults, new AcceleratedTime()));

    /// <summary>An instance that dies at a write to the catalog, and does nothing more.</summary>
    /// <param name="write">Which write, from 1.</param>
    /// <param name="isDone">True when it dies after the write, false when before.</param>
    public OrderFixture NewMortal(int write, bool isDone) => NewInstance(new Mortal(write, isDone));

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    public async Task SetAsync(int shards, OrderFixture? instance = null) =>
        Assert.True(await (instance ?? Here).Get<ShardSwitch>().SetAsync(Id, shards, Ct));

    public Task MendAsync(OrderFixture? instance = null) => (instance ?? Here).Get<ShardUpkeep>().MendAsync(Ct);

    /// <summary>A user whose orders are sold out of a certain shard, with money for a thousand pieces.</summary>
    public async Task<string> BuyerOfAsync(int shard, int shards)
    {
        var user = Enumerable.Range(0, int.MaxValue).Select(n => $"{OrderFixture.NewId("u")[..12]}-{n}")
            .First(user => StockPartition.HomeOf(user, shards) == shard);
        await Here.ChargeAsync(user, 1_000 * Price);
        return user;
    }

    /// <summary>An order, decided.</summary>
    public async Task<Order> BuyAsync(long quantity, string? user = null, OrderFixture? instance = null, long? expected = null)
    {
        instance ??= Here;
        user ??= await instance.AddUserAsync(1_000 * Price);
        return await instance.RunAsync(await instance.AcceptAsync(
            new OrderRequest(user, OrderFixture.NewId("k"), [new OrderItem(Id, quantity)], null) { ExpectedTotalAmount = expected }));
    }

    /// <summary>Buyers at once, by turns in both instances.</summary>
    public Task<Order[]> BuyAsync(int buyers, Func<int, long> quantity) => Task.WhenAll(Enumerable.Range(0, buyers)
        .Select(n => Task.Run(() => BuyAsync(quantity(n), instance: n % 2 == 0 ? Here : There))));

    public Task<Reply> ShowAsync(OrderFixture? instance = null) => (instance ?? Here).Get<IServiceProvider>()
        .CallAsync<ProductFunctions>((functions, request) => functions.Show(request, Id));

    public async Task<long> StockAsync(OrderFixture? instance = null) => (await ShowAsync(instance)).Number("stock");

    public Task<SplitStock> SplitAsync() => Here.Get<StockTransfers>().ReadAsync(Id, Ct);

    public Task<Reply> PutAsync(long price, OrderFixture? instance = null, params (string, string)[] headers) =>
        (instance ?? Here).Get<IServiceProvider>().CallAsync<CatalogOperatorFunctions>(
            (functions, request) => functions.Put(request, Id), $$"""{"name":"Product","price":{{price}}}""", headers);

    /// <summary>Everything adds up, and no transfer is left half done.</summary>
    public async Task AssertWholeAsync(long stock)
    {
        await MendAsync();
        var split = await SplitAsync();
        Assert.Empty(split.UnderWay);
        Assert.Equal(stock, split.Sum);
        Assert.Equal(stock, await StockAsync());
        var audit = await _store.AuditAsync();
        Assert.True(audit.Ok, string.Join('\n', audit.Differences));
        Assert.Equal(1, audit.Products);
    }

    public Container Catalog => _store[CommerceDatabase.Catalog];

    private sealed class Mortal(int write, bool isDone) : DelegatingHandler
    {
        private int _writes;
        private volatile bool _isDead;

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var isLast = await CosmosCall.OfAsync(request) is { IsWrite: true, Container: "catalog" }
                && Interlocked.Increment(ref _writes) == write;
            if (isLast && !isDone)
                _isDead = true;
            if (_isDead)
                throw new InvalidOperationException("It is dead.");
            var answer = await base.SendAsync(request, cancellationToken);
            if (!isLast)
                return answer;
            _isDead = true;
            answer.Dispose();
            throw new InvalidOperationException("It died.");
        }
    }
}
