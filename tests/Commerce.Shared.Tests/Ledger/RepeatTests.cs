using Commerce.Shared.Balance;
using Commerce.Shared.Catalog;
using Commerce.Shared.Orders;

namespace Commerce.Shared.Tests.Ledger;

/// <summary>A record is a repeat's answer only if it is of the very same request, and is written only if it adds up.</summary>
public sealed class RepeatTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 9, 0, 0, TimeSpan.Zero);

    private static readonly Account Account = new() { UserId = "u", Balance = 100, Held = 40, EntryCount = 3, UpdatedAt = Now };

    private static readonly Order Order = new()
    {
        Id = "o",
        UserId = "u",
        Status = OrderStatus.Pending,
        Fingerprint = "f",
        Lines = [],
        TotalAmount = 0,
        CreatedAt = Now,
    };

    [Theory]
    [InlineData("f", true)]
    [InlineData("g", false)]
    public void An_order_is_a_repeat_of_one_with_its_fingerprint(string fingerprint, bool isRepeat)
    {
        var again = new AccountCommand.Place(Order with { Fingerprint = fingerprint }, null, IsFinal: true);
        Assert.Equal(isRepeat, new AccountRules().IsRepeat(new AccountRecord { Order = Order }, again));
    }

    [Theory]
    [InlineData(10, null, 10, true)]
    [InlineData(10, null, 11, false)]
    [InlineData(0, 10L, 10, true)] // One that was refused.
    [InlineData(0, 10L, 0, false)]
    public void A_charge_is_a_repeat_of_one_with_its_amount(long amount, long? requested, long again, bool isRepeat)
    {
        var record = new AccountRecord { Entry = EntryOf(amount, 110, 4) with { Requested = requested } };
        Assert.Equal(isRepeat, new AccountRules().IsRepeat(record, new AccountCommand.Charge("u", "k", again)));
    }

    [Theory]
    [InlineData(-3, null, 3, true)]
    [InlineData(-3, null, 4, false)]
    [InlineData(0, 3L, 3, true)] // One that was refused.
    [InlineData(0, 3L, 0, false)]
    public void A_reservation_is_a_repeat_of_one_of_as_many_pieces(long delta, long? requested, long again, bool isRepeat)
    {
        var record = MovementOf(MovementKind.Sale, delta) with { Requested = requested };
        Assert.Equal(isRepeat, new StockRules().IsRepeat(record, new StockCommand.Reserve("p", "o", again, 1, false)));
        Assert.True(new StockRules().IsRepeat(record, new StockCommand.Seal("p", "o", again)));
    }

    [Theory]
    [InlineData(-3, true)]
    [InlineData(-4, false)]
    public void A_release_is_a_repeat_of_one_that_puts_as_much_back(long sold, bool isRepeat)
    {
        var release = new StockCommand.Release("p", "o", MovementOf(MovementKind.Sale, sold));
        Assert.Equal(isRepeat, new StockRules().IsRepeat(MovementOf(MovementKind.Release, 3), release));
    }

    [Fact]
    public void An_account_that_its_entries_do_not_explain_is_not_sound()
    {
        Assert.True(IsSound(Account));
        Assert.False(IsSound(Account with { Balance = 101 }));
        Assert.False(IsSound(Account with { EntryCount = 4 }));
        var entry = EntryOf(10, 110, 4);
        var after = Account with { Balance = 110, EntryCount = 4 };
        Assert.True(IsSound(after, entry));
        Assert.False(IsSound(after));
        Assert.False(IsSound(after, entry with { Amount = 9 }));
        Assert.False(IsSound(after, entry with { BalanceAfter = 111 }));
        Assert.False(IsSound(after, entry with { Sequence = 5 }));
        Assert.False(IsSound(after, entry, entry));
        Assert.False(IsSound(after, entry, entry with { Sequence = 0, Amount = 1 }));
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(-1, false)]
    [InlineData(100, true)]
    [InlineData(101, false)]
    public void What_is_held_is_nothing_to_the_whole_balance(long held, bool isSound) =>
        Assert.Equal(isSound, IsSound(Account with { Held = held }));

    private static bool IsSound(Account after, params LedgerEntry[] entries) =>
        new AccountRules().IsSound(Account, after, entries.Select(entry => new AccountRecord { Entry = entry }));

    private static LedgerEntry EntryOf(long amount, long balanceAfter, long sequence) => new()
    {
        Id = "e",
        UserId = "u",
        Kind = EntryKind.Charge,
        Amount = amount,
        BalanceAfter = balanceAfter,
        Sequence = sequence,
        CreatedAt = Now,
    };

    private static StockMovement MovementOf(MovementKind kind, long delta) => new()
    {
        Id = "m",
        ProductId = "p",
        Kind = kind,
        Delta = delta,
        StockAfter = 0,
        Sequence = 1,
        OccurredAt = Now,
    };
}
