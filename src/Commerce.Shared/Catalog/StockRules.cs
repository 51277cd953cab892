using Commerce.Shared.Ledger;

namespace Commerce.Shared.Catalog;

/// <summary>What can be done to a product's stock. Quantities are pieces and positive.</summary>
public abstract record StockCommand(string ProductId)
{
    /// <summary>Takes an order's line out of stock, once; the refusal of a line is recorded too.</summary>
    public sealed record Reserve(string ProductId, string OrderId, long Quantity) : StockCommand(ProductId);

    /// <summary>Puts an order's reserved line back, once.</summary>
    /// <param name="ProductId">The product.</param>
    /// <param name="OrderId">The order that had reserved it.</param>
    /// <param name="Sale">The movement to undo.</param>
    public sealed record Release(string ProductId, string OrderId, StockMovement Sale) : StockCommand(ProductId);

    /// <summary>
    /// Closes a line that was never reserved, so that a late duplicate of its reservation finds a refusal and takes nothing.
    /// </summary>
    public sealed record Seal(string ProductId, string OrderId, long Quantity) : StockCommand(ProductId);

    /// <summary>An operator's change, once per idempotency key. <paramref name="Delta"/> is signed and not zero.</summary>
    public sealed record Adjust(string ProductId, string IdempotencyKey, long Delta, string Reason) : StockCommand(ProductId);
}

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
            StockCommand.Reserve reserve when reserve.Quantity > head.Stock => Refused(head, command, reserve.OrderId, reserve.Quantity, now),
            StockCommand.Reserve reserve => Post(head, Movement(head, command, MovementKind.Sale, -reserve.Quantity, now) with
            {
                OrderId = reserve.OrderId,
                UnitPrice = head.Price,
            }),
            StockCommand.Seal seal => Refused(head, command, seal.OrderId, seal.Quantity, now),
            StockCommand.Release release => Post(head, Movement(head, command, MovementKind.Release, -release.Sale.Delta, now) with
            {
                OrderId = release.OrderId,
                UnitPrice = release.Sale.UnitPrice,
                SoldAt = release.Sale.OccurredAt,
            }),
            StockCommand.Adjust adjust => Adjust(head, adjust, now),
            _ => throw new ArgumentOutOfRangeException(nameof(command)),
        };
    }

    public bool IsRepeat(StockMovement record, StockCommand command) => command switch
    {
        StockCommand.Reserve reserve => QuantityOf(record) == reserve.Quantity,
        StockCommand.Seal => true,
        StockCommand.Release release => record.Delta == -release.Sale.Delta,
        StockCommand.Adjust adjust => record.Delta == adjust.Delta && record.Reason == adjust.Reason,
        _ => false,
    };

    private static long QuantityOf(StockMovement sale) => sale.Kind == MovementKind.Refused ? sale.Requested ?? 0 : -sale.Delta;

    private Decision<Product, StockMovement> Adjust(Product product, StockCommand.Adjust adjust, DateTimeOffset now)
    {
        // Both bounds are far from overflow: |delta| is checked at the door to be at most Limits.StockMax.
        var after = product.Stock + adjust.Delta;
        if (after < 0)
            return Failure.InsufficientStock(product.ProductId, -adjust.Delta, product.Stock);
        if (after > Limits.StockMax)
        {
            return new Failure(
                ErrorCode.StockLimitExceeded, $"Product '{product.ProductId}' has {product.Stock}; the most it can hold is {Limits.StockMax}.")
            {
                ProductId = product.ProductId,
                Requested = adjust.Delta,
                Available = Limits.StockMax - product.Stock,
            };
        }
        return Post(product, Movement(product, adjust, MovementKind.Adjustment, adjust.Delta, now) with { Reason = adjust.Reason });
    }

    private Decision<Product, StockMovement> Refused(Product product, StockCommand command, string orderId, long requested, DateTimeOffset now) =>
        (product, Movement(product, command, MovementKind.Refused, 0, now) with { OrderId = orderId, Requested = requested, Sequence = 0 });

    private static Decision<Product, StockMovement> Post(Product product, StockMovement movement) =>
        (product with { Stock = movement.StockAfter, MovementCount = movement.Sequence, UpdatedAt = movement.OccurredAt }, movement);

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
