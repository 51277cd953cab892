namespace Commerce.Shared.Catalog;

/// <summary>What can be done to a product's stock. Quantities are pieces and positive.</summary>
/// <param name="ProductId">The partition: the product's own, or one of its shards (<see cref="StockPartition"/>).</param>
public abstract record StockCommand(string ProductId)
{
    /// <summary>
    /// What all partitions of the product had together at one moment after the command was given, in pieces: then a refusal may be
    /// recorded. Null while it is not known: then a partition that does not cover the command, and is not the only one, only says so.
    /// </summary>
    public long? Available { get; init; }

    /// <summary>
    /// Takes an order's line out of stock, once, at the price that the order says. The refusal of a line is recorded too; but where the
    /// price is another and the order not bound to it, nothing is: it is asked again at the price in force.
    /// </summary>
    /// <param name="ProductId">The partition.</param>
    /// <param name="OrderId">The order.</param>
    /// <param name="Quantity">Pieces.</param>
    /// <param name="UnitPrice">Won a piece, as the order says.</param>
    /// <param name="IsPriceBound">True when the order may be paid at this price only.</param>
    public sealed record Reserve(
        string ProductId, string OrderId, long Quantity, long UnitPrice, bool IsPriceBound) : StockCommand(ProductId)
    {
        /// <summary>True when a shard's copy of the price was compared with the product's after the command was given.</summary>
        public bool IsPriceSure { get; init; }
    }

    /// <summary>Puts an order's reserved line back, once.</summary>
    /// <param name="ProductId">The partition.</param>
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

    /// <summary>
    /// Sends pieces to another partition of the product. Refused, without a record, unless all before have arrived and there are as many.
    /// </summary>
    /// <param name="ProductId">The partition that they leave.</param>
    /// <param name="Transfer">What goes where; its number is the next one of the partition.</param>
    public sealed record Give(string ProductId, StockTransfer Transfer) : StockCommand(ProductId);

    /// <summary>Takes in, once, what another partition of the product has sent.</summary>
    /// <param name="ProductId">The partition that they come to.</param>
    /// <param name="From">The partition that they have left, as <see cref="StockPartition.Shard"/>.</param>
    /// <param name="Transfer">What was sent.</param>
    public sealed record Take(string ProductId, int From, StockTransfer Transfer) : StockCommand(ProductId);
}
