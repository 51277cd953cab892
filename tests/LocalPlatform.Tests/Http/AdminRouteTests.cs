using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using LocalPlatform.Tests.Hosting;
using LocalPlatform.Tests.Messaging;
using LocalPlatform.Tests.Support;
using LocalPlatform.Tests.Timers;
using Microsoft.Extensions.DependencyInjection;

namespace LocalPlatform.Tests.Http;

public sealed class AdminRouteTests(AdminRouteTests.Server server) : IClassFixture<AdminRouteTests.Server>
{
    private readonly FunctionsHost _host = server.Host;

    [Fact]
    public void The_start_lists_the_functions_and_says_where_the_data_lies()
    {
        Assert.Contains($"  ReadSetting: [GET,HEAD] {_host.Http.BaseAddress}api/settings/{{name}}", _host.Console,
            StringComparison.Ordinal);
        Assert.Contains("  EveryFive: timerTrigger '0 */5 * * * *'", _host.Console, StringComparison.Ordinal);
        Assert.Contains("  Refusing: serviceBusTrigger 'news/subscriptions/mail'", _host.Console, StringComparison.Ordinal);
        Assert.Contains($"Listening on {_host.Http.BaseAddress!.ToString().TrimEnd('/')}", _host.Console, StringComparison.Ordinal);
        Assert.Matches("Data in /.*/data", _host.Console);
    }

    [Fact]
    public async Task Functions_are_listed_as_the_original_lists_them()
    {
        var functions = await _host.Http.GetFromJsonAsync<List<JsonElement>>("/admin/functions");
        Assert.Equal(["EveryFive", "Fine", "ReadSetting", "Refusing", "Unwell"], functions!.Select(f => f.GetProperty("name").GetString()));
        var reader = functions![2];
        Assert.Equal($"{_host.Http.BaseAddress}api/settings/{{name}}", reader.GetProperty("invoke_url_template").GetString());
        Assert.Equal("dotnet-isolated", reader.GetProperty("language").GetString());
        var trigger = reader.GetProperty("config").GetProperty("bindings")[0];
        Assert.Equal("httpTrigger", trigger.GetProperty("type").GetString());
        Assert.Equal("settings/{name}", trigger.GetProperty("route").GetString());
        Assert.Equal(["get", "head"], trigger.GetProperty("methods").EnumerateArray().Select(method => method.GetString()));
        Assert.Equal(JsonValueKind.Null, functions[0].GetProperty("invoke_url_template").ValueKind);
    }

    [Fact]
    public async Task One_function_is_shown_whatever_the_case_of_its_name()
    {
        var function = await _host.Http.GetFromJsonAsync<JsonElement>("/admin/functions/readsetting");
        Assert.Equal("ReadSetting", function.GetProperty("name").GetString());
        Assert.Equal(HttpStatusCode.NotFound, (await _host.Http.GetAsync("/admin/functions/Nobody")).StatusCode);
    }

    [Fact]
    public async Task The_host_tells_that_it_runs()
    {
        var status = await _host.Http.GetFromJsonAsync<JsonElement>("/admin/host/status");
        Assert.Equal("Running", status.GetProperty("state").GetString());
    }

    [Theory]
    [InlineData("Refusing", HttpStatusCode.BadRequest)]
    [InlineData("ReadSetting", HttpStatusCode.BadRequest)]
    [InlineData("Nobody", HttpStatusCode.NotFound)]
    public async Task Only_a_timer_can_be_fired_by_hand(string function, HttpStatusCode expected) =>
        Assert.Equal(expected, (await _host.Http.PostAsync($"/admin/functions/{function}", null)).StatusCode);

    public sealed class Server : IAsyncLifetime
    {
        internal FunctionsHost Host { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Host = await FunctionsHost.StartAsync(
            [typeof(FineFunctions), typeof(EveryFiveMinutes), typeof(RefusingFunctions)], app => app.Services.AddSingleton<Runs>());

        public ValueTask DisposeAsync() => Host.DisposeAsync();
    }
}
