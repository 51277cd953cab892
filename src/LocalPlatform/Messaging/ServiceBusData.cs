using System.Text;
using System.Text.Json;
using Azure.Core.Amqp;
using Google.Protobuf;
using LocalPlatform.ServiceBus;
using LocalPlatform.Worker;
using LocalPlatform.Worker.Rpc;

namespace LocalPlatform.Messaging;

/// <summary>Messages as the worker gets them: bodies as text, or whole messages, encoded, where the function asks for them.</summary>
internal static class ServiceBusData
{
    private static readonly Dictionary<string, Func<LockedMessage, object?>> Metadata = new()
    {
        ["MessageId"] = m => m.Message.MessageId,
        ["DeliveryCount"] = m => m.Message.DeliveryCount,
        ["SequenceNumber"] = m => m.Message.SequenceNumber,
        ["EnqueuedTimeUtc"] = m => m.Message.EnqueuedTime.UtcDateTime,
        ["LockToken"] = m => m.LockToken.ToString(),
        ["ContentType"] = m => m.Message.ContentType,
        ["CorrelationId"] = m => m.Message.CorrelationId,
        ["Subject"] = m => m.Message.Subject,
        ["DeadLetterSource"] = m => m.Message.DeadLetterSource,
        ["ExpiresAtUtc"] = _ => DateTime.MaxValue,
        ["ApplicationProperties"] = m => Properties(m.Message),
    };

    /// <summary>The trigger's data of a run: one message, or all of a batch.</summary>
    public static TypedData Of(ServiceBusBinding trigger, IReadOnlyList<LockedMessage> messages) => trigger switch
    {
        { IsBatched: true, IsDeferred: true } =>
            new() { CollectionModelBindingData = new() { ModelBindingData = { messages.Select(Encode) } } },
        { IsBatched: true } => new()
        {
            CollectionString = new()
            {
                String = { messages.Select(m =>
            Encoding.UTF8.GetString(m.Message.Body)) }
            }
        },
        { IsDeferred: true } => new() { ModelBindingData = Encode(messages[0]) },
        _ => new() { String = Encoding.UTF8.GetString(messages[0].Message.Body) },
    };

    /// <summary>
    /// Adds the trigger's metadata, with the names and the form of the original: text as it is, everything else as JSON. A batch has
    /// one JSON array per name, named with <c>Array</c> behind it.
    /// </summary>
    public static void Describe(InvocationRequest request, ServiceBusBinding trigger, IReadOnlyList<LockedMessage> messages)
    {
        foreach (var (name, value) in Metadata)
        {
            if (trigger.IsBatched)
                request.TriggerMetadata[name + "Array"] = new TypedData { Json = JsonSerializer.Serialize(messages.Select(value)) };
            else if (value(messages[0]) is { } found)
                request.TriggerMetadata[name] = found is string text ? new TypedData { String = text }
                    : new TypedData { Json = JsonSerializer.Serialize(found) };
        }
    }

    /// <summary>The lock token, 16 bytes, and behind it the AMQP message.</summary>
    private static ModelBindingData Encode(LockedMessage locked)
    {
        var message = locked.Message;
        var amqp = new AmqpAnnotatedMessage(AmqpMessageBody.FromData([message.Body]));
        amqp.Properties.MessageId = new AmqpMessageId(message.MessageId);
        amqp.Properties.ContentType = message.ContentType;
        amqp.Properties.Subject = message.Subject;
        if (message.CorrelationId is { } correlation)
            amqp.Properties.CorrelationId = new AmqpMessageId(correlation);
        amqp.Header.DeliveryCount = (uint)message.DeliveryCount;
        amqp.MessageAnnotations["x-opt-sequence-number"] = message.SequenceNumber;
        amqp.MessageAnnotations["x-opt-enqueued-time"] = message.EnqueuedTime.UtcDateTime;
        amqp.MessageAnnotations["x-opt-locked-until"] = locked.LockedUntil.UtcDateTime;
        if (message.DeadLetterSource is { } source)
            amqp.MessageAnnotations["x-opt-deadletter-source"] = source;
        foreach (var (name, value) in Properties(message))
            amqp.ApplicationProperties[name] = value;
        return new()
        {
            Version = "1.0",
            Source = "AzureServiceBusReceivedMessage",
            ContentType = "application/octet-stream",
            Content = ByteString.CopyFrom([.. locked.LockToken.ToByteArray(), .. amqp.ToBytes().ToArray()]),
        };
    }

    /// <summary>As in the original, a dead letter carries its reason and description as properties.</summary>
    private static Dictionary<string, string> Properties(StoredMessage message)
    {
        var properties = new Dictionary<string, string>();
        if (message.DeadLetterReason is { } reason)
            properties["DeadLetterReason"] = reason;
        if (message.DeadLetterDescription is { } description)
            properties["DeadLetterErrorDescription"] = description;
        return properties;
    }
}
