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
            _ => throw new ArgumentOutOfRangeException(nameof(command)),
        };
    }

    public bool IsRepeat(StockMovement record, StockCommand command) => command switch
    {
        StockCommand.Reserve reserve => (record.Requested ?? -record.Delta) == reserve.Quantity,
        StockCommand.Seal => true,
        StockCommand.Release release => record.Delta == -release.Sale.Delta,
        StockCommand.Adjust adjust => (record.Requested ?? record.Delta) == adjust.Delta && record.Reason == adjust.Reason,
        _ => throw new ArgumentOutOfRangeException(nameof(command)),
    };

    public bool IsSound(Product? before, Product after, IEnumerable<StockMovement> records)
    {
        var sum = new LedgerSum(before?.Stock ?? 0, before?.MovementCount ?? 0);
        foreach (var movement in records)
            sum = sum.With(movement.Delta, movement.StockAfter, movement.Sequence);
        return sum.Explains(after.Stock, after.MovementCount);
    }

    /// <summary>Why an adjustment was refused; null for one that changed the stock.</summary>
    public static Failure? RefusalOf(StockMovement adjustment) => adjustment switch
    {
        { Kind: not MovementKind.Refused } => null,
        { Requested: < 0 and var delta } => Failure.InsufficientStock(adjustment.ProductId, -delta, adjustment.StockAfter),
        _ => new Failure(
            ErrorCode.StockLimitExceeded,
            $"Product '{adjustment.ProductId}' has {adjustment.StockAfter}; the most it can hold is {Limits.StockMax}.")
        {
            ProductId = adjustment.ProductId,
            Requested = adjustment.Requested,
            Available = Limits.StockMax - adjustment.StockAfter,
        },
    };

    private Decision<Product, StockMovement> Reserve(Product product, StockCommand.Reserve reserve, DateTimeOffset now)
    {
        if (reserve.Quantity > product.Stock)
            return (product, Unmoved(product, reserve, MovementKind.Refused, reserve.Quantity, now) with { OrderId = reserve.OrderId });
        if (reserve.UnitPrice == product.Price)
        {
            return Post(product, Movement(product, reserve, MovementKind.Sale, -reserve.Quantity, now) with
            {
                OrderId = reserve.OrderId,
                UnitPrice = product.Price,
            });
        }
        if (!reserve.IsPriceBound)
            return Failure.PriceChanged(reserve.UnitPrice, product.Price) with { ProductId = product.ProductId };
        return (product, Unmoved(product, reserve, MovementKind.Refused, reserve.Quantity, now) with
        {
            OrderId = reserve.OrderId,
            UnitPrice = product.Price,
        });
    }

    private Decision<Product, StockMovement> Adjust(Product product, StockCommand.Adjust adjust, DateTimeOffset now)
    {
        // Both bounds are far from overflow: |delta| is checked on input to be at most Limits.StockMax.
        var isWithinBounds = product.Stock + adjust.Delta is >= 0 and <= Limits.StockMax;
        return isWithinBounds
            ? Post(product, Movement(product, adjust, MovementKind.Adjustment, adjust.Delta, now) with { Reason = adjust.Reason })
            : (product, Unmoved(product, adjust, MovementKind.Refused, adjust.Delta, now) with { Reason = adjust.Reason });
    }

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
