using System.Text.Json.Serialization;
using Commerce.Functions.Http;
using Commerce.Shared;
using Commerce.Shared.Orders;

namespace Commerce.Functions.Orders;

internal sealed record PlaceOrderBody(IReadOnlyList<PlaceOrderItem?>? Items, long? ExpectedTotalAmount);

internal sealed record PlaceOrderItem(string? ProductId, long? Quantity);

internal sealed record CheckoutBody(long? ExpectedTotalAmount);

/// <summary>An order as clients see it.</summary>
internal sealed record OrderView(
    string OrderId,
    string UserId,
    OrderStatus Status,
    IReadOnlyList<OrderLine> Lines,
    long TotalAmount,
    DateTimeOffset CreatedAt,
    DateTimeOffset? PaidAt,
    DateTimeOffset? CancelledAt,
    RejectionView? Rejection)
{
    public static OrderView Of(Order order) => new(
        order.Id,
        order.UserId,
        order.Status,
        order.ShownLines(),
        order.TotalAmount,
        order.CreatedAt,
        order.PaidAt,
        order.CancelledAt,
        order.Rejection is { } reason ? RejectionView.Of(reason) : null);
}

/// <summary>Why an order was rejected.</summary>
internal sealed record RejectionView(
    ErrorCode Code, string Detail, string? ProductId, long? Requested, long? Available, long? ExpectedTotalAmount, long? TotalAmount)
{
    public static RejectionView Of(Failure reason) => new(
        reason.Code, reason.Detail, reason.ProductId, reason.Requested, reason.Available, reason.ExpectedTotalAmount, reason.TotalAmount);
}

internal sealed record OrderPage(IReadOnlyList<OrderView> Items, string? NextCursor);

[JsonSerializable(typeof(PlaceOrderBody))]
[JsonSerializable(typeof(CheckoutBody))]
[JsonSerializable(typeof(OrderView))]
[JsonSerializable(typeof(OrderPage))]
internal sealed partial class OrderJson : JsonSerializerContext
{
    public static OrderJson Wire { get; } = new(HttpJson.Options());
}
