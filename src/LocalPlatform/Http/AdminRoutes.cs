using System.Text.Json.Nodes;
using LocalPlatform.Hosting;
using LocalPlatform.Settings;
using LocalPlatform.Timers;
using LocalPlatform.Worker;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LocalPlatform.Http;

/// <summary>The host's own routes under <c>/admin</c>: what runs here, and firing a timer by hand. No key is asked for locally.</summary>
internal sealed partial class AdminRoutes(
    Workers workers, Triggers triggers, HostFiles files, HostAddress address, IHostEnvironment environment, HostLog log)
{
    private readonly ILogger _logger = log.For<AdminRoutes>();

    public static void Map(IEndpointRouteBuilder routes)
    {
        var admin = routes.ServiceProvider.GetRequiredService<AdminRoutes>();
        routes.MapMethods("/admin/functions", [HttpMethods.Get], admin.ListAsync);
        routes.MapMethods("/admin/functions/{name}", [HttpMethods.Get], admin.ShowAsync);
        routes.MapMethods("/admin/functions/{name}", [HttpMethods.Post], admin.FireAsync);
        routes.MapMethods("/admin/host/status", [HttpMethods.Get], admin.StatusAsync);
    }

    private async Task ListAsync(HttpContext http) =>
        await http.Response.WriteAsJsonAsync((await workers.Local.Loaded).All.Select(Describe));

    private async Task ShowAsync(HttpContext http)
    {
        if ((await workers.Local.Loaded).Find(Name(http)) is { } function)
            await http.Response.WriteAsJsonAsync(Describe(function));
        else
            await RefuseUnknownAsync(http);
    }

    private async Task StatusAsync(HttpContext http) => await http.Response.WriteAsJsonAsync(
        new { id = environment.ApplicationName, state = "Running", functions = (await workers.Local.Loaded).All.Count });

    /// <summary>A function in the form of the original, as far as it means something here.</summary>
    private object Describe(WorkerFunction function) => new
    {
        name = function.Name,
        href = $"{address.BaseUrl}/admin/functions/{function.Name}",
        invoke_url_template = function.Trigger is HttpBinding http
            ? address.BaseUrl + FunctionRoute.Path(files.HostJson, http).ToLowerInvariant() : null,
        language = function.Metadata.Language,
        isDisabled = false,
        config = new
        {
            name = function.Name,
            entryPoint = function.Metadata.EntryPoint,
            scriptFile = function.Metadata.ScriptFile,
            language = function.Metadata.Language,
            bindings = function.Metadata.RawBindings.Select(binding => JsonNode.Parse(binding)),
        },
    };

    private async Task FireAsync(HttpContext http)
    {
        if ((await workers.Local.Loaded).Find(Name(http)) is not { } function)
        {
            await RefuseUnknownAsync(http);
        }
        else if (triggers.Timer(function.Name) is not { } timer)
        {
            await OperatorHttp.RefuseAsync(http, StatusCodes.Status400BadRequest,
                $"'{function.Name}' has a {function.Trigger.Kind}; only timers can be fired by hand here.");
        }
        else
        {
            _ = FireAsync(timer);
            http.Response.StatusCode = StatusCodes.Status202Accepted;
        }
    }

    private async Task FireAsync(TimerLoop timer)
    {
        try
        {
            await timer.FireAsync();
        }
        catch (Exception stopped) when (stopped is OperationCanceledException or ObjectDisposedException)
        {
            NotFired(timer.Function.Name);
        }
    }

    private static string Name(HttpContext http) => http.Request.RouteValues["name"]?.ToString() ?? "";

    private static Task RefuseUnknownAsync(HttpContext http) =>
        OperatorHttp.RefuseAsync(http, StatusCodes.Status404NotFound, $"There is no function '{Name(http)}'.");

    [LoggerMessage(1, LogLevel.Information, "Timer '{Function}' was not fired: the host stops")]
    private partial void NotFired(string function);
}
