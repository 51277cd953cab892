using Commerce.Shared.Ledger;

namespace Commerce.Shared.Catalog;

/// <summary>The rules of the stock ledger. A product must exist before its stock can move.</summary>
public sealed class StockRules : ILedgerRules<Product, StockCommand, StockMovement>
{
    public string RecordId(StockCommand command) => command switch
    {
        StockCommand.Reserve reserve => OperationId.Sale(reserve.OrderId),
        StockCommand.Seal seal => OperationId.Sale(seal.OrderId),
        StockCommand.Release release => OperationId.Release(release.OrderId),
        StockCommand.Adjust adjust => OperationId.Adjustment(adjust.ProductId, adjust.IdempotencyKey),
        StockCommand.Give give => OperationId.Give(give.Transfer.Number),
        StockCommand.Take take => OperationId.Take(take.From, take.Transfer.Number),
        _ => throw new ArgumentOutOfRangeException(nameof(command)),
    };

    public Decision<Product, StockMovement> Decide(Product? head, StockCommand command, DateTimeOffset now)
    {
        if (head is null)
            return Failure.NotFound($"There is no product '{command.ProductId}'.");
        return command switch
        {
            StockCommand.Reserve reserve => Reserve(head, reserve, now),
            StockCommand.Seal seal =>
                (head, Unmoved(head, command, MovementKind.Sealed, seal.Quantity, now) with { OrderId = seal.OrderId }),
            StockCommand.Release release => Post(head, Movement(head, command, MovementKind.Release, -release.Sale.Delta, now) with
            {
                OrderId = release.OrderId,
                UnitPrice = release.Sale.UnitPrice,
            }),
            StockCommand.Adjust adjust => Adjust(head, adjust, now),
            StockCommand.Give give => Give(head, give, now),
            StockCommand.Take take => Post(head, Movement(head, take, MovementKind.Moved, take.Transfer.Pieces, now) with
            {
                OtherShard = take.From,
            }),
            _ => throw new ArgumentOutOfRangeException(nameof(command)),
        };
    }

    public bool IsRepeat(StockMovement record, StockCommand command) => command switch
    {
        StockCommand.Reserve reserve => (record.Requested ?? -record.Delta) == reserve.Quantity,
        StockCommand.Seal => true,
        StockCommand.Release release => record.Delta == -release.Sale.Delta,
        StockCommand.Adjust adjust => (record.Requested ?? record.Delta) == adjust.Delta && record.Reason == adjust.Reason,
        StockCommand.Give give => record.Delta == -give.Transfer.Pieces && record.OtherShard == give.Transfer.To,
        StockCommand.Take take => record.Delta == take.Transfer.Pieces,
        _ => throw new ArgumentOutOfRangeException(nameof(command)),
    };

    public bool IsSound(Product? before, Product after, IEnumerable<StockMovement> records)
    {
        var sum = new LedgerSum(before?.Stock ?? 0, before?.MovementCount ?? 0);
        foreach (var movement in records)
            sum = sum.With(movement.Delta, movement.StockAfter, movement.Sequence);
        return sum.Explains(after.Stock, after.MovementCount);
    }

    /// <summary>Pieces that there were when a movement was refused for want of them.</summary>
    public static long AvailableTo(StockMovement refused) => refused.Available ?? refused.StockAfter;

    /// <summary>Why an adjustment was refused; null for one that changed the stock.</summary>
    public static Failure? RefusalOf(StockMovement adjustment) => adjustment switch
    {
        { Kind: not MovementKind.Refused } => null,
        { Requested: < 0 and var delta } => Failure.InsufficientStock(adjustment.ProductId, -delta, AvailableTo(adjustment)),
        _ => new Failure(
            ErrorCode.StockLimitExceeded,
            $"Product '{adjustment.ProductId}' has {AvailableTo(adjustment)}; the most it can hold is {Limits.StockMax}.")
        {
            ProductId = adjustment.ProductId,
            Requested = adjustment.Requested,
            Available = Math.Max(0, Limits.StockMax - AvailableTo(adjustment)),
        },
    };

    private Decision<Product, StockMovement> Reserve(Product product, StockCommand.Reserve reserve, DateTimeOffset now)
    {
        if (reserve.Quantity > product.Stock)
        {
            if (NotHere(product, reserve, reserve.Quantity) is { } elsewhere)
                return elsewhere;
            return (product, Unmoved(product, reserve, MovementKind.Refused, reserve.Quantity, now) with
            {
                OrderId = reserve.OrderId,
                Available = KnownOfAll(product, reserve),
            });
        }
        if (reserve.UnitPrice == product.Price)
        {
            return Post(product, Movement(product, reserve, MovementKind.Sale, -reserve.Quantity, now) with
            {
                OrderId = reserve.OrderId,
                UnitPrice = product.Price,
            });
        }
        if (!reserve.IsPriceBound || (product.Type == Product.ShardType && !reserve.IsPriceSure))
            return Failure.PriceChanged(reserve.UnitPrice, product.Price) with { ProductId = product.ProductId };
        return (product, Unmoved(product, reserve, MovementKind.Refused, reserve.Quantity, now) with
        {
            OrderId = reserve.OrderId,
            UnitPrice = product.Price,
        });
    }

    private Decision<Product, StockMovement> Adjust(Product product, StockCommand.Adjust adjust, DateTimeOffset now)
    {
        // Both bounds are far from overflow: |delta| is checked on input to be at most Limits.StockMax. What puts orders back, and moves
        // pieces, may exceed the upper one, which keeps nobody from taking any off.
        var after = product.Stock + adjust.Delta;
        if (adjust.Delta < 0 ? after >= 0 : after <= Limits.StockMax)
            return Post(product, Movement(product, adjust, MovementKind.Adjustment, adjust.Delta, now) with { Reason = adjust.Reason });
        if (adjust.Delta < 0 && NotHere(product, adjust, -adjust.Delta) is { } elsewhere)
            return elsewhere;
        return (product, Unmoved(product, adjust, MovementKind.Refused, adjust.Delta, now) with
        {
            Reason = adjust.Reason,
            Available = KnownOfAll(product, adjust),
        });
    }

    private Decision<Product, StockMovement> Give(Product product, StockCommand.Give give, DateTimeOffset now)
    {
        var transfer = give.Transfer;
        if (product.Transfer is not null || transfer.Number != product.TransferCount + 1 || transfer.Pieces > product.Stock)
            return Failure.Superseded;
        var given = product with { Transfer = transfer, TransferCount = transfer.Number };
        return Post(given, Movement(product, give, MovementKind.Moved, -transfer.Pieces, now) with { OtherShard = transfer.To });
    }

    /// <summary>Why nothing is recorded: pieces may lie elsewhere, and nobody has looked yet. Null when that is not so.</summary>
    private static Failure? NotHere(Product product, StockCommand command, long requested) =>
        product.HasOthers && command.Available is null ? Failure.InsufficientStock(product.ProductId, requested, product.Stock) : null;

    private static long? KnownOfAll(Product product, StockCommand command) => product.HasOthers ? command.Available : null;

    private static Decision<Product, StockMovement> Post(Product product, StockMovement movement) =>
        (product with { Stock = movement.StockAfter, MovementCount = movement.Sequence, UpdatedAt = movement.OccurredAt }, movement);

    /// <summary>A movement of nothing, which has no place among those that change the stock.</summary>
    private StockMovement Unmoved(Product product, StockCommand command, MovementKind kind, long requested, DateTimeOffset now) =>
        Movement(product, command, kind, 0, now) with { Requested = requested, Sequence = 0 };

    private StockMovement Movement(Product product, StockCommand command, MovementKind kind, long delta, DateTimeOffset now) => new()
    {
        Id = RecordId(command),
        ProductId = product.ProductId,
        Kind = kind,
        Delta = delta,
        StockAfter = checked(product.Stock + delta),
        Sequence = product.MovementCount + 1,
        OccurredAt = now,
    };
}
