using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LocalPlatform.Functions;

/// <summary>The HTTP functions as endpoints of ASP.NET Core's routing, which knows precedence, constraints and methods.</summary>
internal sealed partial class HttpFunctions(FunctionRunner runner, ILogger<HttpFunctions> logger)
{
    public static void Map(IEndpointRouteBuilder routes, HostPlan plan)
    {
        var functions = routes.ServiceProvider.GetRequiredService<HttpFunctions>();
        foreach (var (function, trigger) in plan.With<HttpBinding>())
        {
            var endpoint = routes.Map(PathOf(plan, trigger), http => functions.AnswerAsync(http, function));
            endpoint.WithDisplayName(function.Name);
            if (trigger.Methods.Count > 0)
                endpoint.WithMetadata(new HttpMethodMetadata(trigger.Methods));
        }
    }

    /// <summary>The path with the route prefix, with a leading slash.</summary>
    public static string PathOf(HostPlan plan, HttpBinding trigger) =>
        "/" + string.Join('/', ((string[])[plan.HostJson.RoutePrefix, trigger.Route]).Where(part => part.Length > 0));

    private async Task AnswerAsync(HttpContext http, FunctionDescriptor function)
    {
        using var run = new Invocation(function, http.RequestServices, runner.Limit)
        {
            HttpContext = http,
            BindingDataFactory = HttpBindingData.Of,
        };
        try
        {
            await runner.RunAsync(run);
            await HttpResults.WriteAsync(http, run.Result);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // Nobody waits for the answer any more.
            http.Abort();
        }
        catch (BadHttpRequestException bad) when (!http.Response.HasStarted)
        {
            Refused(logger, function.Name, bad.Message);
            http.Response.Clear();
            http.Response.StatusCode = bad.StatusCode;
        }
#pragma warning disable CA1031 // The boundary: whatever the function threw, the caller gets a bare 500 and the log gets the rest.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            Failed(logger, failure, function.Name);
            AnswerBare500(http);
        }
    }

    private static void AnswerBare500(HttpContext http)
    {
        if (http.Response.HasStarted)
        {
            http.Abort();
            return;
        }
        http.Response.Clear();
        http.Response.StatusCode = StatusCodes.Status500InternalServerError;
    }

    [LoggerMessage(1, LogLevel.Error, "Function '{Function}' failed")]
    private static partial void Failed(ILogger logger, Exception failure, string function);

    [LoggerMessage(2, LogLevel.Information, "Function '{Function}': the request was refused: {Reason}")]
    private static partial void Refused(ILogger logger, string function, string reason);
}
