using LocalPlatform.ServiceBus;
using LocalPlatform.Worker;
using LocalPlatform.Worker.Rpc;
using Newtonsoft.Json.Linq;

namespace LocalPlatform.Messaging;

/// <summary>
/// Sends what functions return through their Service Bus outputs: text and bytes as they are, JSON as the original's host does, whether
/// the worker made it or the function. That reads it and writes it anew, with its own idea of times and line by line, and makes a message
/// of each element of a list. All messages of a run are stored together.
/// </summary>
internal sealed class OutputSender(ServiceBusBroker broker)
{
    private const string WholeResult = "$return";

    public Task SendAsync(WorkerFunction function, InvocationResponse response)
    {
        if (function.Outputs.Count == 0)
            return Task.CompletedTask;
        var messages = new List<OutgoingMessage>();
        foreach (var output in function.Outputs)
        {
            var data = output.Name == WholeResult
                ? response.ReturnValue
                : response.OutputData.FirstOrDefault(d => d.Name.Equals(output.Name, StringComparison.OrdinalIgnoreCase))?.Data;
            messages.AddRange(Messages(output.QueueOrTopic, data));
        }
        return messages.Count == 0 ? Task.CompletedTask : broker.SendAsync(messages);
    }

    private static IEnumerable<OutgoingMessage> Messages(string entity, TypedData? data) => data?.DataCase switch
    {
        TypedData.DataOneofCase.String => OfText(entity, data.String),
        TypedData.DataOneofCase.Json => OfJson(entity, JToken.Parse(data.Json), "application/json"),
        TypedData.DataOneofCase.Bytes => [new OutgoingMessage(entity, data.Bytes.Memory)],
        TypedData.DataOneofCase.Stream => [new OutgoingMessage(entity, data.Stream.Memory)],
        TypedData.DataOneofCase.CollectionString => data.CollectionString.String.Select(text => OutgoingMessage.OfText(entity, text)),
        TypedData.DataOneofCase.CollectionBytes => data.CollectionBytes.Bytes.Select(bytes => new OutgoingMessage(entity, bytes.Memory)),
        _ => [],
    };

    private static IEnumerable<OutgoingMessage> OfText(string entity, string text) => text.Trim() is ['{', .., '}'] or ['[', .., ']']
        ? OfJson(entity, JToken.Parse(text), "text/plain")
        : [OutgoingMessage.OfText(entity, text)];

    /// <summary>Each element of a list is a message; null is none.</summary>
    private static IEnumerable<OutgoingMessage> OfJson(string entity, JToken json, string contentType) => json.Type switch
    {
        JTokenType.Null => [],
        JTokenType.Array => json.Select(element => Message(entity, element, contentType)),
        _ => [Message(entity, json, contentType)],
    };

    private static OutgoingMessage Message(string entity, JToken json, string contentType) =>
        OutgoingMessage.OfText(entity, json.ToString(), json.Type == JTokenType.String ? "text/plain" : contentType);
}
