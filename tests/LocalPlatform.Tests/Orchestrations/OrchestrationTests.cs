using System.Net.Http.Json;
using System.Text.Json;
using LocalPlatform.Tests.Messaging;
using LocalPlatform.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;

namespace LocalPlatform.Tests.Orchestrations;

/// <summary>Orchestrations from the app's side: the genuine client, orchestrator and activities, over the wire.</summary>
public sealed class OrchestrationTests(OrchestrationTests.Server server) : IClassFixture<OrchestrationTests.Server>
{
    private readonly HttpClient _http = server.Host.Http;

    [Fact]
    public async Task An_orchestration_runs_from_an_http_function_through_activities_to_its_output() =>
        Assert.Equal("""{"total":7,"by":"Add"}""", await _http.GetStringAsync("/api/sum/3/4"));

    [Fact]
    public async Task What_an_activity_returns_through_an_output_is_sent_and_returned()
    {
        await _http.GetStringAsync("/api/sum/100/23");
        await Eventually.HoldsAsync(() => server.Host.Services.GetRequiredService<Inbox>().Contains("sum 123"));
    }

    [Fact]
    public async Task A_failing_activity_reaches_the_orchestrator_with_type_and_message() =>
        Assert.Equal("System.OverflowException: too much", await _http.GetStringAsync("/api/fail"));

    [Fact]
    public async Task An_orchestration_waits_for_an_event_and_is_seen_where_the_original_shows_it()
    {
        await _http.PostAsync("/api/ask/a1", null);
        var status = await StatusAsync("a1", "Running");
        Assert.Equal("waiting", status.GetProperty("customStatus").GetString());
        await _http.PostAsJsonAsync("/runtime/webhooks/durabletask/instances/a1/raiseEvent/Answer", 42);
        Assert.Equal("answered 42", (await StatusAsync("a1", "Completed")).GetProperty("output").GetString());
    }

    private Task<JsonElement> StatusAsync(string id, string wanted) => Eventually.Async(
        async () => await _http.GetFromJsonAsync<JsonElement>($"/runtime/webhooks/durabletask/instances/{id}"),
        status => status.GetProperty("runtimeStatus").GetString() == wanted
            && status.GetProperty("customStatus").ValueKind == JsonValueKind.String,
        wanted);

    public sealed class Server : IAsyncLifetime
    {
        internal FunctionsHost Host { get; private set; } = null!;

        public async ValueTask InitializeAsync() =>
            Host = await FunctionsHost.StartAsync([typeof(SumFunctions)], app => app.Services.AddSingleton<Inbox>());

        public ValueTask DisposeAsync() => Host.DisposeAsync();
    }
}

public sealed record Pair(int Left, int Right);

public sealed record Total(int Value, string By);

public class SumFunctions(Inbox inbox)
{
    [Function("StartSum")]
    public static async Task<IResult> Start(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "sum/{left:int}/{right:int}")] HttpRequest request,
        [DurableClient] DurableTaskClient client, int left, int right, CancellationToken ct)
    {
        var id = await client.ScheduleNewOrchestrationInstanceAsync("Sum", new Pair(left, right), null, ct);
        var done = await client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true, ct);
        var total = done.ReadOutputAs<Total>()!;
        return Results.Json(new { total = total.Value, by = total.By });
    }

    [Function("StartFailing")]
    public static async Task<IResult> StartFailing(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "fail")] HttpRequest request, [DurableClient] DurableTaskClient client)
    {
        var id = await client.ScheduleNewOrchestrationInstanceAsync("Failure");
        var done = await client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true);
        return Results.Text(done.ReadOutputAs<string>()!);
    }

    [Function("StartAsking")]
    public static async Task<IResult> StartAsking(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "ask/{id}")] HttpRequest request,
        [DurableClient] DurableTaskClient client, string id) =>
        Results.Text(await client.ScheduleNewOrchestrationInstanceAsync("Asking", null, new StartOrchestrationOptions(id)));

    [Function("Sum")]
    public static async Task<Total> Sum([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var total = await context.CallActivityAsync<Total>("Add", context.GetInput<Pair>());
        await context.CallActivityAsync<string>("Announce", total.Value);
        return total;
    }

    [Function("Add")]
    public static Task<Total> Add([ActivityTrigger] Pair pair, FunctionContext run) =>
        Task.FromResult(new Total(pair.Left + pair.Right, run.FunctionDefinition.Name));

    [Function("Announce")]
    [ServiceBusOutput("sums")]
    public static string Announce([ActivityTrigger] int total, string instanceId) =>
        string.IsNullOrEmpty(instanceId) ? throw new InvalidOperationException("no instance") : $"sum {total}";

    [Function("Hear")]
    public void Hear([ServiceBusTrigger("sums")] string message) => inbox.Enqueue(message);

    [Function("Failure")]
    public static async Task<string> Failure([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        try
        {
            return await context.CallActivityAsync<string>("Overflow");
        }
        catch (TaskFailedException failed)
        {
            return $"{failed.FailureDetails.ErrorType}: {failed.FailureDetails.ErrorMessage}";
        }
    }

    [Function("Overflow")]
    public static string Overflow([ActivityTrigger] string? nothing) => throw new OverflowException("too much" + nothing);

    [Function("Asking")]
    public static async Task<string> Asking([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        context.SetCustomStatus("waiting");
        return $"answered {await context.WaitForExternalEvent<int>("Answer")}";
    }
}
