using System.Globalization;
using System.Text;
using System.Text.Json;
using LocalPlatform.Http;
using LocalPlatform.ServiceBus;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace LocalPlatform.Messaging;

/// <summary>
/// What an operator would do in the portal: list queues and subscriptions, look at messages and dead letters, send one, resubmit dead
/// letters, and remove what nobody wants.
/// </summary>
internal sealed class ServiceBusRoutes(ServiceBusBroker broker)
{
    private const string Root = "/local/servicebus";
    private const int PageMax = 1000;

    public static void Map(IEndpointRouteBuilder routes, ServiceBusBroker broker)
    {
        var handlers = new ServiceBusRoutes(broker);
        void On(string method, string path, RequestDelegate answer) => routes.MapMethods(Root + path, [method], answer);

        On(HttpMethods.Get, "", http => http.Response.WriteAsJsonAsync(broker.Summaries()));
        foreach (var entity in (string[])["/queues/{queue}", "/topics/{topic}/subscriptions/{subscription}"])
        {
            foreach (var (path, isDeadLetter) in (Span<(string, bool)>)[(entity + "/messages", false), (entity + "/deadletters", true)])
            {
                var of = handlers.On(isDeadLetter);
                On(HttpMethods.Get, path, of(handlers.Peek));
                On(HttpMethods.Get, path + "/{sequenceNumber:long}", of(handlers.PeekOne));
                On(HttpMethods.Delete, path, of(handlers.DeleteAsync));
                On(HttpMethods.Delete, path + "/{sequenceNumber:long}", of(handlers.DeleteAsync));
            }
            On(HttpMethods.Post, entity + "/deadletters/resubmit", handlers.On(isDeadLetter: false)(handlers.ResubmitAsync));
        }
        On(HttpMethods.Post, "/queues/{queue}/messages", handlers.On(isDeadLetter: false)(handlers.SendAsync));
        On(HttpMethods.Post, "/topics/{topic}/messages", http => handlers.SendAsync(http, http.Request.RouteValues["topic"]!.ToString()!));
    }

    /// <summary>Finds the entity that a route names, or its dead-letter queue, and refuses when there is none.</summary>
    private Func<Func<HttpContext, string, Task>, RequestDelegate> On(bool isDeadLetter) => answer => http =>
    {
        var values = http.Request.RouteValues;
        var entity = values["queue"]?.ToString()
            ?? EntityPath.Subscription(values["topic"]!.ToString()!, values["subscription"]!.ToString()!);
        return broker.Has(entity)
            ? answer(http, isDeadLetter ? EntityPath.DeadLetter(entity) : entity)
            : OperatorHttp.RefuseAsync(http, StatusCodes.Status404NotFound, $"There is no queue or subscription '{entity}'.");
    };

    private Task Peek(HttpContext http, string path)
    {
        if (!OperatorHttp.TryNumber(http.Request, "from", 0, long.MaxValue, 0, out var from)
            || !OperatorHttp.TryNumber(http.Request, "limit", 1, PageMax, 50, out var limit))
            return OperatorHttp.RefuseAsync(
                http, StatusCodes.Status400BadRequest, $"from is a sequence number, limit a number from 1 to {PageMax}.");
        var messages = broker.Peek(path, from, (int)limit);
        return http.Response.WriteAsJsonAsync(new
        {
            items = messages.Select(Item),
            next = messages.Count == limit ? messages[^1].SequenceNumber + 1 : (long?)null,
        });
    }

    private Task PeekOne(HttpContext http, string path)
    {
        var number = SequenceNumberOf(http)!.Value;
        return broker.Peek(path, number, limit: 1) is [{ } message] && message.SequenceNumber == number
            ? http.Response.WriteAsJsonAsync(Item(message))
            : OperatorHttp.RefuseAsync(http, StatusCodes.Status404NotFound, $"There is no message {number} in '{path}'.");
    }

    private async Task DeleteAsync(HttpContext http, string path)
    {
        var number = SequenceNumberOf(http);
        var deleted = await broker.DeleteAsync(path, number);
        if (number is not null && deleted == 0)
            await OperatorHttp.RefuseAsync(
                http, StatusCodes.Status404NotFound, $"There is no message {number} in '{path}', or it is being processed.");
        else
            await http.Response.WriteAsJsonAsync(new { deleted });
    }

    private static object Item(StoredMessage m) => new
    {
        m.SequenceNumber,
        m.MessageId,
        m.EnqueuedTime,
        m.DeliveryCount,
        m.AvailableAt,
        m.ContentType,
        m.CorrelationId,
        m.Subject,
        m.DeadLetterReason,
        m.DeadLetterDescription,
        m.DeadLetterSource,
        body = Encoding.UTF8.GetString(m.Body),
    };

    private async Task ResubmitAsync(HttpContext http, string path)
    {
        try
        {
            var numbers = http.Request.ContentLength is null or 0
                ? null
                : await JsonSerializer.DeserializeAsync<long[]>(http.Request.Body, cancellationToken: http.RequestAborted);
            await http.Response.WriteAsJsonAsync(new { resubmitted = await broker.ResubmitAsync(path, numbers) });
        }
        catch (JsonException)
        {
            await OperatorHttp.RefuseAsync(
                http, StatusCodes.Status400BadRequest, "The body is empty for all, or a JSON array of sequence numbers.");
        }
    }

    private async Task SendAsync(HttpContext http, string queueOrTopic)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body, http.RequestAborted);
        if (body.Length > ServiceBusBroker.BodyBytesMax)
        {
            await OperatorHttp.RefuseAsync(
                http, StatusCodes.Status413PayloadTooLarge, $"A message can hold {ServiceBusBroker.BodyBytesMax} bytes.");
            return;
        }
        var scheduled = http.Request.Query["scheduledEnqueueTime"].ToString();
        await broker.SendAsync([new OutgoingMessage(queueOrTopic, body.ToArray())
        {
            ContentType = http.Request.ContentType,
            MessageId = http.Request.Query["messageId"] is [{ Length: > 0 } id] ? id : null,
            ScheduledEnqueueTime = DateTimeOffset.TryParse(scheduled, CultureInfo.InvariantCulture, out var at) ? at : null,
        }]);
        http.Response.StatusCode = StatusCodes.Status201Created;
    }

    private static long? SequenceNumberOf(HttpContext http) =>
        http.Request.RouteValues["sequenceNumber"] is { } text ? long.Parse(text.ToString()!, CultureInfo.InvariantCulture) : null;
}
