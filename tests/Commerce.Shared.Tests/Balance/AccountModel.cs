using Commerce.Shared.Balance;
using Commerce.Shared.Cart;
using Commerce.Shared.Orders;

namespace Commerce.Shared.Tests.Balance;

/// <summary>A user's partition as the store keeps it, in memory and one command at a time: account, entries, orders and the cart.</summary>
internal sealed class AccountModel(Account? head = null)
{
    public const string User = "kim";

    public static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly AccountRules _rules = new();
    private int _versions;

    public Account Head { get; private set; } = head ?? new Account { UserId = User, Balance = 0, EntryCount = 0, UpdatedAt = Start };

    /// <summary>Entries in the order in which they were written.</summary>
    public List<LedgerEntry> Entries { get; } = [];

    public Dictionary<string, Order> Orders { get; } = [];

    public ShoppingCart? Cart { get; set; }

    public DateTimeOffset Now => Start.AddSeconds(_versions);

    /// <summary>
    /// Carries a command out: the record that it left, now or before; a failure when it was refused without a trace; null when it was made
    /// for something that has changed since.
    /// </summary>
    public Result<AccountRecord>? Submit(AccountCommand command)
    {
        var decision = _rules.Decide(Head, command, Now);
        if (decision.Failure is { } failure)
            return Recall(command) is { } before ? before : failure;
        var record = decision.Record!;
        if (!IsPossible(record))
        {
            if (Recall(command) is not { } recalled)
                return null;
            return _rules.IsRepeat(recalled, command) ? recalled : new Failure(ErrorCode.IdempotencyKeyReused, "");
        }
        Head = decision.Head!;
        return Write(record);
    }

    public Order Place(string orderId, long unitPrice, long quantity = 1, bool isPriceBound = false, ShoppingCart? cart = null)
    {
        var order = OrderOf(orderId, unitPrice, quantity) with { IsPriceBound = isPriceBound };
        return Submit(new AccountCommand.Place(order, cart, IsFinal: true))!.Value.Value!.Order!;
    }

    public static Order OrderOf(string orderId, long unitPrice, long quantity = 1) => new()
    {
        Id = orderId,
        UserId = User,
        Status = OrderStatus.Pending,
        Fingerprint = $"{unitPrice} {quantity}",
        Lines = [new("p", "P", unitPrice, quantity, unitPrice * quantity)],
        TotalAmount = unitPrice * quantity,
        CreatedAt = Start,
    };

    private bool IsPossible(AccountRecord record) =>
        Entries.All(entry => entry.Id != record.Entry?.Id)
        && (record.Order is not { } order || Orders.GetValueOrDefault(order.Id)?.ETag == order.ETag)
        && (record.Decision is not { } decision || IsAwaited(decision.Work))
        && (record.Cart is not { } cart || Cart?.ETag == cart.ETag);

    private bool IsAwaited(OrderWork work) =>
        Orders.GetValueOrDefault(work.OrderId) is { Status: OrderStatus.Pending } order && order.Revision == work.Revision;

    private AccountRecord Write(AccountRecord record)
    {
        if (record.Entry is { } entry)
            Entries.Add(entry);
        if (record.Decision is { } decision)
        {
            var decided = Orders[decision.Work.OrderId] with
            {
                Status = decision.Status,
                PaidAt = decision.PaidAt,
                Rejection = decision.Rejection
            };
            record = record with { Order = decided };
        }
        if (record.Order is { } order)
            record = record with { Order = Orders[order.Id] = order with { ETag = NextETag() } };
        if (record.Cart is { } cart)
            Cart = cart with { ETag = NextETag() };
        return record;
    }

    private AccountRecord? Recall(AccountCommand command)
    {
        var id = _rules.RecordId(command);
        if (command is AccountCommand.Charge or AccountCommand.Refund)
            return Entries.Find(entry => entry.Id == id) is { } entry ? new() { Entry = entry } : null;
        if (!Orders.TryGetValue(id, out var order))
            return null;
        var revision = command switch
        {
            AccountCommand.Reprice reprice => reprice.Order.Revision,
            AccountCommand.Pay pay => pay.Work.Revision,
            AccountCommand.Reject reject => reject.Work.Revision,
            _ => -1,
        };
        return order.Status == OrderStatus.Pending && order.Revision == revision ? null : new() { Order = order };
    }

    private string NextETag() => $"e{++_versions}";
}
