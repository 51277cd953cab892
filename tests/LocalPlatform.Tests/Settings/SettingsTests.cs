using System.Net;
using LocalPlatform.Tests.Hosting;
using LocalPlatform.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace LocalPlatform.Tests.Settings;

public sealed class SettingsTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Settings_come_from_the_platform_file_then_local_settings_then_the_environment_then_the_command_line()
    {
        _folder.With("localplatform.json",
            """{ "settings": { "A:1": "platform", "A:2": "platform", "A:3": "platform", "A:4": "platform" } }""")
            .With("local.settings.json", """{ "Values": { "A__2": "local", "A:3": "local", "A:4": "local" } }""");
        await using var app = AppProcess.Start(
            nameof(ChildApps.FineAsync), _folder, [("A__3", "environment"), ("A__4", "environment")], "--A:4", "command line");
        using var http = await app.ConnectAsync();
        Assert.Equal("platform", await http.GetStringAsync("/api/settings/A:1"));
        Assert.Equal("local", await http.GetStringAsync("/api/settings/A:2"));
        Assert.Equal("environment", await http.GetStringAsync("/api/settings/A:3"));
        Assert.Equal("command line", await http.GetStringAsync("/api/settings/A:4"));
    }

    [Fact]
    public async Task The_base_url_in_a_setting_is_the_address_listened_on()
    {
        _folder.With("localplatform.json", """{ "settings": { "Self": "{baseUrl}/api/settings/Self" } }""");
        await using var host = await FunctionsHost.StartAsync([typeof(FineFunctions)], null, _folder);
        var self = await host.Http.GetStringAsync("/api/settings/Self");
        Assert.Equal(self, await host.Http.GetStringAsync(new Uri(self)));
    }

    // In a process of its own: the worker reads the file by itself, too, from the one folder that its environment names.
    [Theory]
    [InlineData("""{ "extensions": { "http": { "routePrefix": "" } } }""", "/fine")]
    [InlineData("""{ "extensions": { "http": { "routePrefix": "shop/v1" } } } // a comment""", "/shop/v1/fine")]
    public async Task The_route_prefix_comes_from_host_json(string hostJson, string path)
    {
        _folder.With("host.json", hostJson);
        await using var app = AppProcess.Start(nameof(ChildApps.FineAsync), _folder);
        using var http = await app.ConnectAsync();
        Assert.Equal(HttpStatusCode.NoContent, (await http.GetAsync(path)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync("/api/fine")).StatusCode);
    }

    [Fact]
    public async Task Settings_in_trigger_arguments_are_replaced()
    {
        _folder.With("local.settings.json", """{ "Values": { "When": "0 0 3 * * *", "Who": "order-events" } }""");
        await using var host = await FunctionsHost.StartAsync([typeof(PlacedFunctions)], null, _folder);
        Assert.Contains("  PlacedMessage: serviceBusTrigger 'order-events'", host.Console, StringComparison.Ordinal);
        Assert.Contains("  PlacedTimer: timerTrigger '0 0 3 * * *'", host.Console, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_longer_than_the_function_timeout_is_cancelled()
    {
        _folder.With("host.json", """{ "functionTimeout": "00:00:00.050" }""");
        await using var host = await FunctionsHost.StartAsync([typeof(SlowFunctions)], null, _folder);
        Assert.Equal("cancelled", await host.Http.GetStringAsync("/api/slow"));
    }
}

public static class PlacedFunctions
{
    [Function("PlacedTimer")]
    public static void Tick([TimerTrigger("%When%")] TimerInfo timer) => _ = timer;

    [Function("PlacedMessage")]
    public static void Hear([ServiceBusTrigger("%Who%")] string message) => _ = message;
}

public static class SlowFunctions
{
    [Function("Slow")]
    public static async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "slow")] HttpRequest request,
        FunctionContext context)
    {
        await Task.Delay(TimeSpan.FromMinutes(1), context.CancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return Results.Text(context.CancellationToken.IsCancellationRequested ? "cancelled" : "done");
    }
}
