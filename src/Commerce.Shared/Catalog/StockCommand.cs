namespace Commerce.Shared.Catalog;

/// <summary>What can be done to a product's stock. Quantities are pieces and positive.</summary>
public abstract record StockCommand(string ProductId)
{
    /// <summary>
    /// Takes an order's line out of stock, once, at the price that the order says. The refusal of a line is recorded too; but where the
    /// price is another and the order not bound to it, nothing is: it is asked again at the price in force.
    /// </summary>
    /// <param name="ProductId">The product.</param>
    /// <param name="OrderId">The order.</param>
    /// <param name="Quantity">Pieces.</param>
    /// <param name="UnitPrice">Won a piece, as the order says.</param>
    /// <param name="IsPriceBound">True when the order may be paid at this price only.</param>
    public sealed record Reserve(
        string ProductId, string OrderId, long Quantity, long UnitPrice, bool IsPriceBound) : StockCommand(ProductId);

    /// <summary>Puts an order's reserved line back, once.</summary>
    /// <param name="ProductId">The product.</param>
    /// <param name="OrderId">The order that had reserved it.</param>
    /// <param name="Sale">The movement to undo.</param>
    public sealed record Release(string ProductId, string OrderId, StockMovement Sale) : StockCommand(ProductId);

    /// <summary>
    /// Closes a line that was never reserved, so that a late duplicate of its reservation finds a refusal and takes nothing.
    /// </summary>
    public sealed record Seal(string ProductId, string OrderId, long Quantity) : StockCommand(ProductId);

    /// <summary>
    /// An operator's change, once per idempotency key; its refusal is recorded too. <paramref name="Delta"/> is signed and not zero.
    /// </summary>
    public sealed record Adjust(string ProductId, string IdempotencyKey, long Delta, string Reason) : StockCommand(ProductId);
}
