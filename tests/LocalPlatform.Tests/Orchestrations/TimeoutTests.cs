using System.Net.Http.Json;
using System.Text.Json;
using LocalPlatform.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;

namespace LocalPlatform.Tests.Orchestrations;

public sealed class TimeoutTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>As one whose lock expired; else its orchestration would wait for ever.</summary>
    [Fact]
    public async Task An_activity_longer_than_the_function_timeout_is_called_again()
    {
        _folder.With("host.json", """{ "functionTimeout": "00:00:00.500" }""");
        await using var host = await FunctionsHost.StartAsync(
            [typeof(SlowOnceFunctions)], app => app.Services.AddSingleton<Calls>(), _folder);
        await host.Http.PostAsync("/api/slow-once", null);
        var status = await Eventually.Async(
            async () => await host.Http.GetFromJsonAsync<JsonElement>("/runtime/webhooks/durabletask/instances/slow"),
            found => found.GetProperty("runtimeStatus").GetString() == "Completed",
            "Completed");
        Assert.Equal("call 2", status.GetProperty("output").GetString());
    }
}

public sealed class Calls
{
    private int _count;

    public int Next() => Interlocked.Increment(ref _count);
}

public class SlowOnceFunctions(Calls calls)
{
    [Function("StartSlowOnce")]
    public static async Task<IResult> Start(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "slow-once")] HttpRequest request,
        [DurableClient] DurableTaskClient client) =>
        Results.Text(await client.ScheduleNewOrchestrationInstanceAsync("SlowOnce", null, new StartOrchestrationOptions("slow")));

    [Function("SlowOnce")]
    public static Task<string> Run([OrchestrationTrigger] TaskOrchestrationContext context) =>
        context.CallActivityAsync<string>("WaitOnce");

    [Function("WaitOnce")]
    public async Task<string> WaitOnce([ActivityTrigger] string? nothing, FunctionContext context)
    {
        var call = calls.Next();
        if (call == 1)
            await Task.Delay(Timeout.InfiniteTimeSpan, context.CancellationToken);
        return $"call {call}{nothing}";
    }
}
