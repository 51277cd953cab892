using Commerce.Functions.Cosmos;
using Commerce.Shared;
using Commerce.Shared.Audit;
using Commerce.Shared.Balance;
using Commerce.Shared.Catalog;
using Commerce.Shared.Orders;
using Microsoft.Azure.Cosmos;

namespace Commerce.Functions.Tests.Audit;

/// <summary>Books that agree are found to agree; each way in which they can disagree is found, with the numbers and the document.</summary>
public sealed class AuditTests : IAsyncLifetime
{
    private const string User = AuditHouse.User;
    private const string Sku = AuditHouse.Sku;
    private readonly AuditHouse _house = new();

    public async ValueTask InitializeAsync()
    {
        await _house.InitializeAsync();
        await _house.OpenAsync();
    }

    public ValueTask DisposeAsync() => _house.DisposeAsync();

    private static AuditDifference Account(string kind, long expected, long actual, string id = "account") =>
        new(kind, User, expected, actual) { Document = $"accounts/{User}/{id}" };

    private static AuditDifference Product(string kind, long expected, long actual, string id = "product") =>
        new(kind, Sku, expected, actual) { Document = $"catalog/{Sku}/{id}" };

    private static AuditDifference Order(string kind, long expected, long actual, string id) =>
        new(kind, "o-1", expected, actual) { Document = $"accounts/{User}/{id}" };

    private static AuditDifference Line(string kind, long expected, long actual) =>
        new(kind, $"o-1/{Sku}", expected, actual) { Document = $"catalog/{Sku}/sale-o-1" };

    [Fact]
    public async Task Books_in_every_status_agree()
    {
        await _house.BookAsync("o-paid", OrderStatus.Paid);
        await _house.BookAsync("o-cancelled", OrderStatus.Cancelled);
        await _house.BookAsync("o-rejected", OrderStatus.Rejected);
        await _house.BookAsync("o-refused", OrderStatus.Rejected, quantity: 1_000);
        await _house.BookAsync("o-pending", OrderStatus.Pending);
        await _house.ChargeAsync("refused", Limits.MoneyMax);
        await _house.Stock.SubmitAsync(Sku, new StockCommand.Adjust(Sku, "refused", -1_000, "broken"));
        await _house.Stock.SubmitAsync(Sku, new StockCommand.Adjust(Sku, "count", -5, "broken"));
        var audit = await _house.AuditAsync();
        Assert.Empty(audit.Differences);
        Assert.Equal((true, 1, 1, 5, 0, null), (audit.Ok, audit.Accounts, audit.Products, audit.Orders, audit.Doubts, audit.Round));
        Assert.True(audit.CheckedAt <= audit.CompletedAt);
    }

    [Fact]
    public async Task A_balance_that_its_entries_do_not_explain_is_found()
    {
        await _house.PatchAsync(CommerceDatabase.Accounts, "account", User, PatchOperation.Set("/balance", 50_001));
        Assert.Equal(Account(AuditKind.AccountBalance, 50_000, 50_001), await _house.TheOnlyDifferenceAsync());
    }

    [Fact]
    public async Task An_account_that_is_set_back_alone_is_found()
    {
        var before = (await _house[CommerceDatabase.Accounts].ReadItemAsync<Account>("account", new PartitionKey(User))).Resource;
        await _house.ChargeAsync("second", 4_700);
        await _house[CommerceDatabase.Accounts].UpsertItemAsync(before, new PartitionKey(User));
        Assert.Equal([Account(AuditKind.AccountBalance, 54_700, 50_000), Account(AuditKind.AccountChain, 2, 1)], (await _house.AuditAsync()).Differences);
    }

    [Fact]
    public async Task An_account_that_is_missing_is_found()
    {
        await _house.DeleteAsync(CommerceDatabase.Accounts, "account", User);
        Assert.Equal(Account(AuditKind.AccountMissing, 50_000, 0), await _house.TheOnlyDifferenceAsync());
    }

    [Fact]
    public async Task A_product_that_is_missing_is_found()
    {
        await _house.DeleteAsync(CommerceDatabase.Catalog, "product", Sku);
        Assert.Equal(Product(AuditKind.ProductMissing, 100, 0), await _house.TheOnlyDifferenceAsync());
    }

    [Fact]
    public async Task An_account_without_its_entries_is_found()
    {
        await _house.DeleteAsync(CommerceDatabase.Accounts, OperationId.Charge(User, "first"), User);
        Assert.Equal([Account(AuditKind.AccountBalance, 0, 50_000), Account(AuditKind.AccountChain, 0, 1)], (await _house.AuditAsync()).Differences);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3_001)]
    public async Task A_hold_that_pending_orders_do_not_explain_is_found(long held)
    {
        await _house.BookAsync("o-1", OrderStatus.Pending);
        await _house.PatchAsync(CommerceDatabase.Accounts, "account", User, PatchOperation.Set("/held", held));
        Assert.Equal(Account(AuditKind.AccountHeld, 3_000, held), await _house.TheOnlyDifferenceAsync());
    }

    [Fact]
    public async Task A_hold_that_no_order_is_left_for_is_found()
    {
        await _house.PatchAsync(CommerceDatabase.Accounts, "account", User, PatchOperation.Set("/held", 1));
        Assert.Equal(Account(AuditKind.AccountHeld, 0, 1), await _house.TheOnlyDifferenceAsync());
    }

    [Fact]
    public async Task A_lost_entry_is_found_by_the_one_that_follows()
    {
        await _house.ChargeAsync("second", 7);
        await _house.DeleteAsync(CommerceDatabase.Accounts, OperationId.Charge(User, "first"), User);
        Assert.Equal(Account(AuditKind.AccountChain, 1, 2, OperationId.Charge(User, "second")), await _house.TheOnlyDifferenceAsync());
    }

    [Fact]
    public async Task Entries_that_do_not_follow_one_on_the_other_are_found()
    {
        await _house.ChargeAsync("second", 7);
        await _house.PatchAsync(CommerceDatabase.Accounts, OperationId.Charge(User, "first"), User, PatchOperation.Set("/balanceAfter", 1));
        Assert.Equal(
            [
                Account(AuditKind.AccountChain, 0, -49_999, OperationId.Charge(User, "first")),
                Account(AuditKind.AccountChain, 1, 50_000, OperationId.Charge(User, "second")),
            ],
            (await _house.AuditAsync()).Differences);
    }

    [Fact]
    public async Task An_entry_without_a_place_that_adds_money_is_found()
    {
        var entry = (await _house[CommerceDatabase.Accounts].ReadItemAsync<LedgerEntry>(OperationId.Charge(User, "first"), new PartitionKey(User))).Resource;
        await _house[CommerceDatabase.Accounts].CreateItemAsync(entry with { Id = "charge-x", Sequence = 0 }, new PartitionKey(User));
        Assert.Equal(Account(AuditKind.AccountChain, 0, 50_000, "charge-x"), await _house.TheOnlyDifferenceAsync());
    }

    [Fact]
    public async Task A_stock_that_its_movements_do_not_explain_is_found()
    {
        await _house.PatchAsync(CommerceDatabase.Catalog, "product", Sku, PatchOperation.Set("/stock", 99));
        Assert.Equal(Product(AuditKind.ProductStock, 100, 99), await _house.TheOnlyDifferenceAsync());
    }

    [Fact]
    public async Task A_document_that_cannot_be_read_is_found_and_the_others_are_checked()
    {
        await _house.ChargeAsync("lee's", 5, user: "lee");
        await _house.PatchAsync(CommerceDatabase.Accounts, "account", User, PatchOperation.Set("/balance", "much"));
        await _house.PatchAsync(CommerceDatabase.Accounts, "account", "lee", PatchOperation.Set("/balance", 6));
        var audit = await _house.AuditAsync();
        Assert.Equal(
            [new(AuditKind.AccountBalance, "lee", 5, 6) { Document = "accounts/lee/account" }, Account(AuditKind.Unreadable, 0, 0)], audit.Differences);
        Assert.Equal(1, audit.Accounts);
    }

    [Fact]
    public async Task A_paid_order_without_payment_is_found()
    {
        await _house.BookAsync("o-1", OrderStatus.Paid, pay: false);
        Assert.Equal(Order(AuditKind.OrderPayment, 3_000, 0, "payment-o-1"), await _house.TheOnlyDifferenceAsync());
    }

    [Fact]
    public async Task A_rejected_order_that_was_paid_is_found()
    {
        await _house.BookAsync("o-1", OrderStatus.Paid, reserve: false);
        await _house.PatchAsync(CommerceDatabase.Accounts, "o-1", User, PatchOperation.Set("/status", "rejected"));
        Assert.Equal(Order(AuditKind.OrderPayment, 0, 3_000, "payment-o-1"), await _house.TheOnlyDifferenceAsync());
    }

    [Fact]
    public async Task A_paid_order_that_took_nothing_out_of_stock_is_found()
    {
        await _house.BookAsync("o-1", OrderStatus.Paid, reserve: false);
        Assert.Equal(Line(AuditKind.LineStock, 3, 0), await _house.TheOnlyDifferenceAsync());
    }

    [Fact]
    public async Task A_cancelled_order_that_kept_its_goods_or_its_money_is_found()
    {
        await _house.BookAsync("o-1", OrderStatus.Paid);
        await _house.PatchAsync(CommerceDatabase.Accounts, "o-1", User, PatchOperation.Set("/status", "cancelled"));
        Assert.Equal([Line(AuditKind.LineStock, 0, 3), Order(AuditKind.OrderRefund, 3_000, 0, "refund-o-1")], (await _house.AuditAsync()).Differences);
    }

    [Fact]
    public async Task A_line_at_another_price_than_was_paid_is_found()
    {
        await _house.BookAsync("o-1", OrderStatus.Paid);
        var line = new OrderLine(Sku, "Heart", 500, 3, 1_500);
        await _house.PatchAsync(CommerceDatabase.Accounts, "o-1", User, PatchOperation.Set("/lines", new[] { line }));
        Assert.Equal(
            [
                Line(AuditKind.LinePrice, 500, 1_000),
                Order(AuditKind.OrderFacts, 3_000, 3_000, "payment-o-1"),
                Order(AuditKind.OrderTotal, 1_500, 3_000, "o-1"),
            ],
            (await _house.AuditAsync()).Differences);
    }

    [Fact]
    public async Task A_sale_of_what_the_order_does_not_have_is_found()
    {
        await _house.BookAsync("o-1", OrderStatus.Paid);
        await _house.CreateProductAsync("other");
        await _house.Stock.SubmitAsync("other", new StockCommand.Reserve("other", "o-1", 2, 1_000, IsPriceBound: false));
        Assert.Equal(
            new AuditDifference(AuditKind.LineStock, "o-1/other", 0, 2) { Document = "catalog/other/sale-o-1" }, await _house.TheOnlyDifferenceAsync());
    }

    [Fact]
    public async Task An_order_that_is_under_way_for_too_long_is_found_until_it_has_arrived()
    {
        var order = await _house.BookAsync("o-1", OrderStatus.Pending);
        Assert.True((await _house.AuditAsync()).Ok);
        _house.Clock.Leap(TimeSpan.FromMinutes(10));
        var stuck = await _house.TheOnlyDifferenceAsync();
        Assert.Equal((AuditKind.OrderStuck, "o-1", 300), (stuck.Kind, stuck.Id, stuck.Expected));
        Assert.True(stuck.Actual >= 600);
        await _house.Accounts.SubmitAsync(User, new AccountCommand.Pay(OrderWork.Of(order)));
        Assert.True((await _house.AuditAsync()).Ok);
    }

    [Fact]
    public async Task A_cancellation_under_way_is_no_difference()
    {
        var order = await _house.BookAsync("o-1", OrderStatus.Paid);
        await _house.Accounts.SubmitAsync(User, new AccountCommand.Refund(OrderWork.Of(order)));
        Assert.True((await _house.AuditAsync()).Ok);
    }

    [Fact]
    public async Task Money_and_goods_that_moved_without_an_order_are_found()
    {
        await _house.BookAsync("o-1", OrderStatus.Paid);
        await _house.DeleteAsync(CommerceDatabase.Accounts, "o-1", User);
        Assert.Equal(
            [
                Order(AuditKind.PaymentWithoutOrder, 0, 3_000, "payment-o-1"),
                new(AuditKind.SaleWithoutOrder, "o-1", 0, 3) { Document = $"catalog/{Sku}/sale-o-1" },
            ],
            (await _house.AuditAsync()).Differences);
    }

    [Fact]
    public async Task A_difference_is_told_until_it_is_mended()
    {
        await _house.PatchAsync(CommerceDatabase.Accounts, "account", User, PatchOperation.Set("/balance", 1));
        Assert.False((await _house.AuditAsync()).Ok);
        Assert.False((await _house.AuditAsync()).Ok);
        await _house.PatchAsync(CommerceDatabase.Accounts, "account", User, PatchOperation.Set("/balance", 50_000));
        var audit = await _house.AuditAsync();
        Assert.Equal((true, 0), (audit.Ok, audit.Differences.Count));
    }
}
