using Commerce.Functions.Balance;
using Commerce.Functions.Catalog;
using Commerce.Functions.Cosmos;
using Commerce.Functions.Orders;
using Commerce.Functions.Tests.Durable;
using Commerce.Functions.Tests.Support;
using Commerce.Shared;
using Commerce.Shared.Balance;
using Commerce.Shared.Catalog;
using Commerce.Shared.Orders;
using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.DependencyInjection;

namespace Commerce.Functions.Tests.Orders;

/// <summary>A process of the app, with what tests of orders need of it.</summary>
internal sealed class OrderFixture(TestStore store, IServiceProvider process)
{
    public FakeDurable Durable { get; } = new();

    public OrderActivities Steps { get; } = ActivatorUtilities.CreateInstance<OrderActivities>(process);

    public OrderStore Orders { get; } = process.GetRequiredService<OrderStore>();

    public OrderPlacement Placement { get; } = process.GetRequiredService<OrderPlacement>();

    public T Get<T>()
        where T : notnull => process.GetRequiredService<T>();

    public static string NewId(string prefix) => $"{prefix}-{Guid.NewGuid():N}"[..32];

    public async Task<string> AddProductAsync(long price, long stock)
    {
        var id = NewId("p");
        await Get<CatalogWriter>().CreateAsync(id, "Product", price, stock);
        return id;
    }

    public async Task<string> AddUserAsync(long balance)
    {
        var id = NewId("u");
        await ChargeAsync(id, balance);
        return id;
    }

    public async Task ChargeAsync(string userId, long amount) =>
        Assert.True((await Get<AccountLedger>()
            .SubmitAsync(userId, new AccountCommand.Charge(userId, NewId("k"), amount))).Succeeded);

    public async Task AdjustAsync(string productId, long delta) =>
        Assert.True((await Get<StockLedger>()
            .SubmitAsync(productId, new StockCommand.Adjust(productId, NewId("k"), delta, "test"))).Succeeded);

    /// <summary>Accepts an order and starts nothing real.</summary>
    public Task<Order> AcceptAsync(string userId, string key, params OrderItem[] items) =>
        AcceptAsync(new OrderRequest(userId, key, items, null));

    public async Task<Order> AcceptAsync(OrderRequest request)
    {
        var answer = await PlaceAsync(request);
        Assert.True(answer.Succeeded, answer.Failure?.Detail);
        return answer.Value;
    }

    public Task<Result<Order>> PlaceAsync(OrderRequest request, TimeSpan wait = default) =>
        Placement.PlaceAsync(Durable, OrderRules.Draft(request).Value!, wait);

    /// <summary>Runs the orchestration of an order that is pending. The order as it is then.</summary>
    public async Task<Order> RunAsync(Order order)
    {
        if (order.Status == OrderStatus.Pending)
            await PlaceOrderOrchestrator.RunAsync(new OrchestrationRun(PlaceOrderOrchestrator.Name, OrderWork.Of(order), Steps));
        return (await Orders.FindAsync(order.UserId, order.Id))!;
    }

    public async Task<long> StockAsync(string productId) => (await store.Database[CommerceDatabase.Catalog]
        .FindAsync<Product>(Product.DocumentId, new PartitionKey(productId)))!.Stock;

    public async Task<long> BalanceAsync(string userId) => (await AccountAsync(userId)).Balance;

    public async Task<Account> AccountAsync(string userId) => (await store.Database[CommerceDatabase.Accounts]
        .FindAsync<Account>(Account.DocumentId, new PartitionKey(userId)))!;

    public async Task PriceAsync(string productId, long price) => await store.Database[CommerceDatabase.Catalog].PatchItemAsync<Product>(
        Product.DocumentId, new PartitionKey(productId), [PatchOperation.Set("/price", price)]);

    /// <summary>An account that has been filled to the brim.</summary>
    public async Task<string> AddRichUserAsync()
    {
        var account = new Account { UserId = NewId("u"), Balance = Limits.MoneyMax, EntryCount = 0, UpdatedAt = DateTimeOffset.UnixEpoch };
        await store.Database[CommerceDatabase.Accounts].CreateItemAsync(account);
        return account.UserId;
    }
}
