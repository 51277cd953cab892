using Commerce.Functions.Audit;
using Commerce.Functions.Balance;
using Commerce.Functions.Catalog;
using Commerce.Functions.Cosmos;
using Commerce.Functions.Orders;
using Commerce.Functions.Tests.Support;
using Commerce.Shared.Audit;
using Commerce.Shared.Balance;
using Commerce.Shared.Catalog;
using Commerce.Shared.Orders;
using LocalPlatform.Cosmos;
using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.DependencyInjection;

namespace Commerce.Functions.Tests.Audit;

/// <summary>A store whose books are made as the shop makes them, and its audit on a clock that does not wait.</summary>
/// <param name="ranges">Ranges of each container.</param>
public sealed class AuditFixture(int ranges = 1) : TestStore
{
    public const string User = "kim";
    public const string Sku = "85123A";

    internal SkippingTime Clock { get; } = new();

    protected override CosmosStoreOptions Options => new() { PartitionKeyRanges = ranges, GenuineQueryPlans = ranges > 1 };

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public AccountLedger Accounts => App.GetRequiredService<AccountLedger>();

    public StockLedger Stock => App.GetRequiredService<StockLedger>();

    public Container this[ContainerDefinition container] => Database[container];

    public async Task OpenAsync()
    {
        await CreateProductAsync(Sku);
        await ChargeAsync("first", 50_000);
    }

    /// <summary>An auditor in a process of its own.</summary>
    internal Auditor NewAuditor(DelegatingHandler? faults = null, TimeProvider? time = null) =>
        NewProcess(faults, time ?? Clock).GetRequiredService<Auditor>();

    /// <summary>What an operator is answered.</summary>
    internal async Task<AuditView> AuditAsync(Auditor? auditor = null) =>
        AuditView.Of(await (auditor ?? NewAuditor()).ProveAsync(TimeSpan.FromMinutes(2), Ct));

    internal async Task<AuditDifference> TheOnlyDifferenceAsync()
    {
        var audit = await AuditAsync();
        Assert.False(audit.Ok);
        return Assert.Single(audit.Differences);
    }

    internal Task<AuditCheckpoint?> CheckpointAsync() => App.GetRequiredService<AuditStore>().FindAsync(Ct);

    /// <summary>A product of 1,000 won, 100 pieces.</summary>
    public Task<Product?> CreateProductAsync(string sku) =>
        App.GetRequiredService<CatalogWriter>().CreateAsync(sku, "Heart", 1_000, stock: 100);

    public Task ChargeAsync(string key, long amount, string user = User) =>
        Accounts.SubmitAsync(user, new AccountCommand.Charge(user, key, amount));

    /// <summary>Books an order of some pieces as the order slice does, up to a status; or only says that it has that status.</summary>
    public async Task<Order> BookAsync(
        string orderId, OrderStatus status, long quantity = 3, bool pay = true, bool reserve = true, string user = User,
            TimeSpan age = default)
    {
        var order = new Order
        {
            Id = orderId,
            UserId = user,
            Status = OrderStatus.Pending,
            Fingerprint = "f",
            Lines = [new OrderLine(Sku, "Heart", 1_000, quantity, 1_000 * quantity)],
            TotalAmount = 1_000 * quantity,
            CreatedAt = TimeProvider.System.GetUtcNow() - age,
        };
        if (pay && status != OrderStatus.Rejected)
            await Accounts.SubmitAsync(user, new AccountCommand.Place(order, null, IsFinal: true));
        else
            await Database[CommerceDatabase.Accounts]
                .CreateItemAsync(order with { Status = status }, new PartitionKey(user), cancellationToken: Ct);
        var sale = reserve
            ? (await Stock.SubmitAsync(Sku, new StockCommand.Reserve(Sku, orderId, quantity, 1_000, IsPriceBound: false))).Value!.Record
            : null;
        if (status == OrderStatus.Rejected)
            await ReleaseAsync(orderId, sale);
        if (pay && status is OrderStatus.Paid or OrderStatus.Cancelled)
            await Accounts.SubmitAsync(user, new AccountCommand.Pay(OrderWork.Of(order)));
        if (status == OrderStatus.Cancelled)
        {
            await Accounts.SubmitAsync(user, new AccountCommand.Refund(OrderWork.Of(order)));
            // Not before it is paid: a paid order whose stock is back would be a difference.
            await ReleaseAsync(orderId, sale);
            await App.GetRequiredService<OrderStore>().CancelAsync(user, orderId, TimeProvider.System.GetUtcNow());
        }
        return order;
    }

    private async Task ReleaseAsync(string orderId, StockMovement? sale)
    {
        if (sale is { Kind: MovementKind.Sale })
            await Stock.SubmitAsync(Sku, new StockCommand.Release(Sku, orderId, sale));
    }

    public async Task PatchAsync(ContainerDefinition container, string id, string partition, params PatchOperation[] operations) =>
        await Database[container].PatchItemAsync<object>(id, new PartitionKey(partition), operations, cancellationToken: Ct);

    public async Task DeleteAsync(ContainerDefinition container, string id, string partition) =>
        await Database[container].DeleteItemAsync<object>(id, new PartitionKey(partition), cancellationToken: Ct);
}
