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
}

/// <summary>The rules of the cart. Pure; a change that has no effect gives the same cart back.</summary>
public static class CartRules
{
    public static ShoppingCart Empty(string userId, DateTimeOffset now) => new() { UserId = userId, Items = [], UpdatedAt = now };

    public static Result<ShoppingCart> Apply(ShoppingCart cart, CartChange change, DateTimeOffset now) => change switch
    {
        CartChange.Add add => SetQuantity(cart, add.ProductId, QuantityOf(cart, add.ProductId) + add.Quantity, now),
        CartChange.Set set => SetQuantity(cart, set.ProductId, set.Quantity, now),
        CartChange.Remove remove => Without(cart, remove.ProductId, now),
        CartChange.Clear => cart.Items.Count == 0 ? cart : cart with { Items = [], UpdatedAt = now },
        _ => throw new ArgumentOutOfRangeException(nameof(change)),
    };

    /// <summary>What is left of a cart when all of it has gone into an order.</summary>
    public static ShoppingCart CheckOut(ShoppingCart cart, string orderId, DateTimeOffset now) =>
        cart with { Items = [], Revision = orderId, UpdatedAt = now };

    /// <summary>
    /// Puts back what a rejected order was to buy, where it lay. Nothing is lost: with what was added in the meantime the cart may hold more
    /// than a cart takes, which has to go before it can be bought.
    /// </summary>
    public static ShoppingCart GiveBack(ShoppingCart cart, string orderId, IReadOnlyList<CartItem> items, DateTimeOffset now)
    {
        var back = items.Select(static item => item.ProductId).ToHashSet();
        return cart with
        {
            Items =
            [
                .. items.Select(item => item with { Quantity = item.Quantity + QuantityOf(cart, item.ProductId) }),
                .. cart.Items.Where(item => !back.Contains(item.ProductId)),
            ],
            Revision = $"{orderId} back",
            UpdatedAt = now,
        };
    }

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
        if (current == 0 && cart.Items.Count >= Limits.CartItemsMax)
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
}
