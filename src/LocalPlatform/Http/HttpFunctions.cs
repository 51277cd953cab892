using LocalPlatform.Hosting;
using LocalPlatform.Messaging;
using LocalPlatform.Worker;
using LocalPlatform.Worker.Rpc;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace LocalPlatform.Http;

/// <summary>
/// Answers requests by HTTP functions. As in the original, functions are asked in the order of their names, ignoring case, and the
/// first whose route and method match gets the request: the more specific template has no precedence.
/// </summary>
internal sealed partial class HttpFunctions(
    HostFiles files, Workers workers, FunctionInvoker invoker, OutputSender outputs, IInlineConstraintResolver resolver, HostLog log,
        WorkerProxy? proxy = null)
{
    // By this header the worker finds the run that belongs to a request.
    private const string InvocationHeader = "x-ms-invocation-id";

    private static readonly TypedData NoData = new() { Http = new RpcHttp() };

    private readonly ILogger _logger = log.For<HttpFunctions>();
    private readonly TaskCompletionSource<FunctionRoute[]> _routes = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Lets requests in; those that came before have waited.</summary>
    public void Open(WorkerFunctions functions) => _routes.TrySetResult(
        [.. functions.With<HttpBinding>().Select(f => new FunctionRoute(f.Function, f.Trigger, files.HostJson, resolver))]);

    /// <summary>
    /// Answers a request through the pipeline of a worker, which for the one in this process is <paramref name="pipeline"/>; 404 without
    /// a body when no function has the route.
    /// </summary>
    public async Task AnswerAsync(HttpContext http, RequestDelegate pipeline)
    {
        var routes = _routes.Task.IsCompletedSuccessfully ? _routes.Task.Result : await _routes.Task.WaitAsync(http.RequestAborted);
        var values = new RouteValueDictionary();
        if (Find(routes, http, values) is not { } function)
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }
        var worker = await workers.NextAsync(function, http.RequestAborted);
        var run = invoker.Begin(worker, function, NoData, request =>
        {
            Describe(request, http, values);
            Continue(request.TraceContext, http);
        });
        using var aborted = http.RequestAborted.UnsafeRegister(_ => run.Cancel(), null);
        http.Request.Headers[InvocationHeader] = run.Id;
        if (worker == workers.Local)
            await AnswerHereAsync(http, pipeline, run);
        else
            await AnswerThereAsync(http, worker, run);
    }

    private async Task AnswerHereAsync(HttpContext http, RequestDelegate pipeline, Invocation run)
    {
        await run.Arrived;
        if (!run.Task.IsCompleted)
            await RunPipelineAsync(http, pipeline, run);
        if (await run.Ran && run.Function.Outputs.Count == 0)
            return;
        await SettleAsync(http, run.Function, await run.Task);
    }

    /// <summary>As by the original's proxy, that of a worker that dies is a 502.</summary>
    private async Task AnswerThereAsync(HttpContext http, WorkerConnection worker, Invocation run)
    {
        try
        {
            if (!await proxy!.TryForwardAsync(http, worker))
                run.Cancel();
            await SettleAsync(http, run.Function, await run.Task);
        }
        catch (WorkerGoneException) when (!http.Response.HasStarted)
        {
            http.Response.StatusCode = StatusCodes.Status502BadGateway;
        }
    }

    private static WorkerFunction? Find(FunctionRoute[] routes, HttpContext http, RouteValueDictionary values)
    {
        foreach (var route in routes)
        {
            if (route.Matches(http, values))
                return route.Function;
        }
        return null;
    }

    /// <summary>
    /// The metadata of the trigger: the query and the route's parameters, which win. Their names are one whatever their case, as the host has
    /// it; the worker takes two of one name for a fault.
    /// </summary>
    private static void Describe(InvocationRequest request, HttpContext http, RouteValueDictionary values)
    {
        var described = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in http.Request.Query)
            described[name] = value.ToString();
        foreach (var (name, value) in values)
        {
            described.Remove(name);
            described[name] = value?.ToString() ?? "";
        }
        foreach (var (name, value) in described)
            request.TriggerMetadata[name] = new TypedData { String = value };
    }

    /// <summary>Where nobody listens to traces, ASP.NET Core takes no notice of the caller's; the function is told all the same.</summary>
    private static void Continue(RpcTraceContext trace, HttpContext http)
    {
        if (trace.TraceParent.Length > 0)
            return;
        trace.TraceParent = http.Request.Headers.TraceParent.ToString();
        trace.TraceState = http.Request.Headers.TraceState.ToString();
    }

    /// <summary>Within the pipeline the worker waits for the run to come to HTTP; one that has failed before never will.</summary>
    private static async Task RunPipelineAsync(HttpContext http, RequestDelegate pipeline, Invocation run)
    {
        var aborted = http.RequestAborted;
        using var over = CancellationTokenSource.CreateLinkedTokenSource(aborted);
        http.RequestAborted = over.Token;
        try
        {
            var answered = pipeline(http);
            if (await Task.WhenAny(answered, run.Ran) != answered && !await run.Ran)
                await over.CancelAsync();
            await answered;
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            // Nobody waits for the answer any more, or there is none.
        }
        finally
        {
            http.RequestAborted = aborted;
        }
    }

    /// <summary>The worker's pipeline knows no failures: of a function that threw it leaves an empty 200.</summary>
    private async Task SettleAsync(HttpContext http, WorkerFunction function, InvocationResponse response)
    {
        if (response.Result.Status == StatusResult.Types.Status.Success)
        {
            await outputs.SendAsync(function, response);
            return;
        }
        if (http.RequestAborted.IsCancellationRequested || http.Response.StatusCode >= StatusCodes.Status400BadRequest)
            return;
        Failed(function.Name, response.Result.Exception?.Message ?? response.Result.Result);
        if (http.Response.HasStarted)
        {
            http.Abort();
            return;
        }
        http.Response.Clear();
        http.Response.StatusCode = StatusCodes.Status500InternalServerError;
    }

    [LoggerMessage(1, LogLevel.Error, "Function '{Function}' failed: {Reason}")]
    private partial void Failed(string function, string reason);
}
