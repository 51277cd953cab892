using Commerce.Functions.Balance;
using Commerce.Functions.Catalog;
using Commerce.Functions.Cosmos;
using Commerce.Functions.Ops;
using Commerce.Functions.Orders;
using Commerce.Functions.Tests.Support;
using Commerce.Shared;
using Commerce.Shared.Audit;
using Commerce.Shared.Balance;
using Commerce.Shared.Catalog;
using Commerce.Shared.Orders;
using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.DependencyInjection;

namespace Commerce.Functions.Tests.Ops;

/// <summary>Books that agree are found to agree; each way in which they can disagree is found, with the numbers.</summary>
public sealed class AuditTests : IAsyncLifetime
{
    private const string User = "kim";
    private const string Sku = "85123A";
    private readonly TestStore _store = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private AccountLedger Accounts => _store.App.GetRequiredService<AccountLedger>();

    private StockLedger Stock => _store.App.GetRequiredService<StockLedger>();

    public async ValueTask InitializeAsync()
    {
        await _store.InitializeAsync();
        await _store.App.GetRequiredService<Functions.Catalog.CatalogWriter>().CreateAsync(Sku, "Heart", 1_000, stock: 100);
        await Accounts.SubmitAsync(User, new AccountCommand.Charge(User, "first", 50_000));
    }

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    private Task<AuditReport> AuditAsync(TimeProvider? time = null) => new Audit(_store.Database, time ?? new HastyTime()).RunAsync(Ct);

    private async Task<AuditDifference> TheOnlyDifferenceAsync(TimeProvider? time = null)
    {
        var report = await AuditAsync(time);
        Assert.False(report.Ok);
        return Assert.Single(report.Differences);
    }

    /// <summary>Books an order of some pieces as the order slice does, up to a status; or only says that it has that status.</summary>
    private async Task<Order> BookAsync(string orderId, OrderStatus status, long quantity = 3, bool pay = true, bool reserve = true)
    {
        var order = new Order
        {
            Id = orderId,
            UserId = User,
            Status = OrderStatus.Pending,
            Fingerprint = "f",
            Lines = [new OrderLine(Sku, "Heart", 1_000, quantity, 1_000 * quantity)],
            TotalAmount = 1_000 * quantity,
            CreatedAt = TimeProvider.System.GetUtcNow(),
        };
        if (pay && status != OrderStatus.Rejected)
            await Accounts.SubmitAsync(User, new AccountCommand.Place(order, null, IsFinal: true));
        else
            await _store.Database[CommerceDatabase.Accounts].CreateItemAsync(order with { Status = status }, new PartitionKey(User), cancellationToken: Ct);
        if (reserve)
        {
            var sale = await Stock.SubmitAsync(Sku, new StockCommand.Reserve(Sku, orderId, quantity, 1_000, IsPriceBound: false));
            if (status is OrderStatus.Rejected or OrderStatus.Cancelled && sale.Value!.Record.Kind == MovementKind.Sale)
                await Stock.SubmitAsync(Sku, new StockCommand.Release(Sku, orderId, sale.Value.Record));
        }
        if (pay && status is OrderStatus.Paid or OrderStatus.Cancelled)
            await Accounts.SubmitAsync(User, new AccountCommand.Pay(OrderWork.Of(order)));
        if (status == OrderStatus.Cancelled)
        {
            await Accounts.SubmitAsync(User, new AccountCommand.Refund(OrderWork.Of(order)));
            await _store.App.GetRequiredService<OrderStore>().CancelAsync(User, orderId, TimeProvider.System.GetUtcNow());
        }
        return order;
    }

    private async Task PatchAsync(ContainerDefinition container, string id, string partition, params PatchOperation[] operations) =>
        await _store.Database[container].PatchItemAsync<object>(id, new PartitionKey(partition), operations, cancellationToken: Ct);

    [Fact]
    public async Task Books_in_every_status_agree()
    {
        await BookAsync("o-paid", OrderStatus.Paid);
        await BookAsync("o-cancelled", OrderStatus.Cancelled);
        await BookAsync("o-rejected", OrderStatus.Rejected);
        await BookAsync("o-refused", OrderStatus.Rejected, quantity: 1_000);
        await BookAsync("o-pending", OrderStatus.Pending);
        await Accounts.SubmitAsync(User, new AccountCommand.Charge(User, "refused", Limits.MoneyMax));
        await Stock.SubmitAsync(Sku, new StockCommand.Adjust(Sku, "refused", -1_000, "broken"));
        await Stock.SubmitAsync(Sku, new StockCommand.Adjust(Sku, "count", -5, "broken"));
        var report = await AuditAsync();
        Assert.Empty(report.Differences);
        Assert.Equal((true, 1, 1, 5), (report.Ok, report.Accounts, report.Products, report.Orders));
    }

    [Fact]
    public async Task A_balance_that_its_entries_do_not_explain_is_found()
    {
        await PatchAsync(CommerceDatabase.Accounts, Account.DocumentId, User, PatchOperation.Set("/balance", 50_001));
        Assert.Equal(new AuditDifference(AuditKind.AccountBalance, User, 50_000, 50_001), await TheOnlyDifferenceAsync());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3_001)]
    public async Task A_hold_that_pending_orders_do_not_explain_is_found(long held)
    {
        await BookAsync("o-1", OrderStatus.Pending);
        await PatchAsync(CommerceDatabase.Accounts, Account.DocumentId, User, PatchOperation.Set("/held", held));
        Assert.Equal(new AuditDifference(AuditKind.AccountHeld, User, 3_000, held), await TheOnlyDifferenceAsync());
    }

    [Fact]
    public async Task A_hold_that_no_order_is_left_for_is_found()
    {
        await PatchAsync(CommerceDatabase.Accounts, Account.DocumentId, User, PatchOperation.Set("/held", 1));
        Assert.Equal(new AuditDifference(AuditKind.AccountHeld, User, 0, 1), await TheOnlyDifferenceAsync());
    }

    [Fact]
    public async Task A_lost_entry_is_found()
    {
        await Accounts.SubmitAsync(User, new AccountCommand.Charge(User, "second", 7));
        await _store.Database[CommerceDatabase.Accounts].DeleteItemAsync<object>(OperationId.Charge(User, "first"), new PartitionKey(User), cancellationToken: Ct);
        Assert.Equal(
            [new(AuditKind.AccountBalance, User, 7, 50_007), new(AuditKind.AccountChain, User, 1, 2)], (await AuditAsync()).Differences);
    }

    [Fact]
    public async Task Entries_that_add_up_but_do_not_follow_one_on_the_other_are_found()
    {
        await Accounts.SubmitAsync(User, new AccountCommand.Charge(User, "second", 7));
        await PatchAsync(CommerceDatabase.Accounts, OperationId.Charge(User, "first"), User, PatchOperation.Set("/balanceAfter", 1));
        Assert.Equal(AuditKind.AccountChain, (await TheOnlyDifferenceAsync()).Kind);
    }

    [Fact]
    public async Task A_stock_that_its_movements_do_not_explain_is_found()
    {
        await PatchAsync(CommerceDatabase.Catalog, Product.DocumentId, Sku, PatchOperation.Set("/stock", 99));
        Assert.Equal(new AuditDifference(AuditKind.ProductStock, Sku, 100, 99), await TheOnlyDifferenceAsync());
    }

    [Fact]
    public async Task A_paid_order_without_payment_is_found()
    {
        await BookAsync("o-1", OrderStatus.Paid, pay: false);
        Assert.Equal(new AuditDifference(AuditKind.OrderPayment, "o-1", 3_000, 0), await TheOnlyDifferenceAsync());
    }

    [Fact]
    public async Task A_rejected_order_that_was_paid_is_found()
    {
        await BookAsync("o-1", OrderStatus.Paid, reserve: false);
        await PatchAsync(CommerceDatabase.Accounts, "o-1", User, PatchOperation.Set("/status", "rejected"));
        Assert.Equal(new AuditDifference(AuditKind.OrderPayment, "o-1", 0, 3_000), await TheOnlyDifferenceAsync());
    }

    [Fact]
    public async Task A_paid_order_that_took_nothing_out_of_stock_is_found()
    {
        await BookAsync("o-1", OrderStatus.Paid, reserve: false);
        Assert.Contains(new AuditDifference(AuditKind.LineStock, $"o-1/{Sku}", 3, 0), (await AuditAsync()).Differences);
    }

    [Fact]
    public async Task A_cancelled_order_that_kept_its_goods_or_its_money_is_found()
    {
        await BookAsync("o-1", OrderStatus.Paid);
        await PatchAsync(CommerceDatabase.Accounts, "o-1", User, PatchOperation.Set("/status", "cancelled"));
        Assert.Equal(
            [new(AuditKind.OrderRefund, "o-1", 3_000, 0), new(AuditKind.LineStock, $"o-1/{Sku}", 0, 3)], (await AuditAsync()).Differences);
    }

    [Fact]
    public async Task A_line_at_another_price_than_its_sale_is_found()
    {
        await BookAsync("o-1", OrderStatus.Paid);
        var lines = new[] { new OrderLine(Sku, "Heart", 500, 3, 1_500), new OrderLine(Sku, "Heart", 1_500, 1, 1_500) };
        await PatchAsync(CommerceDatabase.Accounts, "o-1", User, PatchOperation.Set("/lines", lines[..1]), PatchOperation.Set("/totalAmount", 3_000));
        Assert.Equal(
            [new(AuditKind.OrderTotal, "o-1", 1_500, 3_000), new(AuditKind.LinePrice, $"o-1/{Sku}", 500, 1_000)], (await AuditAsync()).Differences);
    }

    [Fact]
    public async Task An_order_that_is_under_way_for_too_long_is_found()
    {
        await BookAsync("o-1", OrderStatus.Pending);
        Assert.True((await AuditAsync()).Ok);
        var stuck = await TheOnlyDifferenceAsync(new HastyTime(ahead: TimeSpan.FromMinutes(10)));
        Assert.Equal((AuditKind.OrderStuck, "o-1", 300), (stuck.Kind, stuck.Id, stuck.Expected));
        Assert.True(stuck.Actual >= 600);
    }

    [Fact]
    public async Task A_cancellation_under_way_is_no_difference()
    {
        var order = await BookAsync("o-1", OrderStatus.Paid);
        await Accounts.SubmitAsync(User, new AccountCommand.Refund(OrderWork.Of(order)));
        Assert.True((await AuditAsync()).Ok);
    }

    [Fact]
    public async Task Money_and_goods_that_moved_without_an_order_are_found()
    {
        await BookAsync("o-1", OrderStatus.Paid);
        await _store.Database[CommerceDatabase.Accounts].DeleteItemAsync<object>("o-1", new PartitionKey(User), cancellationToken: Ct);
        Assert.Equal(
            [new(AuditKind.PaymentWithoutOrder, "o-1", 0, 3_000), new(AuditKind.SaleWithoutOrder, "o-1", 0, 3)], (await AuditAsync()).Differences);
    }

    [Fact]
    public async Task An_audit_while_buyers_are_busy_finds_nothing()
    {
        using var stop = new CancellationTokenSource();
        var buyers = Enumerable.Range(0, 4).Select(async buyer =>
        {
            for (var n = 0; !stop.IsCancellationRequested && n < 12; n++)
            {
                await BookAsync($"o-{buyer}-{n}", OrderStatus.Paid, quantity: 1);
                await Accounts.SubmitAsync(User, new AccountCommand.Charge(User, $"{buyer}-{n}", 1_000));
            }
        }).ToArray();
        var all = Task.WhenAll(buyers);
        while (!all.IsCompleted)
        {
            var report = await AuditAsync(TimeProvider.System);
            Assert.True(report.Ok, string.Join("; ", report.Differences));
        }
        await all;
        Assert.Equal(48, (await AuditAsync()).Orders);
    }
}
