using System.Text.Json.Serialization;

namespace Commerce.Shared.Cart;

/// <summary>
/// What a user has put aside, in the container <c>carts</c> under <c>/userId</c>. Nothing is reserved; prices and stock are read
/// when the cart is. It expires 30 days after its last change.
/// </summary>
public sealed record ShoppingCart
{
    public const string DocumentId = "cart";

    public string Id { get; init; } = DocumentId;

    public required string UserId { get; init; }

    /// <summary>At most <see cref="Limits.CartItemsMax"/>, one a product, in the order in which they were first added.</summary>
    public required IReadOnlyList<CartItem> Items { get; init; }

    /// <summary>
    /// The last orders whose purchases were taken out, oldest first, at most <see cref="CartRules.SettledOrdersMax"/>: an order is
    /// taken out once, however often it says so.
    /// </summary>
    public IReadOnlyList<string> SettledOrders { get; init; } = [];

    /// <summary>Names the write that made this version, so that a writer whose answer was lost recognises its own.</summary>
    public string Revision { get; init; } = "";

    public required DateTimeOffset UpdatedAt { get; init; }

    [JsonPropertyName("_etag")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ETag { get; init; }
}

/// <param name="ProductId">The product.</param>
/// <param name="Quantity">Pieces, 1 to <see cref="Limits.QuantityMax"/>.</param>
public sealed record CartItem(string ProductId, long Quantity);
