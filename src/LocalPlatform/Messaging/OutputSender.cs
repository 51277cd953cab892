using System.Collections;
using System.Text.Json;
using System.Text.Json.Nodes;
using LocalPlatform.ServiceBus;

namespace LocalPlatform.Functions;

/// <summary>
/// Sends what functions return through their Service Bus outputs: text as it is, bytes as they are, another value as JSON, and each
/// element of a list as a message of its own. All messages of a run are stored together.
/// </summary>
internal sealed class OutputSender(ServiceBusBroker broker)
{
    public Task SendAsync(IEnumerable<(OutputTarget Target, object Value)> outputs) =>
        broker.SendAsync([.. outputs.SelectMany(output => Messages(output.Target.QueueOrTopic!, output.Value))]);

    private static IEnumerable<OutgoingMessage> Messages(string entity, object value) => value switch
    {
        string text => [OutgoingMessage.OfText(entity, text)],
        byte[] bytes => [new OutgoingMessage(entity, bytes)],
        BinaryData data => [new OutgoingMessage(entity, data.ToMemory()) { ContentType = data.MediaType }],
        IEnumerable list when IsList(list) => list.Cast<object?>().OfType<object>().SelectMany(element => Messages(entity, element)),
        _ => [Json(entity, value)],
    };

    // A dictionary and a JSON object can be enumerated, but each is one value.
    private static bool IsList(IEnumerable value) => value is not (IDictionary or JsonObject)
        && !value.GetType().GetInterfaces().Any(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IReadOnlyDictionary<,>));

    private static OutgoingMessage Json(string entity, object value) =>
        new(entity, JsonSerializer.SerializeToUtf8Bytes(value, value.GetType(), PayloadJson.Options)) { ContentType = "application/json" };
}
