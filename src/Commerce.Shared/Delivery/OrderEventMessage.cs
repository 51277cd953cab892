using System.Text;
using System.Text.Json;
using CloudNative.CloudEvents;

namespace Commerce.Shared.Delivery;

/// <summary>Which event of which order.</summary>
/// <param name="EventId">The event id, <c>{orderId}.{what happened}</c>.</param>
/// <param name="EventType">The CloudEvents type.</param>
/// <param name="OrderId">The order.</param>
/// <param name="UserId">Whose it is.</param>
/// <param name="OccurredAt">When it happened.</param>
public sealed record OrderEventRef(string EventId, string EventType, string OrderId, string UserId, DateTimeOffset OccurredAt);

/// <summary>A message of the queue <see cref="OrderEvents.QueueName"/>, understood.</summary>
/// <param name="Ref">Which event it is.</param>
/// <param name="Event">The event with its data; null when only a claim check came, and the order document has to be asked.</param>
public sealed record OrderEventMessage(OrderEventRef Ref, CloudEvent? Event)
{
    private const string DataRefPrefix = "/users/";

    /// <exception cref="MalformedMessageException">The message is no order event; it will never be one.</exception>
    public static OrderEventMessage Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        try
        {
            var cloudEvent = CloudEventFormat.Decode(Encoding.UTF8.GetBytes(text));
            var reference = new OrderEventRef(
                cloudEvent.Id!,
                cloudEvent.Type is OrderEvents.PaidType or OrderEvents.CancelledType ? cloudEvent.Type : throw Malformed("type"),
                cloudEvent.Subject ?? throw Malformed("subject"),
                UserIdOf(cloudEvent),
                cloudEvent.Time ?? throw Malformed("time"));
            if (!reference.EventId.StartsWith(reference.OrderId + ".", StringComparison.Ordinal))
                throw Malformed("id");
            return new(reference, cloudEvent.Data is null ? null : cloudEvent);
        }
        catch (Exception fault) when (fault is JsonException or ArgumentException or InvalidOperationException or KeyNotFoundException)
        {
            throw new MalformedMessageException("The message is no CloudEvent of an order: " + fault.Message, fault);
        }
    }

    private static string UserIdOf(CloudEvent cloudEvent) => cloudEvent.Data switch
    {
        JsonElement data => data.GetProperty("userId").GetString() ?? throw Malformed("data.userId"),
        null when cloudEvent[CloudEventFormat.DataRef] is Uri reference => UserIdOf(reference.OriginalString),
        _ => throw Malformed("data"),
    };

    private static string UserIdOf(string dataRef)
    {
        var end = dataRef.IndexOf("/orders/", StringComparison.Ordinal);
        return dataRef.StartsWith(DataRefPrefix, StringComparison.Ordinal) && end > DataRefPrefix.Length
            ? Uri.UnescapeDataString(dataRef[DataRefPrefix.Length..end])
            : throw Malformed("dataref");
    }

    private static MalformedMessageException Malformed(string attribute) =>
        new($"The message is no CloudEvent of an order: '{attribute}' is missing or unknown.");
}

/// <summary>
/// A message that will never be understood. Thrown out of the function, so that Service Bus counts the delivery and puts the message
/// into the dead-letter queue, where an operator finds it as it came.
/// </summary>
public sealed class MalformedMessageException : Exception
{
    public MalformedMessageException()
    {
    }

    public MalformedMessageException(string message)
        : base(message)
    {
    }

    public MalformedMessageException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
