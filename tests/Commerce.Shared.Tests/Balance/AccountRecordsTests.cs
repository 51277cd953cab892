using Commerce.Shared.Balance;
using Commerce.Shared.Cart;
using Commerce.Shared.Orders;

namespace Commerce.Shared.Tests.Balance;

/// <summary>Whatever is done to a balance leaves a record of all that explains it.</summary>
public sealed class AccountRecordsTests
{
    private static readonly DateTimeOffset Before = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Now = Before.AddDays(1);

    private static readonly Account Account =
        new() { UserId = "kim", Balance = 1_000, Held = 400, EntryCount = 3, UpdatedAt = Before, ETag = "e" };

    private static readonly Order Order = AccountModel.OrderOf("o-1", 200, 2);

    private static readonly OrderWork Work = OrderWork.Of(Order with { PaidAt = Before });

    private static readonly ShoppingCart Cart = CartRules.Empty("kim", Before);

    private static readonly LedgerEntry Entry = new()
    {
        Id = "payment-o-1",
        UserId = "kim",
        Kind = EntryKind.Payment,
        Amount = -400,
        BalanceAfter = 600,
        Sequence = 4,
        CreatedAt = Now,
        OrderId = "o-1",
        Lines = Work.Items,
    };

    [Fact]
    public void An_account_that_is_not_there_yet_is_opened_by_the_first_charge()
    {
        var decision = new AccountRules().Decide(null, new AccountCommand.Charge("kim", "k", 50), Now);
        Assert.Equal(new Account { UserId = "kim", Balance = 50, EntryCount = 1, UpdatedAt = Now }, decision.Head);
        Assert.Equal(Charged(50, 50) with { Sequence = 1 }, decision.Record!.Entry);
        Assert.True(new AccountRules().IsSound(null, decision.Head!, [decision.Record]));
        Assert.False(new AccountRules().IsSound(null, decision.Head!, []));
    }

    [Fact]
    public void A_charge_and_one_that_the_balance_cannot_take_are_written_down()
    {
        AssertLeaves(
            new AccountCommand.Charge("kim", "k", 50),
            Account with { Balance = 1_050, EntryCount = 4 },
            new() { Entry = Charged(50, 1_050) });
        var refused = Charged(0, 1_000) with { Kind = EntryKind.Refused, Sequence = 0, Requested = Limits.MoneyMax };
        AssertLeaves(new AccountCommand.Charge("kim", "k", Limits.MoneyMax), Account, new() { Entry = refused });
        FailureTests.AssertTold(
            """
            {"Code":"balance-limit-exceeded",
            "Detail":"The balance is 1000 won; 9007199254740991 more would exceed the 9007199254740991 that can be held exactly.",
            "Requested":9007199254740991,"Available":9007199254739991}
            """,
            AccountRules.RefusalOf(refused));
        Assert.Null(AccountRules.RefusalOf(refused with { Kind = EntryKind.Charge }));
        Assert.Null(AccountRules.RefusalOf(refused with { Requested = null }));
    }

    [Fact]
    public void An_order_is_written_down_with_what_it_holds()
    {
        var held = Account with { Held = 800 };
        AssertLeaves(new AccountCommand.Place(Order, Cart, IsFinal: false), held, new() { Order = Order, Cart = Cart });
        var rejected = Order.RejectedFor(Failure.Superseded);
        AssertLeaves(new AccountCommand.Place(rejected, Cart, IsFinal: false), Account, new() { Order = rejected });
        var dear = AccountModel.OrderOf("o-1", 601);
        var tooDear = dear.RejectedFor(Failure.InsufficientBalance(601, 600));
        AssertLeaves(new AccountCommand.Place(dear, Cart, IsFinal: true), Account, new() { Order = tooDear });
        Assert.Equal(OrderStatus.Rejected, tooDear.Status);
    }

    [Fact]
    public void A_payment_and_a_rejection_give_free_what_was_held()
    {
        AssertLeaves(
            new AccountCommand.Pay(Work),
            Account with { Balance = 600, Held = 0, EntryCount = 4 },
            new() { Entry = Entry, Decision = new(Work, OrderStatus.Paid) { PaidAt = Now } });
        AssertLeaves(
            new AccountCommand.Reject(Work, Failure.Superseded, Cart),
            Account with { Held = 0 },
            new() { Decision = new(Work, OrderStatus.Rejected) { Rejection = Failure.Superseded }, Cart = Cart });
    }

    [Fact]
    public void A_refund_is_booked_at_the_time_of_the_payment() => AssertLeaves(
        new AccountCommand.Refund(Work),
        Account with { Balance = 1_400, EntryCount = 4 },
        new()
        {
            Entry = Entry with { Id = "refund-o-1", Kind = EntryKind.Refund, Amount = 400, BalanceAfter = 1_400, SoldAt = Before },
        });

    [Fact]
    public void A_balance_beyond_every_number_is_a_fault_and_no_other_balance() => Assert.Throws<OverflowException>(() =>
        new AccountRules().Decide(
            Account with { Balance = -2 }, new AccountCommand.Pay(new("o-1", "kim", [new("p", 1, long.MaxValue)])), Now));

    [Fact]
    public void What_is_done_to_an_order_is_recorded_under_its_id_but_for_the_refund()
    {
        var rules = new AccountRules();
        AccountCommand[] commands =
        [
            new AccountCommand.Place(Order, null, true), new AccountCommand.Reprice(Order, [1]), new AccountCommand.Pay(Work),
            new AccountCommand.Reject(Work, Failure.Superseded, null),
        ];
        Assert.All(commands, command => Assert.Equal("o-1", rules.RecordId(command)));
        Assert.All(commands, command => Assert.True(rules.IsRepeat(new() { Order = Order }, command)));
        Assert.Equal("refund-o-1", rules.RecordId(new AccountCommand.Refund(Work)));
        Assert.Equal(OperationId.Charge("kim", "k"), rules.RecordId(new AccountCommand.Charge("kim", "k", 1)));
    }

    private static void AssertLeaves(AccountCommand command, Account head, AccountRecord record)
    {
        var decision = new AccountRules().Decide(Account, command, Now);
        Assert.Equal(record, decision.Record);
        Assert.Equal(head with { UpdatedAt = Now }, decision.Head);
        Assert.True(new AccountRules().IsSound(Account, decision.Head!, [decision.Record!]));
    }

    private static LedgerEntry Charged(long amount, long after) => Entry with
    {
        Id = OperationId.Charge("kim", "k"),
        Kind = EntryKind.Charge,
        Amount = amount,
        BalanceAfter = after,
        OrderId = null,
        Lines = null,
    };
}
