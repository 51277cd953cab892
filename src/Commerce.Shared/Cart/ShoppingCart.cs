using System.Text.Json.Serialization;

namespace Commerce.Shared.Cart;

/// <summary>
/// What a user has put aside, in the user's partition of the container <c>accounts</c>. Nothing is reserved; prices and stock are read
/// when the cart is. It expires 30 days after its last change.
/// </summary>
public sealed record ShoppingCart : IVersioned<ShoppingCart>
{
    public const string DocumentId = "cart";
    public const string DocumentType = "cart";

    public string Id { get; init; } = DocumentId;

    public string Type { get; init; } = DocumentType;

    public required string UserId { get; init; }

    /// <summary>
    /// One a product, in the order in which they were first added, at most <see cref="Limits.CartItemsMax"/>; beyond that only what a
    /// rejected order has given back, up to <see cref="Limits.ReturnedItemsMax"/>.
    /// </summary>
    public required IReadOnlyList<CartItem> Items { get; init; }

    /// <summary>Its last writes (<see cref="Shared.Revisions"/>), so that a writer whose answer was lost recognises its own.</summary>
    public string Revisions { get; init; } = "";

    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>Seconds after its last change at which the store deletes it.</summary>
    [JsonPropertyName("ttl")]
    public int TimeToLive { get; init; } = 30 * 24 * 60 * 60;

    [JsonPropertyName("_etag")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ETag { get; init; }

    public ShoppingCart WithETag(string etag) => this with { ETag = etag };
}

/// <param name="ProductId">The product.</param>
/// <param name="Quantity">
/// Pieces, 1 to <see cref="Limits.QuantityMax"/>, or up to twice as many when a rejected order has given some back.
/// </param>
public sealed record CartItem(string ProductId, long Quantity);
