namespace Commerce.Shared.Cart;

/// <summary>What can be done to a cart. Quantities are pieces, 1 to <see cref="Limits.QuantityMax"/>.</summary>
public abstract record CartChange
{
    /// <summary>Puts more of a product in.</summary>
    public sealed record Add(string ProductId, long Quantity) : CartChange;

    /// <summary>Sets how much of a product is in; puts it in if need be.</summary>
    public sealed record Set(string ProductId, long Quantity) : CartChange;

    /// <summary>Takes a product out.</summary>
    public sealed record Remove(string ProductId) : CartChange;

    /// <summary>Takes everything out.</summary>
    public sealed record Clear : CartChange;

    /// <summary>Takes out what a paid order has bought, once an order. What was added since the checkout stays.</summary>
    public sealed record Settle(string OrderId, IReadOnlyList<CartItem> Bought) : CartChange;
}

/// <summary>The rules of the cart. Pure; a change that has no effect gives the same cart back.</summary>
public static class CartRules
{
    /// <summary>
    /// How many settled orders a cart remembers. An order settles within seconds of its payment, or when its orchestration recovers;
    /// so many checkouts of one user in between do not happen.
    /// </summary>
    public const int SettledOrdersMax = 50;

    public static ShoppingCart Empty(string userId, DateTimeOffset now) => new() { UserId = userId, Items = [], UpdatedAt = now };

    public static Result<ShoppingCart> Apply(ShoppingCart cart, CartChange change, DateTimeOffset now) => change switch
    {
        CartChange.Add add => SetQuantity(cart, add.ProductId, QuantityOf(cart, add.ProductId) + add.Quantity, now),
        CartChange.Set set => SetQuantity(cart, set.ProductId, set.Quantity, now),
        CartChange.Remove remove => Without(cart, remove.ProductId, now),
        CartChange.Clear => cart.Items.Count == 0 ? cart : cart with { Items = [], UpdatedAt = now },
        CartChange.Settle settle => Settle(cart, settle, now),
        _ => throw new ArgumentOutOfRangeException(nameof(change)),
    };

    /// <summary>Pieces of a product in a cart; 0 when it is not in it.</summary>
    public static long QuantityOf(ShoppingCart cart, string productId) =>
        cart.Items.FirstOrDefault(item => item.ProductId == productId)?.Quantity ?? 0;

    private static Result<ShoppingCart> SetQuantity(ShoppingCart cart, string productId, long quantity, DateTimeOffset now)
    {
        var current = QuantityOf(cart, productId);
        if (quantity == current)
            return cart;
        if (quantity > Limits.QuantityMax)
        {
            return Failure.Validation("quantity", $"would make {quantity} of this product; a cart holds at most {Limits.QuantityMax}") with
            {
                ProductId = productId,
                Requested = quantity,
                Available = Limits.QuantityMax,
            };
        }
        if (current == 0 && cart.Items.Count == Limits.CartItemsMax)
            return new Failure(ErrorCode.CartFull, $"A cart holds at most {Limits.CartItemsMax} products.") { Available = Limits.CartItemsMax };
        var item = new CartItem(productId, quantity);
        return cart with
        {
            Items = current == 0 ? [.. cart.Items, item] : [.. cart.Items.Select(old => old.ProductId == productId ? item : old)],
            UpdatedAt = now,
        };
    }

    private static ShoppingCart Without(ShoppingCart cart, string productId, DateTimeOffset now)
    {
        var rest = cart.Items.Where(item => item.ProductId != productId).ToList();
        return rest.Count == cart.Items.Count ? cart : cart with { Items = rest, UpdatedAt = now };
    }

    private static ShoppingCart Settle(ShoppingCart cart, CartChange.Settle settle, DateTimeOffset now)
    {
        if (cart.SettledOrders.Contains(settle.OrderId))
            return cart;
        var bought = settle.Bought.ToDictionary(static item => item.ProductId, static item => item.Quantity);
        return cart with
        {
            Items =
            [
                .. cart.Items
                    .Select(item => item with { Quantity = item.Quantity - bought.GetValueOrDefault(item.ProductId) })
                    .Where(static item => item.Quantity > 0),
            ],
            SettledOrders = [.. cart.SettledOrders.TakeLast(SettledOrdersMax - 1), settle.OrderId],
            UpdatedAt = now,
        };
    }
}
