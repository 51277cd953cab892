using System.Text;
using LocalPlatform.ServiceBus;
using LocalPlatform.Worker;
using LocalPlatform.Worker.Rpc;

namespace LocalPlatform.Messaging;

/// <summary>
/// Sends what functions return through their Service Bus outputs: text and bytes as they are, other values as the JSON that the worker
/// made of them, each element of a list as a message of its own. All messages of a run are stored together.
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
        TypedData.DataOneofCase.String => [OutgoingMessage.OfText(entity, data.String)],
        TypedData.DataOneofCase.Json => OfJson(entity, data.Json),
        TypedData.DataOneofCase.Bytes => [new OutgoingMessage(entity, data.Bytes.Memory)],
        TypedData.DataOneofCase.Stream => [new OutgoingMessage(entity, data.Stream.Memory)],
        TypedData.DataOneofCase.CollectionString => data.CollectionString.String.Select(text => OutgoingMessage.OfText(entity, text)),
        TypedData.DataOneofCase.CollectionBytes => data.CollectionBytes.Bytes.Select(bytes => new OutgoingMessage(entity, bytes.Memory)),
        _ => [],
    };

    /// <summary>A list that the worker had no better form for comes as a JSON array.</summary>
    private static IEnumerable<OutgoingMessage> OfJson(string entity, string json)
    {
        using var document = System.Text.Json.JsonDocument.Parse(json);
        if (document.RootElement.ValueKind == System.Text.Json.JsonValueKind.Null)
            return [];
        return document.RootElement.ValueKind != System.Text.Json.JsonValueKind.Array
            ? [Message(entity, json)]
            : [.. document.RootElement.EnumerateArray().Select(element => element.ValueKind == System.Text.Json.JsonValueKind.String
                ? OutgoingMessage.OfText(entity, element.GetString()!)
                : Message(entity, element.GetRawText()))];
    }

    private static OutgoingMessage Message(string entity, string json) =>
        new(entity, Encoding.UTF8.GetBytes(json)) { ContentType = "application/json" };
}
