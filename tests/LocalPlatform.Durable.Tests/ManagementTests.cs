using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using LocalPlatform.Durable.Management;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LocalPlatform.Durable.Tests;

public sealed class ManagementTests : IAsyncLifetime
{
    private const string Root = "/runtime/webhooks/durabletask/";
    private TestHub _hub = null!;
    private WebApplication _app = null!;
    private HttpClient _http = null!;

    public async ValueTask InitializeAsync()
    {
        _hub = await TestHub.StartAsync(new TestFunctions()
            .Orchestrator("Greets", async context =>
            {
                context.SetCustomStatus(new { step = 1 });
                var name = await context.WaitForExternalEvent<string>("name");
                return await context.CallActivityAsync<string>("Greet", name);
            })
            .Orchestrator<string>("Fails", _ => throw new InvalidOperationException("at once"))
            .Orchestrator("Echo", (TaskOrchestrationContext _, JsonElement? input) => Task.FromResult(input))
            .Activity<string, string>("Greet", name => $"Hello {name}"));
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRouting();
        builder.Logging.SetMinimumLevel(LogLevel.None);
        _app = builder.Build();
        _app.UseRouting();
        DurableManagementEndpoints.Map(_app, _hub.Engine);
        await _app.StartAsync();
        _http = new HttpClient { BaseAddress = new Uri(_app.Urls.Single() + Root) };
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _app.DisposeAsync();
        await _hub.DisposeAsync();
    }

    [Fact]
    public async Task A_running_instance_is_202_with_a_location_and_an_ended_one_200_with_its_output()
    {
        await _hub.Client.ScheduleNewOrchestrationInstanceAsync("Greets", new { a = 1 }, new StartOrchestrationOptions("g"));
        await _hub.Until("g", found => found.SerializedCustomStatus is not null);

        var running = await _http.GetAsync("instances/g?taskHub=x&connection=y&code=z");
        Assert.Equal(HttpStatusCode.Accepted, running.StatusCode);
        Assert.EndsWith("instances/g?taskHub=x&connection=y&code=z", running.Headers.Location?.OriginalString, StringComparison.Ordinal);
        var status = await running.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal(
            ["name", "instanceId", "runtimeStatus", "input", "customStatus", "output", "createdTime", "lastUpdatedTime"],
            status.EnumerateObject().Select(property => property.Name));
        Assert.Equal("Running", status.GetProperty("runtimeStatus").GetString());
        Assert.Equal(1, status.GetProperty("customStatus").GetProperty("step").GetInt32());
        Assert.Equal("2026-03-01T12:00:00Z", status.GetProperty("createdTime").GetString());

        var raised = await _http.PostAsJsonAsync("instances/g/raiseEvent/name", "Kim");
        Assert.Equal(HttpStatusCode.Accepted, raised.StatusCode);
        await _hub.EndOf("g");
        var ended = await _http.GetAsync("instances/g?showHistory=true&showHistoryOutput=true&showInput=false");
        Assert.Equal(HttpStatusCode.OK, ended.StatusCode);
        status = await ended.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal("Hello Kim", status.GetProperty("output").GetString());
        Assert.Equal(JsonValueKind.Null, status.GetProperty("input").ValueKind);
        var history = status.GetProperty("historyEvents").EnumerateArray().ToArray();
        Assert.Equal(
            ["ExecutionStarted", "EventRaised", "TaskCompleted", "ExecutionCompleted"],
            history.Select(e => e.GetProperty("EventType").GetString()));
        Assert.Equal("Greet", history[2].GetProperty("FunctionName").GetString());
        Assert.Equal("Hello Kim", history[2].GetProperty("Result").GetString());
        Assert.Equal("Completed", history[3].GetProperty("OrchestrationStatus").GetString());
    }

    [Fact]
    public async Task A_failed_instance_is_500_only_when_asked_for()
    {
        await _hub.RunAsync("Fails", id: "f");
        Assert.Equal(HttpStatusCode.OK, (await _http.GetAsync("instances/f")).StatusCode);
        var failed = await _http.GetAsync("instances/f?returnInternalServerErrorOnFailure=true");
        Assert.Equal(HttpStatusCode.InternalServerError, failed.StatusCode);
        var output = (await failed.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("output").GetString();
        Assert.Equal("System.InvalidOperationException: at once", output);
    }

    [Fact]
    public async Task Unknown_ended_and_malformed_are_404_410_and_400()
    {
        await _hub.RunAsync("Fails", id: "ended");
        await _hub.Client.ScheduleNewOrchestrationInstanceAsync("Greets", new StartOrchestrationOptions("open"));
        Assert.Equal(HttpStatusCode.NotFound, (await _http.GetAsync("instances/nobody")).StatusCode);
        foreach (var command in new[] { "terminate", "suspend", "resume", "raiseEvent/name" })
        {
            Assert.Equal(HttpStatusCode.NotFound, (await _http.PostAsJsonAsync($"instances/nobody/{command}", 1)).StatusCode);
            Assert.Equal(HttpStatusCode.Gone, (await _http.PostAsJsonAsync($"instances/ended/{command}", 1)).StatusCode);
        }
        using var text = new StringContent("Kim");
        Assert.Equal(HttpStatusCode.BadRequest, (await _http.PostAsync("instances/open/raiseEvent/name", text)).StatusCode);
        using var broken = new StringContent("{", null, "application/json");
        Assert.Equal(HttpStatusCode.BadRequest, (await _http.PostAsync("instances/open/raiseEvent/name", broken)).StatusCode);
        using var huge = new HttpRequestMessage(HttpMethod.Post, "instances/open/raiseEvent/name")
        {
            Content = new StringContent('"' + new string('x', 2_000_000) + '"', null, "application/json"),
        };
        huge.Headers.ExpectContinue = true; // Else the refusal may meet a client that is still writing, and be lost with the connection.
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await _http.SendAsync(huge)).StatusCode);
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await _http.DeleteAsync("instances/open")).StatusCode);
    }

    [Fact]
    public async Task Instances_are_suspended_resumed_and_terminated()
    {
        await _hub.Client.ScheduleNewOrchestrationInstanceAsync("Greets", new StartOrchestrationOptions("t"));
        Assert.Equal(HttpStatusCode.Accepted, (await _http.PostAsync("instances/t/suspend?reason=lunch", null)).StatusCode);
        await _hub.Until("t", found => found.RuntimeStatus == OrchestrationRuntimeStatus.Suspended);
        Assert.Equal(HttpStatusCode.Accepted, (await _http.PostAsync("instances/t/resume", null)).StatusCode);
        await _hub.Until("t", found => found.IsRunning);
        Assert.Equal(HttpStatusCode.Accepted, (await _http.PostAsync("instances/t/terminate?reason=enough", null)).StatusCode);
        var ended = await _hub.EndOf("t");
        Assert.Equal(OrchestrationRuntimeStatus.Terminated, ended.RuntimeStatus);
        Assert.Equal("enough", ended.ReadOutputAs<string>());
    }

    [Fact]
    public async Task Instances_are_listed_in_pages_and_purged()
    {
        for (var i = 0; i < 5; i++)
            await _hub.RunAsync("Echo", i, $"e{i}");
        await _hub.RunAsync("Fails", id: "f");

        var first = await _http.GetAsync("instances?top=2&runtimeStatus=Completed,Terminated&instanceIdPrefix=e");
        using var next = new HttpRequestMessage(HttpMethod.Get, "instances?top=9&runtimeStatus=Completed&showInput=true");
        next.Headers.Add("x-ms-continuation-token", first.Headers.GetValues("x-ms-continuation-token").Single());
        var rest = await (await _http.SendAsync(next)).Content.ReadFromJsonAsync<JsonElement>();

        Assert.Equal(2, (await first.Content.ReadFromJsonAsync<JsonElement>()).GetArrayLength());
        Assert.Equal(["e2", "e3", "e4"], rest.EnumerateArray().Select(instance => instance.GetProperty("instanceId").GetString()));
        Assert.Equal(2, rest[0].GetProperty("input").GetInt32());

        var one = await _http.DeleteAsync("instances/e0");
        Assert.Equal("""{"instancesDeleted":1}""", await one.Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.BadRequest, (await _http.DeleteAsync("instances")).StatusCode);
        var many = await _http.DeleteAsync(
            "instances?createdTimeFrom=2026-01-01T00:00:00Z&createdTimeTo=2026-12-31&runtimeStatus=Completed");
        Assert.Equal("""{"instancesDeleted":4}""", await many.Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.NotFound, (await _http.DeleteAsync("instances?createdTimeFrom=2030-01-01")).StatusCode);
    }

    [Theory]
    [InlineData("top=0", "top")]
    [InlineData("top=many", "top")]
    [InlineData("createdTimeFrom=yesterday", "createdTimeFrom")]
    [InlineData("createdTimeFrom=2026-01-01&createdTimeTo=soon", "createdTimeTo")]
    [InlineData("createdTimeFrom=2026-01-01&runtimeStatus=Completet", "runtimeStatus")]
    [InlineData("createdTimeFrom=2026-01-01&runtimeStatus=1", "runtimeStatus")]
    [InlineData("showInput=perhaps", "showInput")]
    public async Task A_parameter_that_cannot_be_read_is_named_and_nothing_is_purged(string query, string name)
    {
        await _hub.RunAsync("Echo", 1, "kept");
        foreach (var answer in new[] { await _http.GetAsync($"instances?{query}"), await _http.DeleteAsync($"instances?{query}") })
        {
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
            Assert.Contains($"'{name}'", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
        Assert.Equal(HttpStatusCode.OK, (await _http.GetAsync("instances/kept")).StatusCode);
    }

    [Fact]
    public async Task An_orchestration_is_started_followed_and_restarted_over_http()
    {
        var started = await _http.PostAsJsonAsync("orchestrators/Echo/mine", new { text = "hi" });
        Assert.Equal(HttpStatusCode.Accepted, started.StatusCode);
        var links = await started.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal("mine", links.GetProperty("id").GetString());
        await _hub.EndOf("mine");
        var status = await _http.GetFromJsonAsync<JsonElement>(links.GetProperty("statusQueryGetUri").GetString());
        Assert.Equal("hi", status.GetProperty("output").GetProperty("text").GetString());

        var restarted = await _http.PostAsync("instances/mine/restart", null);
        var newId = (await restarted.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString()!;
        Assert.NotEqual("mine", newId);
        Assert.Equal("""{"text":"hi"}""", (await _hub.EndOf(newId)).SerializedOutput);

        var waited = await _http.PostAsJsonAsync("orchestrators/Echo?timeout=20&pollingInterval=1", 42);
        Assert.Equal("42", await waited.Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.BadRequest, (await _http.PostAsJsonAsync("orchestrators/Nobody", 1)).StatusCode);
        await _http.PostAsJsonAsync("orchestrators/Greets/twice", 1);
        Assert.Equal(HttpStatusCode.Conflict, (await _http.PostAsJsonAsync("orchestrators/Greets/twice", 1)).StatusCode);
    }
}
