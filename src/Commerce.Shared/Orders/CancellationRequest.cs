using System.Text.Json.Serialization;

namespace Commerce.Shared.Orders;

/// <summary>
/// What came of a request to cancel an order, under the key that it came with: a repeat is answered as it was. In the user's partition of
/// the container <c>accounts</c>; the id derives from user and key (<see cref="OperationId.Cancellation"/>).
/// </summary>
public sealed record CancellationRequest
{
    public const string DocumentType = "cancellation";

    public required string Id { get; init; }

    public string Type { get; init; } = DocumentType;

    public required string UserId { get; init; }

    public required string OrderId { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Why the order was not cancelled; null when it was, or is to be.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Failure? Refusal { get; init; }

    /// <summary>Why an order as it is cannot be cancelled, or null.</summary>
    public static Failure? RefusalOf(Order order) => order.Status switch
    {
        OrderStatus.Pending =>
            new(ErrorCode.OrderNotCancellable, "The order is still being placed. Ask again when it is paid, under another key.")
            {
                OrderId = order.Id,
            },
        OrderStatus.Rejected => new(ErrorCode.OrderNotCancellable, "The order was rejected; nothing was paid.") { OrderId = order.Id },
        _ => null,
    };
}
