using System.Text.Json;
using LocalPlatform.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace LocalPlatform.Webhooks;

/// <summary>
/// The routes of the mock receivers: deliveries are posted to <c>/local/webhooks/{name}</c>, read there, cleared there, and the
/// receiver's behaviour is set at <c>/local/webhooks/{name}/behaviour</c>.
/// </summary>
internal sealed class WebhookRoutes(Func<string, WebhookReceiver?> find)
{
    private const int PageMax = 1000;

    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow,
    };

    public void Map(IEndpointRouteBuilder routes)
    {
        const string path = "/local/webhooks/{name}";
        routes.MapMethods(path, [HttpMethods.Post], http => WithReceiver(http, receiver => receiver.ReceiveAsync(http)));
        routes.MapMethods(path, [HttpMethods.Get], http => WithReceiver(http, receiver => ListAsync(http, receiver)));
        routes.MapMethods(path, [HttpMethods.Delete], http => WithReceiver(http, receiver => ClearAsync(http, receiver)));
        routes.MapMethods(path + "/behaviour", [HttpMethods.Put], http =>
            WithReceiver(http, receiver => SetBehaviourAsync(http, receiver)));
    }

    private Task WithReceiver(HttpContext http, Func<WebhookReceiver, Task> work) =>
        find(http.Request.RouteValues["name"]!.ToString()!) is { } receiver
            ? work(receiver)
            : OperatorHttp.RefuseAsync(http, StatusCodes.Status404NotFound, "There is no such webhook receiver.");

    private static Task ListAsync(HttpContext http, WebhookReceiver receiver)
    {
        if (!OperatorHttp.TryNumber(http.Request, "cursor", 0, long.MaxValue, 0, out var cursor)
            || !OperatorHttp.TryNumber(http.Request, "limit", 0, PageMax, 100, out var limit))
            return OperatorHttp.RefuseAsync(
                http, StatusCodes.Status400BadRequest, $"cursor is what nextCursor said, limit a number from 0 to {PageMax}.");
        var events = receiver.Events(cursor, (int)limit);
        var summary = receiver.Summary();
        return http.Response.WriteAsJsonAsync(new
        {
            name = receiver.Name,
            summary.Accepted,
            summary.Duplicates,
            rejected = summary.Rejected.Values.Sum(),
            rejections = summary.Rejected,
            failed = summary.Failed.Values.Sum(),
            failures = summary.Failed,
            summary.ByType,
            receiver.Behaviour,
            items = events.Select(Item),
            nextCursor = limit > 0 && events.Count == limit ? events[^1].Sequence : (long?)null,
        });
    }

    private static object Item(WebhookEvent e) => new
    {
        e.Sequence,
        e.Id,
        e.Type,
        e.ReceivedAt,
        headers = e.Headers is null ? null : JsonSerializer.Deserialize<Dictionary<string, string>>(e.Headers),
        body = e.Body is null ? null : Body(e.Body),
    };

    private static object Body(byte[] body)
    {
        try
        {
            return JsonSerializer.Deserialize<JsonElement>(body);
        }
        catch (JsonException)
        {
            return System.Text.Encoding.UTF8.GetString(body);
        }
    }

    private static async Task ClearAsync(HttpContext http, WebhookReceiver receiver)
    {
        await receiver.ClearAsync();
        http.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private static async Task SetBehaviourAsync(HttpContext http, WebhookReceiver receiver)
    {
        try
        {
            var behaviour = await JsonSerializer.DeserializeAsync<WebhookBehaviour>(http.Request.Body, Format, http.RequestAborted);
            if (behaviour?.Problem() is { } problem)
            {
                await OperatorHttp.RefuseAsync(http, StatusCodes.Status400BadRequest, problem);
                return;
            }
            receiver.Behaviour = behaviour ?? new WebhookBehaviour();
            await http.Response.WriteAsJsonAsync(receiver.Behaviour);
        }
        catch (JsonException malformed)
        {
            await OperatorHttp.RefuseAsync(http, StatusCodes.Status400BadRequest, malformed.Message);
        }
    }
}
