using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Azure.Messaging.ServiceBus;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace LocalPlatform.Tests.Messaging;

public sealed record Parcel(string Id, int Count);

/// <summary>What the functions of a host have received, and how they are to behave.</summary>
public sealed class Inbox : ConcurrentQueue<string>
{
    private readonly TaskCompletionSource _cured = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _inside;

    public bool IsCured => _cured.Task.IsCompleted;

    public Task Cured => _cured.Task;

    public void Cure() => _cured.TrySetResult();

    public async Task<int> CrowdAsync()
    {
        var inside = Interlocked.Increment(ref _inside);
        await Task.Yield();
        Thread.SpinWait(20_000);
        Interlocked.Decrement(ref _inside);
        return inside;
    }
}

public sealed class Parts
{
    [HttpResult]
    public IResult Answer { get; init; } = Results.Accepted();

    [ServiceBusOutput("inbox")]
    public string[]? Messages { get; init; }

    [ServiceBusOutput("inbox")]
    public Parcel? Absent { get; init; }
}

public class SenderFunctions(Inbox inbox)
{
    [Function("SendText")]
    [ServiceBusOutput("inbox")]
    public static string Text([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "send/text")] HttpRequest request) => "plain";

    [Function("SendJsonText")]
    [ServiceBusOutput("inbox")]
    public static string JsonText([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "send/json")] HttpRequest request) =>
        request.Query["text"].ToString();

    [Function("SendBytes")]
    [ServiceBusOutput("inbox")]
    public static byte[] Bytes([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "send/bytes")] HttpRequest request) =>
        "raw"u8.ToArray();

    [Function("SendObject")]
    [ServiceBusOutput("inbox", Connection = "ServiceBus")]
    public static Task<Parcel> One([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "send/object")] HttpRequest request) =>
        Task.FromResult(new Parcel("a", 1));

    [Function("SendList")]
    [ServiceBusOutput("inbox")]
    public static List<Parcel> List([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "send/list")] HttpRequest request) =>
        [new("b", 2), new("c", 3)];

    [Function("SendNone")]
    [ServiceBusOutput("inbox")]
    public static string? None([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "send/none")] HttpRequest request) => null;

    [Function("SendSeveral")]
    public static Parts Several([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "send/several")] HttpRequest request) =>
        new() { Messages = ["part one", "part two"] };

    [Function("SendFailing")]
    [ServiceBusOutput("inbox")]
    public static string Failing([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "send/failing")] HttpRequest request) =>
        throw new InvalidOperationException("no");

    [Function("Receive")]
    public void Receive([ServiceBusTrigger("inbox")] string message) => inbox.Enqueue(message);
}

public static class LargeFunctions
{
    [Function("SendLarge")]
    [ServiceBusOutput("large")]
    public static string Large(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "large/{size:int}")] HttpRequest request, int size) => new('x', size);
}

public class RelayFunctions(Inbox inbox)
{
    [Function("Relay")]
    [ServiceBusOutput("relayed", ServiceBusEntityType.Topic)]
    public static string Relay([ServiceBusTrigger("relay")] string message) => message + "!";

    [Function("HearHere")]
    public void HearHere([ServiceBusTrigger("relayed", "here")] string message) => inbox.Enqueue($"{message} here");

    [Function("HearThere")]
    public void HearThere([ServiceBusTrigger("relayed", "there")] string message) => inbox.Enqueue($"{message} there");
}

public class PoisonedFunctions(Inbox inbox)
{
    [Function("Poisoned")]
    public void Run([ServiceBusTrigger("poison")] ServiceBusReceivedMessage message)
    {
        inbox.Enqueue($"{message.MessageId}:{message.DeliveryCount}");
        if (!inbox.IsCured)
            throw new InvalidOperationException(message.Body.ToString());
    }
}

public class ToldFunctions(Inbox inbox)
{
    [Function("Told")]
    public void Tell([ServiceBusTrigger("told")] string message, FunctionContext context, string messageId, int deliveryCount)
    {
        var data = context.BindingContext.BindingData.ToDictionary(d => d.Key, d => (string?)d.Value);
        data["parameters"] = $"{message} {messageId}/{deliveryCount}";
        inbox.Enqueue(JsonSerializer.Serialize(data));
    }

    [Function("ToldWhole")]
    public void TellWhole([ServiceBusTrigger("toldwhole")] ServiceBusReceivedMessage message) => inbox.Enqueue(JsonSerializer.Serialize(new
    {
        message.MessageId,
        message.ContentType,
        message.DeliveryCount,
        message.SequenceNumber,
        message.EnqueuedTime,
        message.LockedUntil,
        message.LockToken,
        body = message.Body.ToString(),
    }));
}

public static class BatchSenderFunctions
{
    [Function("SendBatch")]
    [ServiceBusOutput("batch")]
    public static string[] Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "batch")] HttpRequest request) =>
        ["one", "two", "three"];
}

public class TextBatchFunctions(Inbox inbox)
{
    [Function("TextBatch")]
    public void Run([ServiceBusTrigger("batch", IsBatched = true)] string[] messages, FunctionContext context) =>
        inbox.Enqueue($"{JsonSerializer.Serialize(messages)} {context.BindingContext.BindingData["DeliveryCountArray"]}");
}

public class WholeBatchFunctions(Inbox inbox)
{
    [Function("WholeBatch")]
    public void Run([ServiceBusTrigger("batch", IsBatched = true)] ServiceBusReceivedMessage[] messages) =>
        inbox.Enqueue(string.Join(' ', messages.Select(m => $"{m.SequenceNumber}:{m.Body}:{m.DeliveryCount}")));
}

public class LongRunFunctions(Inbox inbox)
{
    [Function("LongRun")]
    public Task Run([ServiceBusTrigger("long")] string message)
    {
        inbox.Enqueue(message);
        return inbox.Cured;
    }
}

public class CrowdFunctions(Inbox inbox)
{
    [Function("Crowd")]
    public async Task Run([ServiceBusTrigger("crowd")] string message) =>
        inbox.Enqueue((await inbox.CrowdAsync()).ToString(CultureInfo.InvariantCulture));
}

public static class RefusingFunctions
{
    [Function("Refusing")]
    public static void Run([ServiceBusTrigger("news", "mail")] string message) => throw new InvalidOperationException(message);
}

public class UndertakerFunctions(Inbox inbox)
{
    [Function("Undertaker")]
    public void Run(
        [ServiceBusTrigger("news", "mail/$deadletterqueue")] string message, FunctionContext context, string deadLetterSource) =>
        inbox.Enqueue($"{message} from {deadLetterSource}: {context.BindingContext.BindingData["ApplicationProperties"]}");
}

public class WholeUndertakerFunctions(Inbox inbox)
{
    [Function("WholeUndertaker")]
    public void Run([ServiceBusTrigger("news", "mail/$deadletterqueue")] ServiceBusReceivedMessage message) => inbox.Enqueue(
        $"{message.Body} from {message.DeadLetterSource}: {message.DeadLetterReason}, {message.DeadLetterErrorDescription}");
}

public class KeptFunctions(Inbox inbox)
{
    [Function("Kept")]
    public void Run([ServiceBusTrigger("kept")] string message) => inbox.Enqueue(message);
}

public class UnsettledFunctions(Inbox inbox)
{
    [Function("Unsettled")]
    public void Run([ServiceBusTrigger("kept", AutoCompleteMessages = false)] string message) => inbox.Enqueue(message);
}
