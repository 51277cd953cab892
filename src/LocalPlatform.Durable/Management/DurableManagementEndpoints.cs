using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace LocalPlatform.Durable.Management;

/// <summary>
/// The routes under <c>/runtime/webhooks/durabletask</c> by which tools and people manage orchestrations, with the answers of the
/// genuine host. The system key (<c>code</c>) and the names of task hub and connection are accepted and not looked at.
/// </summary>
public static class DurableManagementEndpoints
{
    private const string Root = "/runtime/webhooks/durabletask";
    private const int BodyBytesMax = 1024 * 1024;
    private const int PageSizeMax = 1_000;
    private static readonly TimeSpan WaitMax = TimeSpan.FromMinutes(5);

    /// <summary>Maps the routes onto <paramref name="engine"/>.</summary>
    public static void Map(IEndpointRouteBuilder routes, DurableEngine engine)
    {
        ArgumentNullException.ThrowIfNull(routes);
        ArgumentNullException.ThrowIfNull(engine);
        void On(string method, string path, Func<HttpContext, Task<IResult>> answer) =>
            routes.MapMethods(Root + path, [method], async http => await (await answer(http)).ExecuteAsync(http));

        On(HttpMethods.Post, "/orchestrators/{functionName}/{instanceId?}",
            http => StartAsync(engine, http, Route(http, "functionName")!, Route(http, "instanceId")));
        On(HttpMethods.Get, "/instances", http => ListAsync(engine, http));
        On(HttpMethods.Delete, "/instances", http => PurgeManyAsync(engine, http));
        On(HttpMethods.Get, "/instances/{instanceId}", http => GetStatusAsync(engine, http, InstanceOf(http)));
        On(HttpMethods.Delete, "/instances/{instanceId}", http => PurgeAsync(engine, InstanceOf(http)));
        On(HttpMethods.Post, "/instances/{instanceId}/raiseEvent/{eventName}",
            http => RaiseEventAsync(engine, http, InstanceOf(http), Route(http, "eventName")!));
        On(HttpMethods.Post, "/instances/{instanceId}/restart", http => RestartAsync(engine, http, InstanceOf(http)));
        On(HttpMethods.Post, "/instances/{instanceId}/terminate",
            http => CommandAsync(engine, http, (id, reason) => engine.Client.TerminateInstanceAsync(id, (object?)reason)));
        On(HttpMethods.Post, "/instances/{instanceId}/suspend",
            http => CommandAsync(engine, http, (id, reason) => engine.Client.SuspendInstanceAsync(id, reason)));
        On(HttpMethods.Post, "/instances/{instanceId}/resume",
            http => CommandAsync(engine, http, (id, reason) => engine.Client.ResumeInstanceAsync(id, reason)));
    }

    // Route values are read by hand: delegates with parameters are compiled at the start of each process, a tenth of a second for all.
    private static string? Route(HttpContext http, string name) => http.Request.RouteValues[name]?.ToString();

    private static string InstanceOf(HttpContext http) => Route(http, "instanceId")!;

    private static async Task<IResult> CommandAsync(DurableEngine engine, HttpContext http, Func<string, string?, Task> carryOut)
    {
        if (await RefuseUnlessRunningAsync(engine, InstanceOf(http)) is { } refusal)
            return refusal;
        await carryOut(InstanceOf(http), http.Request.Query["reason"]);
        return Results.StatusCode(StatusCodes.Status202Accepted);
    }

    private static async Task<IResult> StartAsync(DurableEngine engine, HttpContext http, string functionName, string? instanceId)
    {
        var (input, unreadable) = await ReadJsonAsync(http);
        if (unreadable is not null)
            return unreadable;
        if (instanceId is not null && await engine.Client.GetInstanceAsync(instanceId) is { IsCompleted: false })
            return Error(StatusCodes.Status409Conflict, $"An orchestration with the instance id '{instanceId}' has not ended yet.");
        try
        {
            var id = await engine.Client.ScheduleNewOrchestrationInstanceAsync(
                functionName, input, new StartOrchestrationOptions(instanceId), http.RequestAborted);
            return await WaitIfAskedAsync(engine, http, id);
        }
        catch (ArgumentException refused)
        {
            return Error(StatusCodes.Status400BadRequest, refused.Message);
        }
    }

    private static async Task<IResult> RestartAsync(DurableEngine engine, HttpContext http, string instanceId)
    {
        var ended = await engine.Client.GetInstanceAsync(instanceId, getInputsAndOutputs: true);
        if (ended is null)
            return Error(StatusCodes.Status400BadRequest, "InstanceId does not match a valid orchestration instance.");
        var sameId = bool.TryParse(http.Request.Query["restartWithNewInstanceId"], out var newId) && !newId;
        if (sameId && !ended.IsCompleted)
            return Error(StatusCodes.Status409Conflict, "A non-terminal instance with this instance ID already exists.");
        var id = await engine.Client.ScheduleNewOrchestrationInstanceAsync(
            ended.Name, ended.ReadInputAs<JsonElement?>(), new StartOrchestrationOptions(sameId ? instanceId : null), http.RequestAborted);
        return await WaitIfAskedAsync(engine, http, id);
    }

    /// <summary>With <c>timeout</c> and <c>pollingInterval</c> (seconds) the answer waits for the end, if that comes in time.</summary>
    private static async Task<IResult> WaitIfAskedAsync(DurableEngine engine, HttpContext http, string instanceId)
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
            var ended = await engine.Client.WaitForInstanceCompletionAsync(instanceId, getInputsAndOutputs: true, patience.Token);
            return ended.RuntimeStatus == OrchestrationRuntimeStatus.Completed
                ? Results.Text(ended.SerializedOutput ?? "null", "application/json")
                : new InstanceStatusResult([ended], StatusOptions.Single(null, failureIsError: true));
        }
        catch (OperationCanceledException) when (!http.RequestAborted.IsCancellationRequested)
        {
            return new CheckStatusResult(instanceId);
        }
    }

    private static async Task<IResult> GetStatusAsync(DurableEngine engine, HttpContext http, string instanceId)
    {
        var query = http.Request.Query;
        bool IsTrue(string name, bool otherwise) => bool.TryParse(query[name], out var value) ? value : otherwise;
        var found = await engine.Client.GetInstanceAsync(instanceId, getInputsAndOutputs: true, http.RequestAborted);
        if (found is null)
            return Results.NotFound();
        var history = IsTrue("showHistory", false) ? engine.ReadHistory(instanceId) : null;
        return new InstanceStatusResult([found], StatusOptions.Single(history, IsTrue("returnInternalServerErrorOnFailure", false)) with
        {
            ShowInput = IsTrue("showInput", true),
            ShowHistoryOutput = IsTrue("showHistoryOutput", false),
        });
    }

    private static async Task<IResult> ListAsync(DurableEngine engine, HttpContext http)
    {
        var query = http.Request.Query;
        var pageSize = int.TryParse(query["top"], NumberStyles.None, CultureInfo.InvariantCulture, out var top) && top > 0
            ? Math.Min(top, PageSizeMax)
            : OrchestrationQuery.DefaultPageSize;
        var filter = new OrchestrationQuery(
            ReadTime(query["createdTimeFrom"]),
            ReadTime(query["createdTimeTo"]),
            ReadStatuses(query["runtimeStatus"]),
            InstanceIdPrefix: query["instanceIdPrefix"],
            PageSize: pageSize,
            FetchInputsAndOutputs: true);
        try
        {
            var token = http.Request.Headers["x-ms-continuation-token"].ToString();
            await foreach (var page in engine.Client.GetAllInstancesAsync(filter).AsPages(token is "" or "null" ? null : token))
            {
                http.Response.Headers["x-ms-continuation-token"] = page.ContinuationToken ?? "";
                var showInput = bool.TryParse(query["showInput"], out var show) && show;
                return new InstanceStatusResult(page.Values, StatusOptions.List with { ShowInput = showInput });
            }
            return new InstanceStatusResult([], StatusOptions.List);
        }
        catch (ArgumentException refused)
        {
            return Error(StatusCodes.Status400BadRequest, refused.Message);
        }
    }

    private static async Task<IResult> RaiseEventAsync(DurableEngine engine, HttpContext http, string instanceId, string eventName)
    {
        if (await RefuseUnlessRunningAsync(engine, instanceId) is { } refusal)
            return refusal;
        if (!http.Request.HasJsonContentType())
            return Error(StatusCodes.Status400BadRequest, "Only application/json request content is supported");
        var (payload, unreadable) = await ReadJsonAsync(http);
        if (unreadable is not null)
            return unreadable;
        await engine.Client.RaiseEventAsync(instanceId, eventName, payload, http.RequestAborted);
        return Results.StatusCode(StatusCodes.Status202Accepted);
    }

    private static async Task<IResult> PurgeAsync(DurableEngine engine, string instanceId)
    {
        var found = await engine.Client.GetInstanceAsync(instanceId);
        if (found is null)
            return Results.NotFound();
        if (!found.IsCompleted)
            return Error(
                StatusCodes.Status412PreconditionFailed,
                $"Only orchestrations in a terminal state can be purged, but '{instanceId}' has status {found.RuntimeStatus}.");
        return Deleted(await engine.Client.PurgeInstanceAsync(instanceId));
    }

    private static async Task<IResult> PurgeManyAsync(DurableEngine engine, HttpContext http)
    {
        var query = http.Request.Query;
        if (ReadTime(query["createdTimeFrom"]) is not { } from)
            return Error(StatusCodes.Status400BadRequest, "Please provide value for 'createdTimeFrom' parameter.");
        var purged = await engine.Client.PurgeAllInstancesAsync(
            new PurgeInstancesFilter(from, ReadTime(query["createdTimeTo"]), ReadStatuses(query["runtimeStatus"])), http.RequestAborted);
        return purged.PurgedInstanceCount == 0 ? Results.NotFound() : Deleted(purged);
    }

    private static async Task<IResult?> RefuseUnlessRunningAsync(DurableEngine engine, string instanceId) =>
        await engine.Client.GetInstanceAsync(instanceId) switch
        {
            null => Results.NotFound(),
            { IsCompleted: true } => Results.StatusCode(StatusCodes.Status410Gone),
            _ => null,
        };

    private static IResult Deleted(PurgeResult purged) =>
        Results.Json(new Dictionary<string, int> { ["instancesDeleted"] = purged.PurgedInstanceCount });

    private static IResult Error(int status, string message) =>
        Results.Json(new Dictionary<string, string> { ["Message"] = message }, statusCode: status);

    private static async Task<(JsonElement? Json, IResult? Unreadable)> ReadJsonAsync(HttpContext http)
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
            return (document.RootElement.Clone(), null);
        }
        catch (JsonException)
        {
            return (null, Error(StatusCodes.Status400BadRequest, "Invalid JSON content"));
        }
    }

    private static DateTimeOffset? ReadTime(string? text) => DateTimeOffset.TryParse(
        text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;

    private static List<OrchestrationRuntimeStatus> ReadStatuses(Microsoft.Extensions.Primitives.StringValues values) =>
        [.. values.SelectMany(value => (value ?? "").Split(',', StringSplitOptions.TrimEntries))
            .Where(name => Enum.TryParse<OrchestrationRuntimeStatus>(name, ignoreCase: true, out _))
            .Select(name => Enum.Parse<OrchestrationRuntimeStatus>(name, ignoreCase: true))];
}
