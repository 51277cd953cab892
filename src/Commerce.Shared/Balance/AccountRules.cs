using Commerce.Shared.Ledger;
using Commerce.Shared.Orders;

namespace Commerce.Shared.Balance;

/// <summary>The rules of the balance ledger, and of the money of orders: held when an order is accepted, then paid or released.</summary>
public sealed class AccountRules : ILedgerRules<Account, AccountCommand, AccountRecord>
{
    /// <summary>
    /// An entry's id, or that of the order concerned: what is done to one order is done one after the other.
    /// </summary>
    public string RecordId(AccountCommand command) => command switch
    {
        AccountCommand.Charge charge => OperationId.Charge(charge.UserId, charge.IdempotencyKey),
        AccountCommand.Place place => place.Order.Id,
        AccountCommand.Reprice reprice => reprice.Order.Id,
        AccountCommand.Pay pay => pay.Work.OrderId,
        AccountCommand.Reject reject => reject.Work.OrderId,
        AccountCommand.Refund refund => OperationId.Refund(refund.Work.OrderId),
        _ => throw new ArgumentOutOfRangeException(nameof(command)),
    };

    public Decision<Account, AccountRecord> Decide(Account? head, AccountCommand command, DateTimeOffset now)
    {
        var account = (
            head ?? new Account { UserId = command.UserId, Balance = 0, EntryCount = 0, UpdatedAt = now }) with
        { UpdatedAt = now };
        return command switch
        {
            AccountCommand.Charge charge => Charge(account, charge),
            AccountCommand.Place place => Place(account, place),
            AccountCommand.Reprice reprice => Reprice(account, reprice),
            AccountCommand.Pay pay => Pay(account, pay.Work),
            AccountCommand.Reject reject => Reject(account, reject),
            AccountCommand.Refund refund => Refund(account, refund.Work),
            _ => throw new ArgumentOutOfRangeException(nameof(command)),
        };
    }

    public bool IsRepeat(AccountRecord record, AccountCommand command) => command switch
    {
        AccountCommand.Charge charge => record.Entry is { } entry && (entry.Requested ?? entry.Amount) == charge.Amount,
        AccountCommand.Place place => record.Order?.Fingerprint == place.Order.Fingerprint,
        _ => true,
    };

    public bool IsSound(Account? before, Account after, IEnumerable<AccountRecord> records)
    {
        var sum = new LedgerSum(before?.Balance ?? 0, before?.EntryCount ?? 0);
        foreach (var record in records)
        {
            if (record.Entry is { } entry)
                sum = sum.With(entry.Amount, entry.BalanceAfter, entry.Sequence);
        }
        return sum.Explains(after.Balance, after.EntryCount) && after.Held >= 0 && after.Held <= after.Balance;
    }

    /// <summary>Why a charge was refused; null for an entry that changed the balance.</summary>
    public static Failure? RefusalOf(LedgerEntry entry) =>
        entry is { Kind: EntryKind.Refused, Requested: { } amount } ? LimitExceeded(entry.BalanceAfter, amount) : null;

    private Decision<Account, AccountRecord> Charge(Account account, AccountCommand.Charge charge)
    {
        var entry = Entry(account, RecordId(charge), EntryKind.Charge, charge.Amount);
        return Exceeds(account, charge.Amount)
            ? (account, new() { Entry = Entry(account, entry.Id, EntryKind.Refused, 0) with { Sequence = 0, Requested = charge.Amount } })
            : Post(account, new AccountRecord { Entry = entry });
    }

    private static Decision<Account, AccountRecord> Place(Account account, AccountCommand.Place place)
    {
        var order = place.Order;
        if (order.Status == OrderStatus.Rejected)
            return (account, new AccountRecord { Order = order });
        if (order.TotalAmount <= account.Available)
            return (account with { Held = account.Held + order.TotalAmount }, new AccountRecord { Order = order, Cart = place.Cart });
        var refusal = Failure.InsufficientBalance(order.TotalAmount, account.Available);
        return place.IsFinal ? (account, new AccountRecord { Order = order.RejectedFor(refusal) }) : refusal;
    }

    private static Decision<Account, AccountRecord> Reprice(Account account, AccountCommand.Reprice reprice)
    {
        var (order, repriced) = (reprice.Order, OrderRules.Reprice(reprice.Order, reprice.UnitPrices));
        var more = repriced.TotalAmount - order.TotalAmount;
        return more <= account.Available && repriced.TotalAmount <= Limits.MoneyMax
            ? (account with { Held = account.Held + more }, new AccountRecord { Order = repriced })
            : (account, new AccountRecord { Order = order with { IsPriceBound = true, Revision = order.Revision + 1 } });
    }

    private static Decision<Account, AccountRecord> Pay(Account account, OrderWork work)
    {
        var paid = Entry(Released(account, work), OperationId.Payment(work.OrderId), EntryKind.Payment, -work.TotalAmount) with
        {
            OrderId = work.OrderId,
            Lines = work.Items,
        };
        return Post(Released(account, work), new AccountRecord
        {
            Entry = paid,
            Decision = new OrderDecision(work, OrderStatus.Paid) { PaidAt = account.UpdatedAt },
        });
    }

    private static Decision<Account, AccountRecord> Reject(Account account, AccountCommand.Reject reject) =>
        (Released(account, reject.Work), new AccountRecord
        {
            Decision = new OrderDecision(reject.Work, OrderStatus.Rejected) { Rejection = reject.Reason },
            Cart = reject.Cart,
        });

    private static Decision<Account, AccountRecord> Refund(Account account, OrderWork work)
    {
        if (Exceeds(account, work.TotalAmount))
            return LimitExceeded(account.Balance, work.TotalAmount);
        return Post(account, new AccountRecord
        {
            Entry = Entry(account, OperationId.Refund(work.OrderId), EntryKind.Refund, work.TotalAmount) with
            {
                OrderId = work.OrderId,
                Lines = work.Items,
                SoldAt = work.PaidAt,
            },
        });
    }

    private static Account Released(Account account, OrderWork work) => account with { Held = account.Held - work.TotalAmount };

    private static bool Exceeds(Account account, long amount) => amount > Limits.MoneyMax - account.Balance;

    private static Failure LimitExceeded(long balance, long amount) => new(
        ErrorCode.BalanceLimitExceeded,
        $"The balance is {balance} won; {amount} more would exceed the {Limits.MoneyMax} that can be held exactly.")
    {
        Requested = amount,
        Available = Limits.MoneyMax - balance,
    };

    private static Decision<Account, AccountRecord> Post(Account account, AccountRecord record) =>
        (account with { Balance = record.Entry!.BalanceAfter, EntryCount = record.Entry.Sequence }, record);

    private static LedgerEntry Entry(Account account, string id, EntryKind kind, long amount) => new()
    {
        Id = id,
        UserId = account.UserId,
        Kind = kind,
        Amount = amount,
        BalanceAfter = checked(account.Balance + amount),
        Sequence = account.EntryCount + 1,
        CreatedAt = account.UpdatedAt,
    };
}
