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
    private const string User = AuditFixture.User;
    private const string Sku = AuditFixture.Sku;
    private readonly AuditFixture _fixture = new();

    public async ValueTask InitializeAsync()
    {
        await _fixture.InitializeAsync();
        await _fixture.OpenAsync();
    }

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

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
        await _fixture.BookAsync("o-paid", OrderStatus.Paid);
        await _fixture.BookAsync("o-cancelled", OrderStatus.Cancelled);
        await _fixture.BookAsync("o-rejected", OrderStatus.Rejected);
        await _fixture.BookAsync("o-refused", OrderStatus.Rejected, quantity: 1_000);
        await _fixture.BookAsync("o-pending", OrderStatus.Pending);
        await _fixture.ChargeAsync("refused", Limits.MoneyMax);
        await _fixture.Stock.SubmitAsync(Sku, new StockCommand.Adjust(Sku, "refused", -1_000, "broken"));
        await _fixture.Stock.SubmitAsync(Sku, new StockCommand.Adjust(Sku, "count", -5, "broken"));
        var audit = await _fixture.AuditAsync();
        Assert.Empty(audit.Differences);
        Assert.Equal((true, 1, 1, 5, 0, null), (audit.Ok, audit.Accounts, audit.Products, audit.Orders, audit.Doubts, audit.Round));
        Assert.True(audit.CheckedAt <= audit.CompletedAt);
    }

    [Fact]
    public async Task A_balance_that_its_entries_do_not_explain_is_found()
    {
        await _fixture.PatchAsync(CommerceDatabase.Accounts, "account", User, PatchOperation.Set("/balance", 50_001));
        Assert.Equal(Account(AuditKind.AccountBalance, 50_000, 50_001), await _fixture.TheOnlyDifferenceAsync());
    }

    [Fact]
    public async Task An_account_that_is_set_back_alone_is_found()
    {
        var before = (await _fixture[CommerceDatabase.Accounts].ReadItemAsync<Account>("account", new PartitionKey(User))).Resource;
        await _fixture.ChargeAsync("second", 4_700);
        await _fixture[CommerceDatabase.Accounts].UpsertItemAsync(before, new PartitionKey(User));
        Assert.Equal([Account(AuditKind.AccountBalance, 54_700, 50_000), Account(AuditKind.AccountChain, 2, 1)],
            (await _fixture.AuditAsync()).Differences);
    }

    [Fact]
    public async Task An_account_that_is_missing_is_found()
    {
        await _fixture.DeleteAsync(CommerceDatabase.Accounts, "account", User);
        Assert.Equal(Account(AuditKind.AccountMissing, 50_000, 0), await _fixture.TheOnlyDifferenceAsync());
    }

    [Fact]
    public async Task A_product_that_is_missing_is_found()
    {
        await _fixture.DeleteAsync(CommerceDatabase.Catalog, "product", Sku);
        Assert.Equal(Product(AuditKind.ProductMissing, 100, 0), await _fixture.TheOnlyDifferenceAsync());
    }

    [Fact]
    public async Task An_account_without_its_entries_is_found()
    {
        await _fixture.DeleteAsync(CommerceDatabase.Accounts, OperationId.Charge(User, "first"), User);
        Assert.Equal([Account(AuditKind.AccountBalance, 0, 50_000), Account(AuditKind.AccountChain, 0, 1)],
            (await _fixture.AuditAsync()).Differences);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3_001)]
    public async Task A_hold_that_pending_orders_do_not_explain_is_found(long held)
    {
        await _fixture.BookAsync("o-1", OrderStatus.Pending);
        await _fixture.PatchAsync(CommerceDatabase.Accounts, "account", User, PatchOperation.Set("/held", held));
        Assert.Equal(Account(AuditKind.AccountHeld, 3_000, held), await _fixture.TheOnlyDifferenceAsync());
    }

    [Fact]
    public async Task A_hold_that_no_order_is_left_for_is_found()
    {
        await _fixture.PatchAsync(CommerceDatabase.Accounts, "account", User, PatchOperation.Set("/held", 1));
        Assert.Equal(Account(AuditKind.AccountHeld, 0, 1), await _fixture.TheOnlyDifferenceAsync());
    }

    [Fact]
    public async Task A_lost_entry_is_found_by_the_one_that_follows()
    {
        await _fixture.ChargeAsync("second", 7);
        await _fixture.DeleteAsync(CommerceDatabase.Accounts, OperationId.Charge(User, "first"), User);
        Assert.Equal(Account(AuditKind.AccountChain, 1, 2, OperationId.Charge(User, "second")), await _fixture.TheOnlyDifferenceAsync());
    }

    [Fact]
    public async Task Entries_that_do_not_follow_one_on_the_other_are_found()
    {
        await _fixture.ChargeAsync("second", 7);
        await _fixture.PatchAsync(CommerceDatabase.Accounts, OperationId.Charge(User, "first"), User,
            PatchOperation.Set("/balanceAfter", 1));
        Assert.Equal(
            [
                Account(AuditKind.AccountChain, 0, -49_999, OperationId.Charge(User, "first")),
                Account(AuditKind.AccountChain, 1, 50_000, OperationId.Charge(User, "second")),
            ],
            (await _fixture.AuditAsync()).Differences);
    }

    [Fact]
    public async Task An_entry_without_a_place_that_adds_money_is_found()
    {
        var entry = (await _fixture[CommerceDatabase.Accounts]
            .ReadItemAsync<LedgerEntry>(OperationId.Charge(User, "first"), new PartitionKey(User))).Resource;
        await _fixture[CommerceDatabase.Accounts].CreateItemAsync(entry with { Id = "charge-x", Sequence = 0 }, new PartitionKey(User));
        Assert.Equal(Account(AuditKind.AccountChain, 0, 50_000, "charge-x"), await _fixture.TheOnlyDifferenceAsync());
    }

    [Fact]
    public async Task A_stock_that_its_movements_do_not_explain_is_found()
    {
        await _fixture.PatchAsync(CommerceDatabase.Catalog, "product", Sku, PatchOperation.Set("/stock", 99));
        Assert.Equal(Product(AuditKind.ProductStock, 100, 99), await _fixture.TheOnlyDifferenceAsync());
    }

    [Fact]
    public async Task A_document_that_cannot_be_read_is_found_and_the_others_are_checked()
    {
        await _fixture.ChargeAsync("lee's", 5, user: "lee");
        await _fixture.PatchAsync(CommerceDatabase.Accounts, "account", User, PatchOperation.Set("/balance", "much"));
        await _fixture.PatchAsync(CommerceDatabase.Accounts, "account", "lee", PatchOperation.Set("/balance", 6));
        var audit = await _fixture.AuditAsync();
        Assert.Equal(
            [new(AuditKind.AccountBalance, "lee", 5, 6) { Document = "accounts/lee/account" }, Account(AuditKind.Unreadable, 0, 0)],
                audit.Differences);
        Assert.Equal(1, audit.Accounts);
    }

    [Fact]
    public async Task A_paid_order_without_payment_is_found()
    {
        await _fixture.BookAsync("o-1", OrderStatus.Paid, pay: false);
        Assert.Equal(Order(AuditKind.OrderPayment, 3_000, 0, "payment-o-1"), await _fixture.TheOnlyDifferenceAsync());
    }

    [Fact]
    public async Task A_rejected_order_that_was_paid_is_found()
    {
        await _fixture.BookAsync("o-1", OrderStatus.Paid, reserve: false);
        await _fixture.PatchAsync(CommerceDatabase.Accounts, "o-1", User, PatchOperation.Set("/status", "rejected"));
        Assert.Equal(Order(AuditKind.OrderPayment, 0, 3_000, "payment-o-1"), await _fixture.TheOnlyDifferenceAsync());
    }

    [Fact]
    public async Task A_paid_order_that_took_nothing_out_of_stock_is_found()
    {
        await _fixture.BookAsync("o-1", OrderStatus.Paid, reserve: false);
        Assert.Equal(Line(AuditKind.LineStock, 3, 0), await _fixture.TheOnlyDifferenceAsync());
    }

    [Fact]
    public async Task A_cancelled_order_that_kept_its_goods_or_its_money_is_found()
    {
        await _fixture.BookAsync("o-1", OrderStatus.Paid);
        await _fixture.PatchAsync(CommerceDatabase.Accounts, "o-1", User, PatchOperation.Set("/status", "cancelled"));
        Assert.Equal([Line(AuditKind.LineStock, 0, 3), Order(AuditKind.OrderRefund, 3_000, 0, "refund-o-1")],
            (await _fixture.AuditAsync()).Differences);
    }

    [Fact]
    public async Task A_line_at_another_price_than_was_paid_is_found()
    {
        await _fixture.BookAsync("o-1", OrderStatus.Paid);
        var line = new OrderLine(Sku, "Heart", 500, 3, 1_500);
        await _fixture.PatchAsync(CommerceDatabase.Accounts, "o-1", User, PatchOperation.Set("/lines", new[] { line }));
        Assert.Equal(
            [
                Line(AuditKind.LinePrice, 500, 1_000),
                Order(AuditKind.OrderFacts, 3_000, 3_000, "payment-o-1"),
                Order(AuditKind.OrderTotal, 1_500, 3_000, "o-1"),
            ],
            (await _fixture.AuditAsync()).Differences);
    }

    [Fact]
    public async Task A_sale_of_what_the_order_does_not_have_is_found()
    {
        await _fixture.BookAsync("o-1", OrderStatus.Paid);
        await _fixture.CreateProductAsync("other");
        await _fixture.Stock.SubmitAsync("other", new StockCommand.Reserve("other", "o-1", 2, 1_000, IsPriceBound: false));
        Assert.Equal(
            new AuditDifference(AuditKind.LineStock, "o-1/other", 0, 2) { Document = "catalog/other/sale-o-1" },
                await _fixture.TheOnlyDifferenceAsync());
    }

    [Fact]
    public async Task An_order_that_is_under_way_for_too_long_is_found_until_it_has_arrived()
    {
        var order = await _fixture.BookAsync("o-1", OrderStatus.Pending);
        Assert.True((await _fixture.AuditAsync()).Ok);
        _fixture.Clock.Leap(TimeSpan.FromMinutes(10));
        var stuck = await _fixture.TheOnlyDifferenceAsync();
        Assert.Equal((AuditKind.OrderStuck, "o-1", 300), (stuck.Kind, stuck.Id, stuck.Expected));
        Assert.True(stuck.Actual >= 600);
        await _fixture.Accounts.SubmitAsync(User, new AccountCommand.Pay(OrderWork.Of(order)));
        Assert.True((await _fixture.AuditAsync()).Ok);
    }

    [Fact]
    public async Task A_cancellation_under_way_is_no_difference()
    {
        var order = await _fixture.BookAsync("o-1", OrderStatus.Paid);
        await _fixture.Accounts.SubmitAsync(User, new AccountCommand.Refund(OrderWork.Of(order)));
        Assert.True((await _fixture.AuditAsync()).Ok);
    }

    [Fact]
    public async Task Money_and_goods_that_moved_without_an_order_are_found()
    {
        await _fixture.BookAsync("o-1", OrderStatus.Paid);
        await _fixture.DeleteAsync(CommerceDatabase.Accounts, "o-1", User);
        Assert.Equal(
            [
                Order(AuditKind.PaymentWithoutOrder, 0, 3_000, "payment-o-1"),
                new(AuditKind.SaleWithoutOrder, "o-1", 0, 3) { Document = $"catalog/{Sku}/sale-o-1" },
            ],
            (await _fixture.AuditAsync()).Differences);
    }

    [Fact]
    public async Task A_difference_is_told_until_it_is_mended()
    {
        await _fixture.PatchAsync(CommerceDatabase.Accounts, "account", User, PatchOperation.Set("/balance", 1));
        Assert.False((await _fixture.AuditAsync()).Ok);
        Assert.False((await _fixture.AuditAsync()).Ok);
        await _fixture.PatchAsync(CommerceDatabase.Accounts, "account", User, PatchOperation.Set("/balance", 50_000));
        var audit = await _fixture.AuditAsync();
        Assert.Equal((true, 0), (audit.Ok, audit.Differences.Count));
    }
}
