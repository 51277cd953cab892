using System.Net.Mime;
using System.Text;
using CloudNative.CloudEvents;
using Commerce.Shared.Orders;

namespace Commerce.Shared.Delivery;

/// <summary>
/// Order events as CloudEvents 1.0. An event follows from the order document alone: built again, by a repeated activity or by a
/// late one, it has the same id and says the same, so that a receiver can drop duplicates by id.
/// </summary>
public static class OrderEvents
{
    /// <summary>The Service Bus queue that carries the events.</summary>
    public const string QueueName = "order-events";

    public const string PaidType = "commerce.order.paid";
    public const string CancelledType = "commerce.order.cancelled";

    /// <summary>
    /// Largest message in bytes. A Service Bus standard queue takes 256 KB with headers, and the host sends JSON indented, which makes 64
    /// bytes more of each line. An event above this travels without its data and with a <c>dataref</c> (the claim check of the CloudEvents
    /// extensions), and delivery fills the data in.
    /// </summary>
    public const int MessageSizeMax = 160 * 1024;

    private const string Currency = "KRW";

    private static readonly Uri Source = new("/commerce/orders", UriKind.Relative);
    private static readonly Uri DataSchema = new("https://commerce.example/events/order-event.v1.schema.json");

    /// <summary>The message for a paid order.</summary>
    /// <exception cref="ArgumentException">The order has never been paid.</exception>
    public static string Paid(Order order) => Message(PaidEvent(order));

    /// <summary>The message for a cancelled order.</summary>
    /// <exception cref="ArgumentException">The order is not cancelled.</exception>
    public static string Cancelled(Order order) => Message(CancelledEvent(order));

    /// <summary>The event of <paramref name="type"/> with its data, however large.</summary>
    /// <exception cref="ArgumentException">There is no such event of this order.</exception>
    public static CloudEvent Event(string type, Order order) => type switch
    {
        PaidType => PaidEvent(order),
        CancelledType => CancelledEvent(order),
        _ => throw new ArgumentException($"Orders have no events of type '{type}'.", nameof(type)),
    };

    /// <summary>True when an order has this event.</summary>
    public static bool Happened(string type, Order order)
    {
        ArgumentNullException.ThrowIfNull(order);
        return type switch
        {
            PaidType => order.PaidAt is not null,
            CancelledType => order is { PaidAt: not null, CancelledAt: not null },
            _ => false,
        };
    }

    /// <summary>Whether a text has the shape of an event's id.</summary>
    public static bool IsEventId(ReadOnlySpan<char> text) =>
        text.LastIndexOf('.') is > 0 and var dot && OperationId.IsOrder(text[..dot]) && text[(dot + 1)..] is "paid" or "cancelled";

    /// <summary>Which event it is that tells of an order's payment (<see cref="PaidType"/>) or cancellation.</summary>
    public static OrderEventRef Ref(string type, string orderId, string userId, DateTimeOffset occurredAt) =>
        new(EventId(type, orderId), type, orderId, userId, occurredAt);

    private static string EventId(string type, string orderId) => $"{orderId}.{(type == PaidType ? "paid" : "cancelled")}";

    private static CloudEvent PaidEvent(Order order) => Event(order, PaidType, PaidAt(order), OrderStatus.Paid, null);

    private static CloudEvent CancelledEvent(Order order)
    {
        var cancelledAt = order.CancelledAt ?? throw new ArgumentException($"Order '{order.Id}' is not cancelled.", nameof(order));
        return Event(order, CancelledType, cancelledAt, OrderStatus.Cancelled, cancelledAt);
    }

    private static DateTimeOffset PaidAt(Order order) =>
        order.PaidAt ?? throw new ArgumentException($"Order '{order.Id}' has not been paid.", nameof(order));

    private static CloudEvent Event(Order order, string type, DateTimeOffset time, OrderStatus status, DateTimeOffset? cancelledAt)
    {
        var cloudEvent = new CloudEvent(CloudEventFormat.Extensions)
        {
            Id = EventId(type, order.Id),
            Type = type,
            Source = Source,
            Subject = order.Id,
            Time = time,
            DataSchema = DataSchema,
            DataContentType = MediaTypeNames.Application.Json,
            Data = new OrderEventData(
                order.Id,
                order.UserId,
                status,
                order.ShownLines(),
                order.TotalAmount,
                Currency,
                order.CreatedAt,
                PaidAt(order),
                cancelledAt),
        };
        // An order may have been stored with whatever its client had sent.
        cloudEvent[CloudEventFormat.TraceParent] = TraceParents.WellFormed(order.TraceParent);
        return cloudEvent;
    }

    private static string Message(CloudEvent cloudEvent)
    {
        var message = CloudEventFormat.Encode(cloudEvent);
        var data = (OrderEventData)cloudEvent.Data!;
        var isKept = !IsReadAsTime(data.UserId) && !data.Lines.Any(static line => IsReadAsTime(line.ProductId) || IsReadAsTime(line.Name));
        if (isKept && message.Length <= MessageSizeMax)
            return Encoding.UTF8.GetString(message.Span);
        cloudEvent.Data = null;
        cloudEvent[CloudEventFormat.DataRef] =
            new Uri($"/users/{Uri.EscapeDataString(data.UserId)}/orders/{Uri.EscapeDataString(data.OrderId)}", UriKind.Relative);
        return Encoding.UTF8.GetString(CloudEventFormat.Encode(cloudEvent).Span);
    }

    /// <summary>
    /// Whether the host may take a text for a time and write it differently, in its own zone: it sends JSON as Newtonsoft.Json reads it.
    /// </summary>
    private static bool IsReadAsTime(string text) =>
        (text.Length > 10 && char.IsAsciiDigit(text[0]) && text[10] == 'T') || text.StartsWith("/Date(", StringComparison.Ordinal);
}
