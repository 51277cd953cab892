using Commerce.Shared.Ledger;

namespace Commerce.Shared.Balance;

/// <summary>What can be done to a balance. Amounts are won and positive; their bounds are checked where requests come in.</summary>
public abstract record AccountCommand(string UserId)
{
    /// <summary>Puts money in, once per idempotency key.</summary>
    public sealed record Charge(string UserId, string IdempotencyKey, long Amount) : AccountCommand(UserId);

    /// <summary>Pays an order, once; declined when the balance does not cover it.</summary>
    public sealed record Pay(string UserId, string OrderId, long Amount) : AccountCommand(UserId);

    /// <summary>Gives the payment of an order back, once.</summary>
    public sealed record Refund(string UserId, string OrderId, long Amount) : AccountCommand(UserId);
}

/// <summary>The rules of the balance ledger.</summary>
public sealed class AccountRules : ILedgerRules<Account, AccountCommand, LedgerEntry>
{
    public string RecordId(AccountCommand command) => command switch
    {
        AccountCommand.Charge charge => OperationId.Charge(charge.UserId, charge.IdempotencyKey),
        AccountCommand.Pay pay => OperationId.Payment(pay.OrderId),
        AccountCommand.Refund refund => OperationId.Refund(refund.OrderId),
        _ => throw new ArgumentOutOfRangeException(nameof(command)),
    };

    public Decision<Account, LedgerEntry> Decide(Account? head, AccountCommand command, DateTimeOffset now)
    {
        var account = head ?? new Account { UserId = command.UserId, Balance = 0, EntryCount = 0, UpdatedAt = now };
        return command switch
        {
            AccountCommand.Charge charge => Credit(account, command, EntryKind.Charge, charge.Amount, null, now),
            AccountCommand.Refund refund => Credit(account, command, EntryKind.Refund, refund.Amount, refund.OrderId, now),
            AccountCommand.Pay pay when pay.Amount > account.Balance => Declined(account, pay, now),
            AccountCommand.Pay pay => Post(account, command, EntryKind.Payment, -pay.Amount, pay.OrderId, now),
            _ => throw new ArgumentOutOfRangeException(nameof(command)),
        };
    }

    public bool IsRepeat(LedgerEntry record, AccountCommand command) => command switch
    {
        AccountCommand.Charge charge => record.Amount == charge.Amount,
        AccountCommand.Pay pay => record.Kind == EntryKind.Declined ? record.Requested == pay.Amount : record.Amount == -pay.Amount,
        AccountCommand.Refund refund => record.Amount == refund.Amount,
        _ => false,
    };

    private Decision<Account, LedgerEntry> Credit(
        Account account, AccountCommand command, EntryKind kind, long amount, string? orderId, DateTimeOffset now)
    {
        if (amount > Limits.MoneyMax - account.Balance)
        {
            return new Failure(
                ErrorCode.BalanceLimitExceeded,
                $"The balance is {account.Balance} won; {amount} more would exceed the {Limits.MoneyMax} that can be held exactly.")
            {
                Requested = amount,
                Available = Limits.MoneyMax - account.Balance,
            };
        }
        return Post(account, command, kind, amount, orderId, now);
    }

    private Decision<Account, LedgerEntry> Post(
        Account account, AccountCommand command, EntryKind kind, long amount, string? orderId, DateTimeOffset now)
    {
        var after = account with
        {
            Balance = checked(account.Balance + amount),
            EntryCount = account.EntryCount + 1,
            UpdatedAt = now,
        };
        return (after, new LedgerEntry
        {
            Id = RecordId(command),
            UserId = account.UserId,
            Kind = kind,
            Amount = amount,
            BalanceAfter = after.Balance,
            Sequence = after.EntryCount,
            CreatedAt = now,
            OrderId = orderId,
        });
    }

    private Decision<Account, LedgerEntry> Declined(Account account, AccountCommand.Pay pay, DateTimeOffset now) => (account, new LedgerEntry
    {
        Id = RecordId(pay),
        UserId = account.UserId,
        Kind = EntryKind.Declined,
        Amount = 0,
        BalanceAfter = account.Balance,
        Sequence = 0,
        CreatedAt = now,
        OrderId = pay.OrderId,
        Requested = pay.Amount,
    });
}
