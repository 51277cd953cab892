namespace Commerce.Shared.Orders;

/// <summary>What somebody wants to buy.</summary>
/// <param name="ProductId">The product.</param>
/// <param name="Quantity">Pieces, 1 to <see cref="Limits.QuantityMax"/>.</param>
public sealed record OrderItem(string ProductId, long Quantity);
