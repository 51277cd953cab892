using Commerce.Shared.Balance;
using Commerce.Shared.Tests.Ledger;
using CsCheck;

namespace Commerce.Shared.Tests.Balance;

public sealed class AccountRulesTests
{
    private const string User = "kim";

    private static readonly Gen<AccountCommand> Commands = Gen.OneOf<AccountCommand>(
        Gen.Select(Gen.Int[0, 8], Gen.Long[1, 1000]).Select((key, amount) => (AccountCommand)new AccountCommand.Charge(User, $"key-{key}", amount)),
        Gen.Select(Gen.Int[0, 8], Gen.Long[0, 1500]).Select((order, amount) => (AccountCommand)new AccountCommand.Pay(User, $"o-{order}", amount)),
        Gen.Select(Gen.Int[0, 8], Gen.Long[0, 1500]).Select((order, amount) => (AccountCommand)new AccountCommand.Refund(User, $"o-{order}", amount)));

    private static LedgerModel<Account, AccountCommand, LedgerEntry> NewLedger() => new(new AccountRules());

    [Fact]
    public void Entries_add_up_to_the_balance_after_any_commands() => Commands.Array[0, 60].Sample(commands =>
    {
        var ledger = NewLedger();
        foreach (var command in commands)
        {
            ledger.Submit(command);
            Assert.Equal(ledger.Records.Sum(entry => entry.Amount), ledger.Head?.Balance ?? 0);
            Assert.True((ledger.Head?.Balance ?? 0) >= 0);
        }
        var booked = ledger.Records.Where(entry => entry.Sequence > 0).ToList();
        Assert.Equal(Enumerable.Range(1, booked.Count).Select(n => (long)n), booked.Select(entry => entry.Sequence));
        var balance = 0L;
        foreach (var entry in booked)
            Assert.Equal(balance += entry.Amount, entry.BalanceAfter);
        Assert.Equal(booked.Count, ledger.Head?.EntryCount ?? 0);
    });

    [Fact]
    public void A_repeated_command_gets_the_same_answer_whatever_came_in_between() =>
        Gen.Select(Commands, Commands.Array[0, 20]).Sample((command, others) =>
        {
            var ledger = NewLedger();
            ledger.Submit(new AccountCommand.Charge(User, "first", 500));
            var first = ledger.Submit(command);
            foreach (var other in others)
                ledger.Submit(other);
            var again = ledger.Submit(command);
            // A refusal that leaves no record is decided anew; none of these commands is refused that way.
            Assert.Equal(first.Value!.Record, again.Value!.Record);
            Assert.True(again.Value.Repeated);
        });

    [Fact]
    public void A_charge_goes_on_top_of_the_balance()
    {
        var ledger = NewLedger();
        ledger.Submit(new AccountCommand.Charge(User, "a", 10_000));
        var entry = ledger.Submit(new AccountCommand.Charge(User, "b", 2_500)).Value!.Record;
        Assert.Equal((EntryKind.Charge, 2_500, 12_500, 2), (entry.Kind, entry.Amount, entry.BalanceAfter, entry.Sequence));
        Assert.Equal(12_500, ledger.Head!.Balance);
    }

    [Fact]
    public void A_key_that_stands_for_another_amount_is_refused()
    {
        var ledger = NewLedger();
        ledger.Submit(new AccountCommand.Charge(User, "a", 10_000));
        Assert.Equal(ErrorCode.IdempotencyKeyReused, ledger.Submit(new AccountCommand.Charge(User, "a", 10_001)).Failure?.Code);
        Assert.Equal(10_000, ledger.Head!.Balance);
    }

    [Fact]
    public void A_payment_of_exactly_the_balance_goes_through_and_one_won_more_is_declined()
    {
        var ledger = NewLedger();
        ledger.Submit(new AccountCommand.Charge(User, "a", 700));
        var declined = ledger.Submit(new AccountCommand.Pay(User, "o-1", 701)).Value!.Record;
        Assert.Equal((EntryKind.Declined, 0, 700, 0, 701), (declined.Kind, declined.Amount, declined.BalanceAfter, declined.Sequence, declined.Requested));
        Assert.Equal(EntryKind.Payment, ledger.Submit(new AccountCommand.Pay(User, "o-2", 700)).Value!.Record.Kind);
        Assert.Equal(0, ledger.Head!.Balance);
    }

    [Fact]
    public void A_declined_payment_stays_declined_when_the_balance_has_grown()
    {
        var ledger = NewLedger();
        ledger.Submit(new AccountCommand.Charge(User, "a", 10));
        ledger.Submit(new AccountCommand.Pay(User, "o-1", 11));
        ledger.Submit(new AccountCommand.Charge(User, "b", 1_000));
        var again = ledger.Submit(new AccountCommand.Pay(User, "o-1", 11)).Value!;
        Assert.True(again.Repeated);
        Assert.Equal(EntryKind.Declined, again.Record.Kind);
        Assert.Equal(1_010, ledger.Head!.Balance);
    }

    [Fact]
    public void A_balance_never_exceeds_what_can_be_held_exactly()
    {
        var ledger = new LedgerModel<Account, AccountCommand, LedgerEntry>(
            new AccountRules(), new Account { UserId = User, Balance = Limits.MoneyMax - 5, EntryCount = 1, UpdatedAt = default });
        var refused = ledger.Submit(new AccountCommand.Charge(User, "a", 6));
        Assert.Equal((ErrorCode.BalanceLimitExceeded, 6, 5), (refused.Failure!.Code, refused.Failure.Requested, refused.Failure.Available));
        Assert.Empty(ledger.Records);
        Assert.True(ledger.Submit(new AccountCommand.Charge(User, "b", 5)).Succeeded);
        Assert.Equal(Limits.MoneyMax, ledger.Head!.Balance);
    }

    [Fact]
    public void Keys_of_different_users_are_different_operations()
    {
        var rules = new AccountRules();
        Assert.NotEqual(
            rules.RecordId(new AccountCommand.Charge("ab", "c", 1)), rules.RecordId(new AccountCommand.Charge("a", "bc", 1)));
    }
}
