using System.Text.Json;
using System.Text.Json.Serialization;
using Commerce.Shared.Json;
using Commerce.Shared.Orders;

namespace Commerce.Shared.Delivery;

/// <summary>
/// What an order event tells, version 1: <c>docs/events/order-event.v1.schema.json</c>. Fields may be added to it; anything else is a
/// version 2 beside it.
/// </summary>
/// <param name="OrderId">The order.</param>
/// <param name="UserId">Who bought.</param>
/// <param name="Status">What the event made of the order: paid or cancelled.</param>
/// <param name="Lines">What was bought, one line per product.</param>
/// <param name="TotalAmount">Won.</param>
/// <param name="Currency">ISO 4217: KRW, which has no minor unit.</param>
/// <param name="CreatedAt">When the order was placed.</param>
/// <param name="PaidAt">When it was paid.</param>
/// <param name="CancelledAt">When it was cancelled; absent on a paid event, even one that is sent after the cancellation.</param>
public sealed record OrderEventData(
    string OrderId,
    string UserId,
    OrderStatus Status,
    IReadOnlyList<OrderLine> Lines,
    long TotalAmount,
    string Currency,
    DateTimeOffset CreatedAt,
    DateTimeOffset PaidAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTimeOffset? CancelledAt);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, Converters = [typeof(UtcTimeConverter)])]
[JsonSerializable(typeof(OrderEventData))]
[JsonSerializable(typeof(JsonElement))]
internal sealed partial class OrderEventJsonContext : JsonSerializerContext;
