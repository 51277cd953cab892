using Commerce.Functions.Catalog;
using Commerce.Functions.Cosmos;
using Commerce.Functions.Ledger;
using Commerce.Functions.Ranking;
using Commerce.Functions.Tests.Support;
using Commerce.Shared;
using Commerce.Shared.Balance;
using Commerce.Shared.Catalog;
using Commerce.Shared.Orders;
using Commerce.Shared.Ranking;
using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Commerce.Functions.Tests.Ranking;

/// <summary>Products, what was paid for them, and rankings of it.</summary>
internal sealed class RankingFixture : IAsyncDisposable
{
    public static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly RankingOptions Options = new() { RefreshSeconds = 2 };

    private readonly Container _catalog;
    private readonly Container _accounts;
    private int _orders;

    private RankingFixture(TestDatabase database, FakeTimeProvider time)
    {
        Database = database;
        Time = time;
        _catalog = database.Database[CommerceDatabase.Catalog];
        _accounts = database.Database[CommerceDatabase.Accounts];
        Store = new RankingStore(database.Database);
        Keeper = NewKeeper();
        Top = new TopProducts(Store, Microsoft.Extensions.Options.Options.Create(Options), time, NullLogger<TopProducts>.Instance);
    }

    public TestDatabase Database { get; }

    public FakeTimeProvider Time { get; }

    /// <summary>By which the reading of a page takes too long.</summary>
    public FakeTimeProvider FeedTime { get; } = new();

    public RankingStore Store { get; }

    public RankingKeeper Keeper { get; }

    public TopProducts Top { get; }

    public static async Task<RankingFixture> CreateAsync(int ranges = 1)
    {
        var time = new FakeTimeProvider(Start);
        return new(await TestDatabase.CreateAsync(time, ranges), time);
    }

    /// <summary>As another instance of the app has it: nothing in memory.</summary>
    /// <param name="time">Its clock, if it is not the shop's.</param>
    public RankingKeeper NewKeeper(TimeProvider? time = null) => new(
        new AccountFeed(Database.Database, FeedTime),
        Store,
        new ProductReader(Database.Database, new LedgerOptions(), TimeProvider.System),
        Microsoft.Extensions.Options.Options.Create(Options),
        time ?? Time,
        NullLogger<RankingKeeper>.Instance);

    /// <summary>A fold of the first generation, whose slices are the test's to choose.</summary>
    public SalesFold NewFold() =>
        new(RankingPointer.ScopeOf(1), new AccountFeed(Database.Database, FeedTime), Store,
            new ProductReader(Database.Database, new LedgerOptions(), TimeProvider.System), Time);

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

    public Task<LedgerEntry> SellAsync(string productId, long quantity, long unitPrice = 100, DateTimeOffset? soldAt = null)
    {
        var number = Interlocked.Increment(ref _orders);
        return AddAsync(PaymentOf(number, $"u-{number % 50}", [new(productId, quantity, unitPrice)], soldAt ?? Time.GetUtcNow()));
    }

    /// <summary>A payment of many lines by a user of its own.</summary>
    public Task<LedgerEntry> SellAsync(IReadOnlyList<SoldLine> lines, DateTimeOffset soldAt)
    {
        var number = Interlocked.Increment(ref _orders);
        return AddAsync(PaymentOf(number, $"user-{number}", lines, soldAt));
    }

    /// <summary>So many payments of one line each.</summary>
    public Task SellAsync(int count, Func<int, (string ProductId, long Quantity, DateTimeOffset SoldAt)> saleOf)
    {
        const int Users = 50;
        var payments = Enumerable.Range(0, count).Select(i =>
        {
            var (productId, quantity, soldAt) = saleOf(i);
            return PaymentOf(Interlocked.Increment(ref _orders), $"u-{i % Users}", [new(productId, quantity, 100)], soldAt);
        });
        return Task.WhenAll(payments.GroupBy(static payment => payment.UserId)
            .SelectMany(static ofUser => ofUser.Chunk(Limits.BatchOperationsMax)).Select(AddAsync));
    }

    public Task<LedgerEntry> RefundAsync(LedgerEntry payment) => AddAsync(payment with
    {
        Id = OperationId.Refund(payment.OrderId!),
        Kind = EntryKind.Refund,
        Amount = -payment.Amount,
        CreatedAt = Time.GetUtcNow(),
        SoldAt = payment.CreatedAt,
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

    private static LedgerEntry PaymentOf(int number, string userId, IReadOnlyList<SoldLine> lines, DateTimeOffset soldAt) => new()
    {
        Id = OperationId.Payment($"o-{number}"),
        UserId = userId,
        Kind = EntryKind.Payment,
        Amount = -lines.Sum(line => line.Quantity * line.UnitPrice),
        BalanceAfter = 0,
        Sequence = number,
        CreatedAt = soldAt,
        OrderId = $"o-{number}",
        Lines = lines,
    };

    private async Task<LedgerEntry> AddAsync(LedgerEntry entry)
    {
        await _accounts.CreateItemAsync(entry, new PartitionKey(entry.UserId));
        return entry;
    }

    private async Task AddAsync(LedgerEntry[] ofUser)
    {
        var batch = _accounts.CreateTransactionalBatch(new PartitionKey(ofUser[0].UserId));
        foreach (var entry in ofUser)
            batch.CreateItem(entry);
        using var answer = await batch.ExecuteAsync();
        Assert.True(answer.IsSuccessStatusCode, answer.ErrorMessage);
    }
}
