using System.Text.Json.Serialization;
using Commerce.Functions.Http;

namespace Commerce.Functions.Cart;

internal sealed record CartItemRequest(string? ProductId, long? Quantity);

internal sealed record CartQuantityRequest(long? Quantity);

/// <param name="ProductId">The product.</param>
/// <param name="Name">Its name; absent when it is no longer in the catalog.</param>
/// <param name="UnitPrice">Won a piece, now; absent when it is no longer in the catalog.</param>
/// <param name="Quantity">Pieces in the cart.</param>
/// <param name="Stock">Pieces there are, now; they are not reserved.</param>
internal sealed record CartItemView(string ProductId, string? Name, long? UnitPrice, long Quantity, long Stock);

/// <param name="UserId">Whose.</param>
/// <param name="Items">In the order in which they were first added.</param>
/// <param name="TotalAmount">
/// Won, at the prices of now, for all that is still in the catalog; absent when that is more than can be held exactly, or paid.
/// </param>
internal sealed record CartView(string UserId, IReadOnlyList<CartItemView> Items, long? TotalAmount);

/// <summary>What a change of a cart answers: the line concerned and the sums, however long the cart is.</summary>
/// <param name="UserId">Whose.</param>
/// <param name="Item">The line as it is now; absent when the product is not in the cart, or no longer.</param>
/// <param name="ItemCount">Products in the cart.</param>
/// <param name="PieceCount">Pieces in the cart.</param>
/// <param name="TotalAmount">As <see cref="CartView.TotalAmount"/>, at the prices last seen.</param>
internal sealed record CartChangeView(string UserId, CartItemView? Item, int ItemCount, long PieceCount, long? TotalAmount);

[JsonSerializable(typeof(CartItemRequest))]
[JsonSerializable(typeof(CartQuantityRequest))]
[JsonSerializable(typeof(CartView))]
[JsonSerializable(typeof(CartChangeView))]
internal sealed partial class CartJson : JsonSerializerContext
{
    public static CartJson Wire { get; } = new(HttpJson.Options());
}
