using Commerce.Functions.Catalog;
using Commerce.Shared.Cart;
using Commerce.Shared.Catalog;

namespace Commerce.Functions.Cart;

/// <summary>Shows carts with names, prices and stock.</summary>
public sealed class CartViewer(ProductReader products, ShownStock shown)
{
    /// <summary>A cart as its user sees it, with what the catalog says at this moment, and the ETag of that view.</summary>
    internal async Task<(CartView View, string ETag)> ViewAsync(string userId, ShoppingCart? cart, CancellationToken ct)
    {
        var found = await shown.FindManyAsync(ProductIds(cart), ct);
        var items = (cart?.Items ?? []).Select(item => View(item, found.GetValueOrDefault(item.ProductId))).ToList();
        var total = cart is null ? 0 : CartRules.TotalAmount(cart, found);
        return (new CartView(userId, items, total), CartETag.Of(cart, found));
    }

    /// <summary>
    /// What a change has left of one product, and the sums, with the catalog as it was last seen; and the ETag of the cart as seen so. To
    /// read a long cart's products anew for each change would cost more than all else.
    /// </summary>
    internal async Task<(CartChangeView View, string ETag)> ViewChangeAsync(ShoppingCart cart, string? productId)
    {
        var seen = await shown.OfAsync(await products.PeekManyAsync(ProductIds(cart)));
        var item = cart.Items.FirstOrDefault(item => item.ProductId == productId);
        return (
            new CartChangeView(
                cart.UserId,
                item is null ? null : View(item, seen.GetValueOrDefault(item.ProductId)),
                cart.Items.Count,
                cart.Items.Sum(static item => item.Quantity),
                CartRules.TotalAmount(cart, seen)),
            CartETag.Of(cart, seen));
    }

    private static string[] ProductIds(ShoppingCart? cart) => [.. (cart?.Items ?? []).Select(static item => item.ProductId)];

    private static CartItemView View(CartItem item, Product? product) =>
        new(item.ProductId, product?.Name, product?.Price, item.Quantity, product?.Stock ?? 0);
}
