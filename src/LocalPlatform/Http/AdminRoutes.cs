using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LocalPlatform.Functions;

/// <summary>The host's own routes under <c>/admin</c>: what runs here, and firing a timer by hand. No key is asked for locally.</summary>
internal sealed partial class AdminRoutes(HostPlan plan, Triggers triggers, IHostEnvironment environment, ILogger<AdminRoutes> logger)
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var admin = routes.ServiceProvider.GetRequiredService<AdminRoutes>();
        routes.MapMethods("/admin/functions", [HttpMethods.Get], http => http.Response.WriteAsJsonAsync(admin.Functions()));
        routes.MapMethods("/admin/host/status", [HttpMethods.Get], http => http.Response.WriteAsJsonAsync(admin.Status()));
        routes.MapMethods("/admin/functions/{name}", [HttpMethods.Post], admin.Fire);
    }

    private IEnumerable<object> Functions() => plan.Functions.Select(f => new
    {
        name = f.Name,
        entryPoint = f.EntryPoint,
        trigger = f.Trigger.Kind,
        href = $"{plan.Address.BaseUrl}/admin/functions/{f.Name}",
        invokeUrl = f.Trigger is HttpBinding http ? plan.Address.BaseUrl + HttpFunctions.PathOf(plan, http) : null,
    });

    private object Status() => new { id = environment.ApplicationName, state = "Running", functions = plan.Functions.Count };

    private Task Fire(HttpContext http)
    {
        var name = http.Request.RouteValues["name"]?.ToString() ?? "";
        var function = plan.Functions.FirstOrDefault(f => f.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
        if (function is null)
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return http.Response.WriteAsync($"There is no function '{name}'.");
        }
        if (triggers.Timer(name) is not { } timer)
        {
            http.Response.StatusCode = StatusCodes.Status400BadRequest;
            return http.Response.WriteAsync($"'{function.Name}' has a {function.Trigger.Kind}; only timers can be fired by hand here.");
        }
        _ = FireAsync(timer);
        http.Response.StatusCode = StatusCodes.Status202Accepted;
        return Task.CompletedTask;
    }

    private async Task FireAsync(TimerLoop timer)
    {
        try
        {
            await timer.FireAsync();
        }
        catch (Exception stopped) when (stopped is OperationCanceledException or ObjectDisposedException)
        {
            NotFired(logger, timer.Function.Name);
        }
    }

    [LoggerMessage(1, LogLevel.Information, "Timer '{Function}' was not fired: the host stops")]
    private static partial void NotFired(ILogger logger, string function);
}
