using System.Text.Json.Nodes;
using Microsoft.DurableTask;

namespace LocalPlatform.Durable.Tests.Oracle;

/// <summary>Activities: calls, failures, retries, payloads.</summary>
internal static class CallScenarios
{
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(10);

    public static IEnumerable<Scenario> All =>
    [
        new("chain", functions => functions
            .Orchestrator("Chain", async (TaskOrchestrationContext context, int input) =>
            {
                for (var i = 0; i < 4; i++)
                    input = await context.CallActivityAsync<int>("Increment", input);
                return input;
            })
            .Activity<int, int>("Increment", i => i + 1),
            log => log.RunAsync("Chain", 5)),

        new("fan-out", functions => functions
            .Orchestrator("FanOut", async context => (await Task.WhenAll(
                Enumerable.Range(0, 20).Select(i => context.CallActivityAsync<int>("Square", i)))).Sum())
            .Activity<int, int>("Square", i => i * i),
            log => log.RunAsync("FanOut")),

        new("nothing in, nothing out", functions => functions
            .Orchestrator("Nothing", async (TaskOrchestrationContext context, string? input) =>
                await context.CallActivityAsync<string?>("NothingToo", input))
            .Activity<string?, string?>("NothingToo", input => input is null ? null : "something"),
            log => log.RunAsync("Nothing")),

        new("failure caught", functions => functions
            .Orchestrator("Careful", async context =>
            {
                try
                {
                    return await context.CallActivityAsync<string>("FailsDeeply");
                }
                catch (TaskFailedException failed)
                {
                    var details = failed.FailureDetails;
                    return $"{failed.TaskName} {failed.TaskId} {failed.Message} / {details.ErrorType} / {details.ErrorMessage} / "
                        + $"{details.InnerFailure?.ErrorMessage} / {details.InnerFailure?.InnerFailure?.ErrorType} / "
                        + $"{details.IsCausedBy<InvalidOperationException>()} {details.IsCausedBy<IOException>()}";
                }
            })
            .Activity<object?, string>("FailsDeeply", _ => throw new InvalidOperationException(
                "first", new ArgumentException("second", new IOException("third")))),
            log => log.RunAsync("Careful")),

        new("failure of an activity", functions => functions
            .Orchestrator("Careless", async context => await context.CallActivityAsync<string>("Fails", 1))
            .Activity<int, string>("Fails", _ => throw new InvalidOperationException("no luck", new IOException("no disk"))),
            log => log.RunAsync("Careless")),

        new("failure of the orchestrator", functions => functions
            .Orchestrator("Throws", async context =>
            {
                context.SetCustomStatus("about to throw");
                await context.CreateTimer(TimeSpan.Zero, CancellationToken.None);
                return context.InstanceId.Length > 0 ? throw new FormatException("own", new IOException("cause")) : 1;
            })
            .Orchestrator<int>("ThrowsAtOnce", _ => throw new NotSupportedException("at once")),
            async log =>
            {
                await log.RunAsync("Throws");
                await log.RunAsync("ThrowsAtOnce");
            }),

        new("output of a failed instance", functions => functions
            .Orchestrator<int>("Failing", _ => throw new InvalidOperationException("oh no")),
            async log =>
            {
                await log.RunAsync("Failing");
                log.Note("output", (await log.WaitForEndAsync("of-Failing")).SerializedOutput);
            }),

        new("retry that succeeds", functions => AddFlaky(functions, "Flaky", failures: 2)
            .Orchestrator("Retries", async context => await context.CallActivityAsync<int>(
                "Flaky", context.InstanceId, TaskOptions.FromRetryPolicy(new RetryPolicy(5, Soon, 2)))),
            log => log.RunAsync("Retries")),

        new("retry that gives up", functions => AddFlaky(functions, "Hopeless", failures: 100)
            .Orchestrator("RetriesInVain", async context => await context.CallActivityAsync<int>(
                "Hopeless", context.InstanceId, TaskOptions.FromRetryPolicy(new RetryPolicy(3, Soon)))),
            log => log.RunAsync("RetriesInVain")),

        new("retry handler", functions => AddFlaky(functions, "Stubborn", failures: 3)
            .Orchestrator("Asks", async context => await context.CallActivityAsync<int>(
                "Stubborn", context.InstanceId, TaskOptions.FromRetryHandler(async retry =>
                {
                    await retry.OrchestrationContext.CreateTimer(Soon, CancellationToken.None);
                    return retry.LastAttemptNumber < 10 && retry.LastFailure.IsCausedBy<IOException>();
                }))),
            log => log.RunAsync("Asks")),

        new("unknown activity", functions => functions
            .Orchestrator("CallsNobody", async context => await context.CallActivityAsync<int>("Nobody"))
            .Orchestrator("InsistsOnNobody", async context => await context.CallActivityAsync<int>(
                "Nobody", null, TaskOptions.FromRetryHandler(_ => true))),
            async log =>
            {
                await log.RunAsync("CallsNobody");
                await log.RunAsync("InsistsOnNobody");
            }),

        new("calls that nobody awaits", functions => functions
            .Orchestrator("Forgets", async context =>
            {
                _ = context.CallActivityAsync<int>("Counts", context.InstanceId);
                _ = context.CreateTimer(Soon, CancellationToken.None);
                return await context.CallActivityAsync<int>("Counts", context.InstanceId) > 0;
            })
            .Activity<string, int>("Counts", _ => 1),
            log => log.RunAsync("Forgets")),

        new("large payloads", functions => functions
            .Orchestrator("Carries", async (TaskOrchestrationContext context, JsonNode node) =>
            {
                node["event"] = await context.WaitForExternalEvent<string>("more");
                return (await context.CallActivityAsync<JsonNode>("Adds", node)).ToJsonString().Length;
            })
            .Activity<JsonNode, JsonNode>("Adds", node =>
            {
                node["added"] = "ünï \"quoted\" \u2028";
                return node;
            }),
            async log =>
            {
                var text = new string('x', 300_000);
                await log.Client.ScheduleNewOrchestrationInstanceAsync(
                    "Carries", new { text }, new StartOrchestrationOptions("carries"));
                await log.Client.RaiseEventAsync("carries", "more", text);
                await log.EndAsync("carries");
            }),
    ];

    private static TestFunctions AddFlaky(TestFunctions functions, string name, int failures)
    {
        var attempts = 0;
        return functions.Activity<string, int>(name, _ => Interlocked.Increment(ref attempts) <= failures
            ? throw new IOException($"attempt {attempts}")
            : attempts);
    }
}
