using Commerce.Functions.Balance;
using Commerce.Functions.Catalog;
using Commerce.Functions.Cosmos;
using Commerce.Functions.Tests.Orders;
using Commerce.Functions.Tests.Support;
using Commerce.Shared;
using Commerce.Shared.Balance;
using Commerce.Shared.Catalog;
using Commerce.Shared.Orders;
using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.DependencyInjection;

namespace Commerce.Functions.Tests.Ledger;

/// <summary>What keeps a ledger exact, each guard by itself: what is written rests on the head as it is, and adds up.</summary>
public sealed class LedgerGuardTests(TestStore store) : IClassFixture<TestStore>
{
    private readonly OrderFixture _here = new(store, store.App);
    private readonly OrderFixture _there = new(store, store.NewProcess());

    /// <summary>Both know the head; then one of them writes.</summary>
    [Fact]
    public async Task A_posting_on_a_head_that_another_process_has_moved_on_is_decided_anew()
    {
        var user = await _here.AddUserAsync(100);
        await _there.ChargeAsync(user, 10);
        await _here.ChargeAsync(user, 20);

        await _there.ChargeAsync(user, 30);

        var account = await _here.AccountAsync(user);
        Assert.Equal((160, 4), (account.Balance, account.EntryCount));
        var entries = await _here.Get<AccountReader>().EntriesAsync(user, long.MaxValue, 10, TestContext.Current.CancellationToken);
        Assert.Equal(
            [(4, 30, 160), (3, 20, 130), (2, 10, 110), (1, 100, 100)],
            entries.Select(entry => (entry.Sequence, entry.Amount, entry.BalanceAfter)));
    }

    /// <summary>The prices are right there, and the balance was too low when it was last seen.</summary>
    [Fact]
    public async Task A_refusal_that_leaves_no_record_never_rests_on_a_balance_that_was()
    {
        var (user, product) = (await _here.AddUserAsync(5), await _here.AddProductAsync(10, 5));
        var order = new Order
        {
            Id = OrderFixture.NewId("o"),
            UserId = user,
            Status = OrderStatus.Pending,
            Fingerprint = "f",
            Lines = [new(product, "Product", 10, 1, 10)],
            TotalAmount = 10,
            CreatedAt = DateTimeOffset.UnixEpoch,
        };
        Assert.Equal(ErrorCode.InsufficientBalance, (await PlaceAsync(order with { Id = OrderFixture.NewId("o") })).Failure?.Code);
        await _there.ChargeAsync(user, 5);

        Assert.Equal(OrderStatus.Pending, (await PlaceAsync(order)).Value?.Record.Order?.Status);

        Task<Result<Shared.Ledger.Posting<AccountRecord>>> PlaceAsync(Order wanted) =>
            _here.Get<AccountLedger>().SubmitAsync(user, new AccountCommand.Place(wanted, null, IsFinal: false));
    }

    /// <summary>By the head that was seen the payment would release what is not held.</summary>
    [Fact]
    public async Task What_does_not_add_up_on_a_head_that_was_is_decided_anew_before_it_is_called_a_bug()
    {
        var (user, product) = (await _here.AddUserAsync(100), await _here.AddProductAsync(10, 5));
        var order = await _there.AcceptAsync(user, "k", new OrderItem(product, 1));

        var paid = await _here.Get<AccountLedger>().SubmitAsync(user, new AccountCommand.Pay(OrderWork.Of(order)));

        Assert.Equal(OrderStatus.Paid, paid.Value?.Record.Order?.Status);
        Assert.Equal(90, await _here.BalanceAsync(user));
    }

    [Fact]
    public async Task A_price_that_was_in_force_refuses_no_line()
    {
        var product = await _here.AddProductAsync(10, 5);
        await _here.AdjustAsync(product, 1);
        await _there.PriceAsync(product, 20);

        var answer = await ReserveAsync(product, "o", 1, price: 20);

        Assert.Equal((MovementKind.Sale, 20), (answer.Value?.Record.Kind, answer.Value?.Record.UnitPrice));
    }

    [Fact]
    public async Task A_command_that_would_be_refused_today_is_answered_by_what_it_did()
    {
        var product = await _here.AddProductAsync(10, 5);
        await ReserveAsync(product, "o", 1, price: 10);
        await _there.PriceAsync(product, 20);

        var repeat = await ReserveAsync(product, "o", 1, price: 10);

        Assert.Equal((true, MovementKind.Sale, 10), (repeat.Value?.Repeated, repeat.Value?.Record.Kind, repeat.Value?.Record.UnitPrice));
    }

    [Fact]
    public async Task An_id_that_stands_for_another_request_is_told_apart_from_a_repeat()
    {
        var (user, product) = (await _here.AddUserAsync(100), await _here.AddProductAsync(10, 50));
        var accounts = _here.Get<AccountLedger>();
        Assert.True((await accounts.SubmitAsync(user, new AccountCommand.Charge(user, "k", 7))).Succeeded);
        Assert.True((await accounts.SubmitAsync(user, new AccountCommand.Charge(user, "k", 7))).Value!.Repeated);
        AssertReused(await accounts.SubmitAsync(user, new AccountCommand.Charge(user, "k", 8)));

        Assert.True((await AdjustAsync(1, "why")).Succeeded);
        Assert.True((await AdjustAsync(1, "why")).Value!.Repeated);
        AssertReused(await AdjustAsync(2, "why"));
        AssertReused(await AdjustAsync(1, "why not"));

        Assert.True((await ReserveAsync(product, "o", 2, price: 10)).Succeeded);
        AssertReused(await ReserveAsync(product, "o", 3, price: 10));
        Assert.Equal((107, 49), (await _here.BalanceAsync(user), await _here.StockAsync(product)));

        Task<Result<Shared.Ledger.Posting<StockMovement>>> AdjustAsync(long delta, string reason) =>
            _here.Get<StockLedger>().SubmitAsync(product, new StockCommand.Adjust(product, "k", delta, reason));

        static void AssertReused<T>(Result<Shared.Ledger.Posting<T>> answer) =>
            Assert.Equal(ErrorCode.IdempotencyKeyReused, answer.Failure?.Code);
    }

    /// <summary>They wait together, so that they are decided in one batch.</summary>
    [Fact]
    public async Task The_same_operation_many_times_at_once_is_carried_out_once()
    {
        var user = await _here.AddUserAsync(100);

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ =>
            _here.Get<AccountLedger>().SubmitAsync(user, new AccountCommand.Charge(user, "k", 7))));

        Assert.Single(answers, answer => !answer.Value!.Repeated);
        Assert.Equal(107, await _here.BalanceAsync(user));
    }

    [Fact]
    public async Task A_movement_that_would_leave_less_than_nothing_is_not_written()
    {
        var product = await _here.AddProductAsync(10, 5);
        var sale = (await ReserveAsync(product, "o", 1, price: 10)).Value!.Record;

        var fault = await Record.ExceptionAsync(() =>
            _here.Get<StockLedger>().SubmitAsync(product, new StockCommand.Release(product, "o", sale with { Delta = 100 })));

        Assert.StartsWith("Refused to write a ledger that does not add up, or is negative: Product {",
            Assert.IsType<InvalidOperationException>(fault).Message, StringComparison.Ordinal);
        Assert.Equal(4, await _here.StockAsync(product));
    }

    /// <summary>The account is as a bug elsewhere might have left it.</summary>
    [Theory]
    [InlineData(-50)]
    [InlineData(200)]
    public async Task A_hold_that_is_less_than_nothing_or_more_than_the_balance_is_not_written(long held)
    {
        var user = await _here.AddUserAsync(100);
        await HoldAsync(user, held);

        var fault = await Record.ExceptionAsync(() => NewAccounts().SubmitAsync(user, new AccountCommand.Charge(user, "k", 1)));

        Assert.IsType<InvalidOperationException>(fault);
        Assert.Equal(100, await _here.BalanceAsync(user));
    }

    private AccountLedger NewAccounts() => store.NewProcess().GetRequiredService<AccountLedger>();

    private async Task HoldAsync(string user, long held) => await store.Database[CommerceDatabase.Accounts].PatchItemAsync<Account>(
        Account.DocumentId, new PartitionKey(user), [PatchOperation.Set("/held", held)]);

    private Task<Result<Shared.Ledger.Posting<StockMovement>>> ReserveAsync(string product, string order, long quantity, long price) =>
        _here.Get<StockLedger>().SubmitAsync(product, new StockCommand.Reserve(product, order, quantity, price, IsPriceBound: false));
}
