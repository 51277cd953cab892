using System.Globalization;
using System.Text.Json;
using LocalPlatform.Durable.Clients;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;

namespace LocalPlatform.Durable.Management;

/// <summary>
/// The routes under <c>/runtime/webhooks/durabletask</c> by which tools and people manage orchestrations, with the answers of the
/// genuine host. The system key (<c>code</c>) and the names of task hub and connection are accepted and not looked at.
/// </summary>
public static class DurableManagementEndpoints
{
    private const string Root = "/runtime/webhooks/durabletask";
    private const int BodyBytesMax = 1024 * 1024;
    private const int PageSizeDefault = 100;
    private const int PageSizeMax = 1_000;
    private static readonly TimeSpan WaitMax = TimeSpan.FromMinutes(5);

    /// <summary>Maps the routes onto <paramref name="engine"/>.</summary>
    public static void Map(IEndpointRouteBuilder routes, DurableEngine engine)
    {
        ArgumentNullException.ThrowIfNull(routes);
        ArgumentNullException.ThrowIfNull(engine);
        var hub = engine.Hub;
        void On(string method, string path, Func<HttpContext, Task<IResult>> answer) =>
            routes.MapMethods(Root + path, [method], async http =>
            {
                var wrong = ManagementQuery.FindWrong(http.Request.Query);
                await (wrong is null ? await answer(http) : Error(StatusCodes.Status400BadRequest, wrong)).ExecuteAsync(http);
            });

        On(HttpMethods.Post, "/orchestrators/{functionName}/{instanceId?}",
            http => StartAsync(hub, http, Route(http, "functionName")!, Route(http, "instanceId")));
        On(HttpMethods.Get, "/instances", http => Task.FromResult(List(hub, http)));
        On(HttpMethods.Delete, "/instances", http => PurgeManyAsync(hub, http));
        On(HttpMethods.Get, "/instances/{instanceId}", http => Task.FromResult(GetStatus(hub, http, InstanceOf(http))));
        On(HttpMethods.Delete, "/instances/{instanceId}", http => PurgeAsync(hub, InstanceOf(http)));
        On(HttpMethods.Post, "/instances/{instanceId}/raiseEvent/{eventName}",
            http => RaiseEventAsync(hub, http, InstanceOf(http), Route(http, "eventName")!));
        On(HttpMethods.Post, "/instances/{instanceId}/restart", http => RestartAsync(hub, http, InstanceOf(http)));
        On(HttpMethods.Post, "/instances/{instanceId}/terminate",
            http => CommandAsync(http, (id, reason) => hub.TerminateAsync(id, ToJson(reason), recursive: false)));
        On(HttpMethods.Post, "/instances/{instanceId}/suspend", http => CommandAsync(http, hub.SuspendAsync));
        On(HttpMethods.Post, "/instances/{instanceId}/resume", http => CommandAsync(http, hub.ResumeAsync));
    }

    // Route values are read by hand: delegates with parameters are compiled at the start of each process, a tenth of a second for all.
    private static string? Route(HttpContext http, string name) => http.Request.RouteValues[name]?.ToString();

    private static string InstanceOf(HttpContext http) => Route(http, "instanceId")!;

    private static async Task<IResult> CommandAsync(HttpContext http, Func<string, string?, Task<Refusal?>> carryOut) =>
        Accepted(await carryOut(InstanceOf(http), http.Request.Query["reason"]));

    private static async Task<IResult> StartAsync(TaskHub hub, HttpContext http, string functionName, string? instanceId)
    {
        var (input, unreadable) = await ReadJsonAsync(http);
        if (unreadable is not null)
            return unreadable;
        if (instanceId is not null && hub.Find(instanceId) is { IsCompleted: false })
            return Error(StatusCodes.Status409Conflict, $"An orchestration with the instance id '{instanceId}' has not ended yet.");
        var request = new P.CreateInstanceRequest { InstanceId = instanceId ?? InstanceIds.New(), Name = functionName, Input = input };
        return await hub.StartAsync(request, http.RequestAborted) is { } refusal
            ? Error(StatusCodes.Status400BadRequest, refusal.Message)
            : await WaitIfAskedAsync(hub, http, request.InstanceId);
    }

    private static async Task<IResult> RestartAsync(TaskHub hub, HttpContext http, string instanceId)
    {
        var sameId = bool.TryParse(http.Request.Query["restartWithNewInstanceId"], out var withNewId) && !withNewId;
        var (id, refusal) = await hub.RestartAsync(instanceId, !sameId, http.RequestAborted);
        return refusal?.Reason switch
        {
            null => await WaitIfAskedAsync(hub, http, id),
            RefusalReason.WrongState =>
                Error(StatusCodes.Status409Conflict, "A non-terminal instance with this instance ID already exists."),
            _ => Error(StatusCodes.Status400BadRequest, "InstanceId does not match a valid orchestration instance."),
        };
    }

    /// <summary>With <c>timeout</c> and <c>pollingInterval</c> (seconds) the answer waits for the end, if that comes in time.</summary>
    private static async Task<IResult> WaitIfAskedAsync(TaskHub hub, HttpContext http, string instanceId)
    {
        var query = http.Request.Query;
        if (!query.ContainsKey("pollingInterval")
            || !double.TryParse(query["timeout"], NumberStyles.Float, CultureInfo.InvariantCulture, out var timeout_s)
            || timeout_s is not > 0)
            return new CheckStatusResult(instanceId);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
        patience.CancelAfter(TimeSpan.FromSeconds(Math.Min(timeout_s, WaitMax.TotalSeconds)));
        try
        {
            var ended = await hub.WaitAsync(instanceId, untilEnd: true, patience.Token);
            return ended.Status == P.OrchestrationStatus.Completed
                ? Results.Text(ended.Output ?? "null", "application/json")
                : new InstanceStatusResult([ended], StatusOptions.Single(null, failureIsError: true));
        }
        catch (OperationCanceledException) when (!http.RequestAborted.IsCancellationRequested)
        {
            return new CheckStatusResult(instanceId);
        }
    }

    private static IResult GetStatus(TaskHub hub, HttpContext http, string instanceId)
    {
        var query = http.Request.Query;
        bool IsTrue(string name, bool otherwise) => bool.TryParse(query[name], out var value) ? value : otherwise;
        if (hub.Find(instanceId) is not { } found)
            return Results.NotFound();
        var history = IsTrue("showHistory", false) ? hub.ReadHistory(instanceId) : null;
        return new InstanceStatusResult([found], StatusOptions.Single(history, IsTrue("returnInternalServerErrorOnFailure", false)) with
        {
            ShowInput = IsTrue("showInput", true),
            ShowHistoryOutput = IsTrue("showHistoryOutput", false),
        });
    }

    private static IResult List(TaskHub hub, HttpContext http)
    {
        var query = http.Request.Query;
        var pageSize = int.TryParse(query["top"], NumberStyles.None, CultureInfo.InvariantCulture, out var top) && top > 0
            ? Math.Min(top, PageSizeMax)
            : PageSizeDefault;
        var token = http.Request.Headers["x-ms-continuation-token"].ToString();
        if (!InstanceStates.TryReadToken(token == "null" ? null : token, out var afterKey))
            return Error(StatusCodes.Status400BadRequest, "This is not a continuation token of an earlier query.");
        var filter = ManagementQuery.Filter(query) with { IdPrefix = query["instanceIdPrefix"] };
        var (found, next) = hub.Query(filter, afterKey, pageSize);
        http.Response.Headers["x-ms-continuation-token"] = next?.ToString(CultureInfo.InvariantCulture) ?? "";
        return new InstanceStatusResult(found, StatusOptions.List with
        {
            ShowInput = bool.TryParse(query["showInput"], out var show) && show,
        });
    }

    private static async Task<IResult> RaiseEventAsync(TaskHub hub, HttpContext http, string instanceId, string eventName)
    {
        if (hub.Find(instanceId) is not { } found)
            return Results.NotFound();
        if (found.IsCompleted)
            return Results.StatusCode(StatusCodes.Status410Gone);
        if (!http.Request.HasJsonContentType())
            return Error(StatusCodes.Status400BadRequest, "Only application/json request content is supported");
        var (payload, unreadable) = await ReadJsonAsync(http);
        return unreadable ?? Accepted(await hub.RaiseEventAsync(instanceId, eventName, payload));
    }

    private static async Task<IResult> PurgeAsync(TaskHub hub, string instanceId) => hub.Find(instanceId) switch
    {
        null => Results.NotFound(),
        { IsCompleted: false } running => Error(
            StatusCodes.Status412PreconditionFailed,
            $"Only orchestrations in a terminal state can be purged, but '{instanceId}' has status {running.Status}."),
        _ => Deleted(await hub.PurgeAsync([instanceId], recursive: false)),
    };

    private static async Task<IResult> PurgeManyAsync(TaskHub hub, HttpContext http)
    {
        var filter = ManagementQuery.Filter(http.Request.Query);
        if (filter.CreatedFrom is null)
            return Error(StatusCodes.Status400BadRequest, "Please provide value for 'createdTimeFrom' parameter.");
        var (purged, _) = await hub.PurgeAsync(filter, recursive: false, patience: null, http.RequestAborted);
        return purged == 0 ? Results.NotFound() : Deleted(purged);
    }

    private static IResult Accepted(Refusal? refusal) => refusal?.Reason switch
    {
        null => Results.StatusCode(StatusCodes.Status202Accepted),
        RefusalReason.NotFound => Results.NotFound(),
        _ => Results.StatusCode(StatusCodes.Status410Gone),
    };

    private static IResult Deleted(int purged) => Results.Json(new Dictionary<string, int> { ["instancesDeleted"] = purged });

    private static IResult Error(int status, string message) =>
        Results.Json(new Dictionary<string, string> { ["Message"] = message }, statusCode: status);

    private static string? ToJson(string? text) => text is null ? null : JsonSerializer.Serialize(text);

    private static async Task<(string? Json, IResult? Unreadable)> ReadJsonAsync(HttpContext http)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = BodyBytesMax;
        if (http.Request.ContentLength == 0)
            return (null, null);
        try
        {
            using var body = new MemoryStream();
            await http.Request.Body.CopyToAsync(body, http.RequestAborted);
            if (body.Length == 0)
                return (null, null);
            using var document = JsonDocument.Parse(body.GetBuffer().AsMemory(0, (int)body.Length));
            return (document.RootElement.GetRawText(), null);
        }
        catch (JsonException)
        {
            return (null, Error(StatusCodes.Status400BadRequest, "Invalid JSON content"));
        }
    }
}
