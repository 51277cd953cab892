using System.Text.Json.Serialization;
using Commerce.Shared.Json;

namespace Commerce.Shared.Orders;

/// <summary>
/// An order, in the container <c>accounts</c> under <c>/userId</c>. Its id derives from the user and the idempotency key
/// (<see cref="OperationId.Order"/>), so creating the document is the gate that accepts an operation once.
/// </summary>
public sealed record Order
{
    public const string DocumentType = "order";

    /// <summary>The order id.</summary>
    public required string Id { get; init; }

    public string Type { get; init; } = DocumentType;

    public required string UserId { get; init; }

    public required OrderStatus Status { get; init; }

    /// <summary>Digest of the request; the same key with another one is refused.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>
    /// What was ordered, one line per product, in ascending product id. Prices are those at acceptance, unless they changed before the line
    /// was taken out of stock; those of a paid order are the ones that were paid.
    /// </summary>
    public required IReadOnlyList<OrderLine> Lines { get; init; }

    /// <summary>Won.</summary>
    public required long TotalAmount { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? PaidAt { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? CancelledAt { get; init; }

    /// <summary>
    /// Of a paid order: when it was asked for to cancel it. Set with the request and taken away when that is carried out or refused, so
    /// that what a crash leaves is found.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? CancelRequestedAt { get; init; }

    /// <summary>
    /// Of an order that was placed by checking a cart out: the numbers of its lines, from 0, in the order in which they lay in the cart.
    /// They left the cart when the order was accepted, and come back if it is rejected. Null for any other order.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<int>? CartLines { get; init; }

    /// <summary>
    /// True when its buyer agreed to these prices and no others (or cannot pay others): should one have changed when its line is taken out
    /// of stock, the order is rejected.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsPriceBound { get; init; }

    /// <summary>How often its prices were changed while it was pending.</summary>
    public int Revision { get; init; }

    /// <summary>Why the order was rejected, with the numbers.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Failure? Rejection { get; init; }

    /// <summary>W3C trace parent of the buyer's request, carried on to the data platform.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? TraceParent { get; init; }

    [JsonPropertyName("_etag")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ETag { get; init; }

    /// <summary>Its lines as the world sees them: not in which partition of a product they lie.</summary>
    public IReadOnlyList<OrderLine> ShownLines() =>
        Lines.Any(static line => line.Shard != 0) ? [.. Lines.Select(static line => line with { Shard = 0 })] : Lines;

    /// <summary>A paid order as it was before it was cancelled.</summary>
    public Order AsPaid() => this with { Status = OrderStatus.Paid, CancelledAt = null };

    /// <summary>What it has taken out of a cart, as it lay there; nothing if it came from none.</summary>
    public IEnumerable<OrderItem> CartItems() =>
        (CartLines ?? []).Select(number => new OrderItem(Lines[number].ProductId, Lines[number].Quantity));

    /// <summary>The order, refused before it has taken anything.</summary>
    public Order RejectedFor(Failure reason) => this with { Status = OrderStatus.Rejected, Rejection = reason };
}

/// <param name="ProductId">The product.</param>
/// <param name="Name">Its name when the order was accepted.</param>
/// <param name="UnitPrice">Won a piece.</param>
/// <param name="Quantity">Pieces.</param>
/// <param name="Amount">Won: price times quantity.</param>
public sealed record OrderLine(
    string ProductId, [property: JsonConverter(typeof(PlainTextConverter))] string Name, long UnitPrice, long Quantity, long Amount)
{
    /// <summary>
    /// The partition of a hot product out of which it is sold, for good (<see cref="Catalog.StockPartition.Shard"/>). 0, and not stored, is
    /// the product's own.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Shard { get; init; }

    /// <summary>The line at another price.</summary>
    // No overflow: 10^9 won times 10^6 pieces times 1,200 lines is below 2^63.
    public OrderLine At(long unitPrice) => this with { UnitPrice = unitPrice, Amount = checked(unitPrice * Quantity) };
}
