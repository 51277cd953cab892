using Commerce.Functions.Catalog;
using Commerce.Shared.Cart;
using Commerce.Shared.Catalog;

namespace Commerce.Functions.Cart;

/// <summary>Shows carts with the names, prices and stock of the moment.</summary>
public sealed class CartViewer(ProductReader products)
{
    /// <summary>A cart as its user sees it, and the ETag of that view.</summary>
    internal async Task<(CartView View, string ETag)> ViewAsync(string userId, ShoppingCart? cart, CancellationToken ct)
    {
        var found = await products.FindManyAsync([.. (cart?.Items ?? []).Select(static item => item.ProductId)], ct);
        var items = (cart?.Items ?? []).Select(item => View(item, found.GetValueOrDefault(item.ProductId))).ToList();
        var total = items.Sum(static item => item.Quantity * (item.UnitPrice ?? 0));
        return (new CartView(userId, items, total), CartETag.Of(cart, found));
    }

    private static CartItemView View(CartItem item, Product? product) =>
        new(item.ProductId, product?.Name, product?.Price, item.Quantity, product?.Stock ?? 0);
}
