using System.Text.Json;
using LocalPlatform.ServiceBus;

namespace LocalPlatform.Functions;

/// <summary>
/// The metadata of a Service Bus trigger, with the names and the form of the original: text as it is, everything else as JSON.
/// A batch has one JSON array per name, named with <c>Array</c> behind it.
/// </summary>
internal static class ServiceBusMetadata
{
    private static readonly Dictionary<string, Func<LockedMessage, object?>> Values = new(StringComparer.OrdinalIgnoreCase)
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

    /// <summary>The names that a parameter may have to get one of the values.</summary>
    public static IReadOnlyCollection<string> Names => Values.Keys;

    public static Dictionary<string, object?> Of(LockedMessage message) =>
        Values.ToDictionary(v => v.Key, v => Form(v.Value(message)), StringComparer.OrdinalIgnoreCase);

    public static Dictionary<string, object?> Of(IReadOnlyList<LockedMessage> batch) => Values.ToDictionary(
        v => v.Key + "Array", v => (object?)JsonSerializer.Serialize(batch.Select(v.Value)), StringComparer.OrdinalIgnoreCase);

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

    private static object? Form(object? value) => value is null or string ? value : JsonSerializer.Serialize(value);
}
