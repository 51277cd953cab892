using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace LocalPlatform.ServiceBus;

/// <summary>
/// What an operator would do in the portal: list queues and subscriptions, peek at messages and dead letters, send one, and resubmit
/// dead letters.
/// </summary>
internal sealed class ServiceBusRoutes(ServiceBusBroker broker)
{
    private const int PageMax = 1000;

    public static void Map(IEndpointRouteBuilder routes, ServiceBusBroker broker)
    {
        var handlers = new ServiceBusRoutes(broker);
        routes.MapMethods("/local/servicebus", [HttpMethods.Get], http => http.Response.WriteAsJsonAsync(broker.Summaries()));
        foreach (var entity in (string[])["queues/{queue}", "topics/{topic}/subscriptions/{subscription}"])
        {
            var path = "/local/servicebus/" + entity;
            routes.MapMethods(path + "/messages", [HttpMethods.Get], http => handlers.Peek(http, deadLetters: false));
            routes.MapMethods(path + "/deadletters", [HttpMethods.Get], http => handlers.Peek(http, deadLetters: true));
            routes.MapMethods(path + "/deadletters/resubmit", [HttpMethods.Post], handlers.ResubmitAsync);
        }
        routes.MapMethods("/local/servicebus/queues/{queue}/messages", [HttpMethods.Post], handlers.SendAsync);
        routes.MapMethods("/local/servicebus/topics/{topic}/messages", [HttpMethods.Post], handlers.SendAsync);
    }

    private Task Peek(HttpContext http, bool deadLetters)
    {
        var path = EntityOf(http);
        if (!broker.Has(path))
            return OperatorHttp.RefuseAsync(http, StatusCodes.Status404NotFound, $"There is no queue or subscription '{path}'.");
        if (!OperatorHttp.TryNumber(http.Request, "from", 0, long.MaxValue, 0, out var from)
            || !OperatorHttp.TryNumber(http.Request, "limit", 1, PageMax, 50, out var limit))
            return OperatorHttp.RefuseAsync(
                http, StatusCodes.Status400BadRequest, $"from is a sequence number, limit a number from 1 to {PageMax}.");
        var messages = broker.Peek(deadLetters ? EntityPath.DeadLetter(path) : path, from, (int)limit);
        return http.Response.WriteAsJsonAsync(new
        {
            items = messages.Select(Item),
            next = messages.Count == limit ? messages[^1].SequenceNumber + 1 : (long?)null,
        });
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

    private async Task ResubmitAsync(HttpContext http)
    {
        var path = EntityOf(http);
        if (!broker.Has(path))
        {
            await OperatorHttp.RefuseAsync(http, StatusCodes.Status404NotFound, $"There is no queue or subscription '{path}'.");
            return;
        }
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

    private async Task SendAsync(HttpContext http)
    {
        var entity = (http.Request.RouteValues["queue"] ?? http.Request.RouteValues["topic"])!.ToString()!;
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body, http.RequestAborted);
        if (body.Length > ServiceBusBroker.BodyBytesMax)
        {
            await OperatorHttp.RefuseAsync(
                http, StatusCodes.Status413PayloadTooLarge, $"A message can hold {ServiceBusBroker.BodyBytesMax} bytes.");
            return;
        }
        if (http.Request.RouteValues.ContainsKey("queue") && !broker.Has(entity))
        {
            await OperatorHttp.RefuseAsync(http, StatusCodes.Status404NotFound, $"There is no queue '{entity}'.");
            return;
        }
        var scheduled = http.Request.Query["scheduledEnqueueTime"].ToString();
        await broker.SendAsync([new OutgoingMessage(entity, body.ToArray())
        {
            ContentType = http.Request.ContentType,
            MessageId = http.Request.Query["messageId"] is [{ Length: > 0 } id] ? id : null,
            ScheduledEnqueueTime = DateTimeOffset.TryParse(scheduled, CultureInfo.InvariantCulture, out var at) ? at : null,
        }]);
        http.Response.StatusCode = StatusCodes.Status201Created;
    }

    private static string EntityOf(HttpContext http)
    {
        var values = http.Request.RouteValues;
        return values["queue"]?.ToString() ?? EntityPath.Subscription(values["topic"]!.ToString()!, values["subscription"]!.ToString()!);
    }
}
