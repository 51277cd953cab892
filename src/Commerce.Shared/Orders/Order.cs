using System.Text.Json.Serialization;

namespace Commerce.Shared.Orders;

/// <summary>
/// An order, in the container <c>orders</c> under <c>/userId</c>. Its id derives from the user and the idempotency key
/// (<see cref="OperationId.Order"/>), so creating the document is the gate that lets an operation in once.
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
    /// What was ordered, one line a product, in ascending product id. Prices are those at acceptance while the order is pending, and
    /// those in force at the moment of the reservation once it is paid.
    /// </summary>
    public required IReadOnlyList<OrderLine> Lines { get; init; }

    /// <summary>Won.</summary>
    public required long TotalAmount { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? PaidAt { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? CancelledAt { get; init; }

    /// <summary>True when it was placed by checking a cart out: what it buys leaves the cart when it is paid.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool FromCart { get; init; }

    /// <summary>Why the order was rejected, with the numbers.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Failure? Rejection { get; init; }

    /// <summary>W3C trace parent of the buyer's request, carried on to the data platform.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? TraceParent { get; init; }

    [JsonPropertyName("_etag")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ETag { get; init; }
}

/// <param name="ProductId">The product.</param>
/// <param name="Name">Its name when the order was accepted.</param>
/// <param name="UnitPrice">Won a piece.</param>
/// <param name="Quantity">Pieces.</param>
/// <param name="Amount">Won: price times quantity.</param>
public sealed record OrderLine(string ProductId, string Name, long UnitPrice, long Quantity, long Amount);
