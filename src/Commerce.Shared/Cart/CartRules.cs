using Commerce.Shared.Catalog;

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
    /// <summary>So many pieces cost no more than <see cref="Limits.MoneyMax"/>, whatever they are.</summary>
    private const long PiecesOfAnyPriceMax = Limits.MoneyMax / Limits.PriceMax;

    public static ShoppingCart Empty(string userId, DateTimeOffset now) => new() { UserId = userId, Items = [], UpdatedAt = now };

    /// <summary>The cart after a change, or why it cannot be made: what can be put in can be bought.</summary>
    /// <param name="cart">The cart.</param>
    /// <param name="change">What is to change.</param>
    /// <param name="products">What is in the cart or put in, as last seen, by id; not used unless <see cref="PricesMatter"/>.</param>
    /// <param name="now">The time to record, UTC.</param>
    public static Result<ShoppingCart> Apply(
        ShoppingCart cart, CartChange change, IReadOnlyDictionary<string, Product> products, DateTimeOffset now) => change switch
        {
            CartChange.Add add => SetQuantity(cart, add.ProductId, QuantityOf(cart, add.ProductId) + add.Quantity, products, now),
            CartChange.Set set => SetQuantity(cart, set.ProductId, set.Quantity, products, now),
            CartChange.Remove remove => Without(cart, remove.ProductId, now),
            CartChange.Clear => cart.Items.Count == 0 ? cart : cart with { Items = [], UpdatedAt = now },
            _ => throw new ArgumentOutOfRangeException(nameof(change)),
        };

    /// <summary>What a change puts in; null for one that takes out.</summary>
    public static CartItem? PutIn(CartChange change) => change switch
    {
        CartChange.Add add => new(add.ProductId, add.Quantity),
        CartChange.Set set => new(set.ProductId, set.Quantity),
        _ => null,
    };

    /// <summary>True when it depends on prices whether all this can be bought at once. Of hardly any cart it does.</summary>
    public static bool PricesMatter(IEnumerable<CartItem> items) => items.Sum(static item => item.Quantity) > PiecesOfAnyPriceMax;

    /// <summary>
    /// Won that a cart costs, of what is in the catalog; null when that is more than <see cref="Limits.MoneyMax"/> and can be neither shown
    /// nor paid.
    /// </summary>
    public static long? TotalAmount(ShoppingCart cart, IReadOnlyDictionary<string, Product> products)
    {
        var total = 0L;
        foreach (var item in cart.Items)
        {
            total += item.Quantity * (products.GetValueOrDefault(item.ProductId)?.Price ?? 0);
            if (total > Limits.MoneyMax)
                return null;
        }
        return total;
    }

    /// <summary>What is left of a cart when all of it has gone into an order.</summary>
    public static ShoppingCart CheckOut(ShoppingCart cart, string orderId, DateTimeOffset now) =>
        cart with { Items = [], Revisions = Revisions.With(cart.Revisions, orderId), UpdatedAt = now };

    /// <summary>
    /// Puts back what a rejected order was to buy, where it lay. With what was added in the meantime the cart may hold more than a cart
    /// takes, up to twice as much, which has to go before it can be bought. What several rejected orders bring beyond that is left out:
    /// such a cart could not be written, nor could the rejection that it is written with, and the order says what it was.
    /// </summary>
    public static ShoppingCart GiveBack(ShoppingCart cart, string orderId, IReadOnlyList<CartItem> items, DateTimeOffset now)
    {
        var quantities = cart.Items.ToDictionary(static item => item.ProductId, static item => item.Quantity);
        var room = Limits.ReturnedItemsMax - quantities.Count;
        List<CartItem> back = [];
        foreach (var item in items)
        {
            if (quantities.Remove(item.ProductId, out var quantity) || room-- > 0)
                back.Add(item with { Quantity = Math.Min(quantity + item.Quantity, 2 * Limits.QuantityMax) });
        }
        return cart with
        {
            Items = [.. back, .. cart.Items.Where(item => quantities.ContainsKey(item.ProductId))],
            Revisions = Revisions.With(cart.Revisions, $"back-{orderId}"),
            UpdatedAt = now,
        };
    }

    /// <summary>Pieces of a product in a cart; 0 when it is not in it.</summary>
    public static long QuantityOf(ShoppingCart cart, string productId) =>
        cart.Items.FirstOrDefault(item => item.ProductId == productId)?.Quantity ?? 0;

    private static Result<ShoppingCart> SetQuantity(
        ShoppingCart cart, string productId, long quantity, IReadOnlyDictionary<string, Product> products, DateTimeOffset now)
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
            return Full;
        var item = new CartItem(productId, quantity);
        var changed = cart with
        {
            Items = current == 0 ? [.. cart.Items, item] : [.. cart.Items.Select(old => old.ProductId == productId ? item : old)],
            UpdatedAt = now,
        };
        return quantity > current && PricesMatter(changed.Items) && TotalAmount(changed, products) is null ? TooDear(productId) : changed;
    }

    private static Failure Full => new(ErrorCode.CartFull, $"A cart holds at most {Limits.CartItemsMax} products.")
    {
        Available = Limits.CartItemsMax,
        Errors = [new("productId", "would be one product too many")],
    };

    private static Failure TooDear(string productId) =>
        Failure.Validation("quantity", $"must not bring the cart to more than {Limits.MoneyMax} won in all") with { ProductId = productId };

    private static ShoppingCart Without(ShoppingCart cart, string productId, DateTimeOffset now)
    {
        var rest = cart.Items.Where(item => item.ProductId != productId).ToList();
        return rest.Count == cart.Items.Count ? cart : cart with { Items = rest, UpdatedAt = now };
    }
}
