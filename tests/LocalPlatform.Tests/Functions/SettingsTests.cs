using System.Net;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;

namespace LocalPlatform.Tests.Functions;

public sealed class SettingsTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Settings_come_from_the_platform_file_then_local_settings_then_the_command_line()
    {
        _folder.With("localplatform.json", """{ "settings": { "A:One": "platform", "A:Two": "platform", "A:Three": "platform" } }""")
            .With("local.settings.json", """{ "Values": { "A__Two": "local", "A:Three": "local" } }""");
        await using var host = await FunctionsHost.StartAsync([typeof(Reader)], null, _folder, "--A:Three", "command line");
        Assert.Equal("platform", await host.Http.GetStringAsync("/api/settings/A:One"));
        Assert.Equal("local", await host.Http.GetStringAsync("/api/settings/A:Two"));
        Assert.Equal("command line", await host.Http.GetStringAsync("/api/settings/A:Three"));
    }

    [Fact]
    public async Task The_base_url_in_a_setting_is_the_address_listened_on()
    {
        _folder.With("localplatform.json", """{ "settings": { "Self": "{baseUrl}/api/settings/Self" } }""");
        await using var host = await FunctionsHost.StartAsync([typeof(Reader)], null, _folder);
        var self = await host.Http.GetStringAsync("/api/settings/Self");
        Assert.Equal(self, await host.Http.GetStringAsync(new Uri(self)));
    }

    [Theory]
    [InlineData("""{ "extensions": { "http": { "routePrefix": "" } } }""", "/settings/x")]
    [InlineData("""{ "extensions": { "http": { "routePrefix": "shop/v1" } } } // a comment""", "/shop/v1/settings/x")]
    public async Task The_route_prefix_comes_from_host_json(string hostJson, string path)
    {
        _folder.With("host.json", hostJson);
        await using var host = await FunctionsHost.StartAsync([typeof(Reader)], null, _folder);
        Assert.Equal(HttpStatusCode.OK, (await host.Http.GetAsync(path)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await host.Http.GetAsync("/api/settings/x")).StatusCode);
    }

    [Fact]
    public async Task Settings_in_trigger_arguments_are_replaced()
    {
        _folder.With("local.settings.json", """{ "Values": { "Where": "over/there" } }""");
        await using var host = await FunctionsHost.StartAsync([typeof(Placed)], null, _folder);
        Assert.Equal("here", await host.Http.GetStringAsync("/api/over/there"));
        Assert.Contains($"  Placed: [GET] {host.Http.BaseAddress}api/over/there", host.Console, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_longer_than_the_function_timeout_is_cancelled()
    {
        _folder.With("host.json", """{ "functionTimeout": "00:00:00.050" }""");
        await using var host = await FunctionsHost.StartAsync([typeof(Slow)], null, _folder);
        Assert.Equal("cancelled", await host.Http.GetStringAsync("/api/slow"));
    }

    [Fact]
    public async Task The_start_lists_the_functions_and_says_where_the_data_lies()
    {
        await using var host = await FunctionsHost.StartAsync([typeof(Reader), typeof(Kinds)], null, _folder);
        Assert.Contains($"  ReadSetting: [GET,HEAD] {host.Http.BaseAddress}api/settings/{{name}}", host.Console, StringComparison.Ordinal);
        Assert.Contains("  Nightly: timerTrigger '0 0 3 * * *'", host.Console, StringComparison.Ordinal);
        Assert.Contains("  Mail: serviceBusTrigger 'news/subscriptions/mail'", host.Console, StringComparison.Ordinal);
        Assert.Contains($"Data in {_folder.File("data")}", host.Console, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_admin_routes_list_the_functions()
    {
        await using var host = await FunctionsHost.StartAsync([typeof(Reader), typeof(Kinds)], null, _folder);
        var functions = await host.Http.GetFromJsonAsync<List<Dictionary<string, string?>>>("/admin/functions");
        Assert.Equal(["Mail", "Nightly", "ReadSetting"], functions!.Select(f => f["name"]));
        Assert.Contains("Running", await host.Http.GetStringAsync("/admin/host/status"), StringComparison.Ordinal);
    }

    public class Reader(IConfiguration configuration)
    {
        [Function("ReadSetting")]
        public string Read([HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "settings/{name}")] HttpRequest request, string name) =>
            configuration[name] ?? "";
    }

    public static class Placed
    {
        [Function("Placed")]
        public static string Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "%Where%")] HttpRequest request) => "here";
    }

    public static class Slow
    {
        [Function("Slow")]
        public static async Task<string> Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "slow")] HttpRequest request, FunctionContext context)
        {
            await Task.Delay(TimeSpan.FromMinutes(1), context.CancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return context.CancellationToken.IsCancellationRequested ? "cancelled" : "done";
        }
    }

    public static class Kinds
    {
        [Function("Nightly")]
        public static void Nightly([TimerTrigger("0 0 3 * * *")] TimerInfo timer) => _ = timer;

        [Function("Mail")]
        public static void Mail([ServiceBusTrigger("news", "mail")] string message) => _ = message;
    }
}
