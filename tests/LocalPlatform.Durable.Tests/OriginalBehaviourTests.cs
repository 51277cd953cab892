using System.Text.Json.Nodes;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace LocalPlatform.Durable.Tests;

/// <summary>What the original's own integration tests hold it to.</summary>
public sealed class OriginalBehaviourTests
{
    [Fact]
    public async Task Only_the_last_stretch_of_an_orchestrator_is_not_replaying()
    {
        var functions = new TestFunctions().Orchestrator("Looks", async context =>
        {
            var seen = new List<bool> { context.IsReplaying };
            for (var i = 0; i < 2; i++)
            {
                await context.CreateTimer(TimeSpan.Zero, CancellationToken.None);
                seen.Add(context.IsReplaying);
            }
            return seen;
        });
        await using var hub = await TestHub.StartAsync(functions);

        Assert.Equal("[true,true,false]", (await hub.RunAsync("Looks")).SerializedOutput);
    }

    [Fact]
    public async Task A_failed_instance_tells_of_the_task_that_failed_it_and_of_all_causes()
    {
        var functions = new TestFunctions()
            .Orchestrator<int>("Careless", CarelessAsync)
            .Activity<object?, int>("Fails", _ => FailDeeply());
        await using var hub = await TestHub.StartAsync(functions);

        var ended = await hub.RunAsync("Careless");

        var failure = ended.FailureDetails!;
        Assert.Equal("Task 'Fails' (#0) failed with an unhandled exception: first", failure.ErrorMessage);
        Assert.Equal($"Microsoft.DurableTask.TaskFailedException: {failure.ErrorMessage}", ended.SerializedOutput);
        Assert.Contains(nameof(CarelessAsync), failure.StackTrace, StringComparison.Ordinal);
        Assert.DoesNotContain(nameof(FailDeeply), failure.StackTrace, StringComparison.Ordinal);
        Assert.Contains(nameof(FailDeeply), failure.InnerFailure?.StackTrace, StringComparison.Ordinal);
        Assert.True(failure.IsCausedBy<TaskFailedException>());
        Assert.True(failure.InnerFailure!.IsCausedBy<OddException>());
        Assert.Equal(typeof(OddException).FullName, failure.InnerFailure.ErrorType);
        Assert.Equal("second", failure.InnerFailure.InnerFailure?.ErrorMessage);
        Assert.True(failure.InnerFailure.InnerFailure!.InnerFailure!.IsCausedBy<IOException>());
    }

    [Fact]
    public async Task A_failure_keeps_its_causes_through_a_sub_orchestration_that_rethrows_it()
    {
        TaskFailureDetails? seen = null;
        var functions = new TestFunctions()
            .Orchestrator<int>("Parent", async context =>
            {
                try
                {
                    return await context.CallSubOrchestratorAsync<int>("Careless");
                }
                catch (TaskFailedException failed)
                {
                    seen = failed.FailureDetails;
                    throw;
                }
            })
            .Orchestrator<int>("Careless", CarelessAsync)
            .Activity<object?, int>("Fails", _ => FailDeeply());
        await using var hub = await TestHub.StartAsync(functions);

        var ended = await hub.RunAsync("Parent");

        Assert.Contains("'Fails'", seen?.ErrorMessage, StringComparison.Ordinal);
        Assert.True(seen!.InnerFailure!.IsCausedBy<OddException>());
        Assert.Contains("'Careless'", ended.FailureDetails?.ErrorMessage, StringComparison.Ordinal);
        Assert.Contains("'Fails'", ended.FailureDetails?.InnerFailure?.ErrorMessage, StringComparison.Ordinal);
        Assert.Equal("third", ended.FailureDetails?.InnerFailure?.InnerFailure?.InnerFailure?.InnerFailure?.ErrorMessage);
    }

    [Fact]
    public async Task What_an_orchestrator_throws_itself_fails_it_with_its_own_type_and_stack()
    {
        var functions = new TestFunctions().Orchestrator<int>("Throws", async context =>
        {
            await context.CreateTimer(TimeSpan.Zero, CancellationToken.None);
            return FailDeeply();
        });
        await using var hub = await TestHub.StartAsync(functions);

        var failure = (await hub.RunAsync("Throws")).FailureDetails!;

        Assert.Equal((typeof(OddException).FullName, "first"), (failure.ErrorType, failure.ErrorMessage));
        Assert.Contains(nameof(FailDeeply), failure.StackTrace, StringComparison.Ordinal);
        Assert.True(failure.IsCausedBy<OddException>());
    }

    [Fact]
    public async Task A_sub_orchestration_is_retried_under_its_id_and_with_its_tags()
    {
        var attempts = 0;
        var options = new SubOrchestrationOptions(
            new TaskOptions(new RetryPolicy(5, TimeSpan.FromMinutes(1)), new Dictionary<string, string> { ["step"] = "child" }), "child");
        var functions = new TestFunctions()
            .Orchestrator("Parent", async context => await context.CallSubOrchestratorAsync<int>("Child", 7, options))
            .Orchestrator("Child", (TaskOrchestrationContext _, int input) =>
                ++attempts < 3 ? throw new IOException() : Task.FromResult(input));
        await using var hub = await TestHub.StartAsync(functions);
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Parent");

        var ended = await hub.EndWhileTimePasses(id);

        Assert.Equal(7, ended.ReadOutputAs<int>());
        Assert.Equal(3, attempts);
        var child = await hub.Client.GetInstanceAsync("child");
        Assert.Equal(OrchestrationRuntimeStatus.Completed, child?.RuntimeStatus);
        Assert.Equal("child", child?.Tags["step"]);
        Assert.Empty(ended.Tags);
    }

    [Fact]
    public async Task Tags_survive_a_restart_as_new_and_one_of_the_process_and_go_with_the_instance()
    {
        var functions = new TestFunctions().Orchestrator("Twice", async (TaskOrchestrationContext context, int generation) =>
        {
            await context.WaitForExternalEvent<int>("go");
            if (generation == 0)
                context.ContinueAsNew(1);
            return 1;
        });
        await using var hub = await TestHub.StartAsync(functions);
        await hub.Client.ScheduleNewOrchestrationInstanceAsync("Twice", 0, new StartOrchestrationOptions("t")
        {
            Tags = new Dictionary<string, string> { ["shop"] = "berlin", ["kind"] = "test" },
        });
        await hub.Client.RaiseEventAsync("t", "go", 1);
        await hub.Until("t", found => found.SerializedInput == "1");
        await hub.RestartAsync();

        Assert.Equal("berlin", (await hub.Client.GetAllInstancesAsync().SingleAsync()).Tags["shop"]);
        await hub.Client.RaiseEventAsync("t", "go", 1);
        Assert.Equal(2, (await hub.EndOf("t")).Tags.Count);
        await hub.Client.ScheduleNewOrchestrationInstanceAsync("Twice", 1, new StartOrchestrationOptions("t"));
        Assert.Empty((await hub.Client.GetInstanceAsync("t"))!.Tags);
    }

    [Fact]
    public async Task A_retry_handler_is_not_asked_about_a_sub_orchestrator_that_does_not_exist()
    {
        var asked = 0;
        var functions = new TestFunctions().Orchestrator<int>("Asks", async context => await context.CallSubOrchestratorAsync<int>(
            "Nobody", options: TaskOptions.FromRetryHandler(_ => ++asked < 5)));
        await using var hub = await TestHub.StartAsync(functions);

        var ended = await hub.RunAsync("Asks");

        Assert.Equal(OrchestrationRuntimeStatus.Failed, ended.RuntimeStatus);
        Assert.Equal(0, asked);
    }

    [Fact]
    public async Task A_timer_in_the_past_fires_at_once_and_equal_ones_all_fire()
    {
        var functions = new TestFunctions().Orchestrator("Past", async context =>
        {
            var past = context.CurrentUtcDateTime.AddDays(-1);
            await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => context.CreateTimer(past, CancellationToken.None)));
            return context.CurrentUtcDateTime > past;
        });
        await using var hub = await TestHub.StartAsync(functions);

        Assert.True((await hub.RunAsync("Past")).ReadOutputAs<bool>());
    }

    [Fact]
    public async Task Sub_orchestrations_nest()
    {
        var functions = new TestFunctions().Orchestrator("Nest", async (TaskOrchestrationContext context, int depth) => depth < 10
            ? 5 + await context.CallSubOrchestratorAsync<int>("Nest", depth + 1)
            : 5);
        await using var hub = await TestHub.StartAsync(functions);

        Assert.Equal(50, (await hub.RunAsync("Nest", 1)).ReadOutputAs<int>());
    }

    [Fact]
    public async Task Large_and_free_form_payloads_arrive_as_they_were()
    {
        var functions = new TestFunctions()
            .Orchestrator("Carries", async (TaskOrchestrationContext context, JsonNode node) =>
            {
                node["event"] = await context.WaitForExternalEvent<string>("more");
                return await context.CallActivityAsync<JsonNode>("Adds", node);
            })
            .Activity<JsonNode, JsonNode>("Adds", node =>
            {
                node["added"] = "ünï \"quoted\" \u2028";
                return node;
            });
        await using var hub = await TestHub.StartAsync(functions);
        var text = new string('x', 2_000_000);
        await hub.Client.ScheduleNewOrchestrationInstanceAsync("Carries", new { text }, new StartOrchestrationOptions("c"));
        await hub.Client.RaiseEventAsync("c", "more", text);

        var output = (await hub.EndOf("c")).ReadOutputAs<JsonNode>()!;

        Assert.Equal(text, output["text"]?.GetValue<string>());
        Assert.Equal(text, output["event"]?.GetValue<string>());
        Assert.Equal("ünï \"quoted\" \u2028", output["added"]?.GetValue<string>());
    }

    [Fact]
    public async Task A_timer_that_nobody_cancelled_holds_up_the_end()
    {
        var functions = new TestFunctions().Orchestrator("Forgets", async context =>
        {
            var timeout = context.CreateTimer(TimeSpan.FromDays(1), CancellationToken.None);
            var approval = context.WaitForExternalEvent<string>("approval");
            context.SetCustomStatus(await Task.WhenAny(timeout, approval) == approval ? "approved" : "late");
            return await approval;
        });
        await using var hub = await TestHub.StartAsync(functions);
        await hub.Client.ScheduleNewOrchestrationInstanceAsync("Forgets", new StartOrchestrationOptions("f"));
        await hub.Client.RaiseEventAsync("f", "approval", "yes");
        await hub.Until("f", found => found.SerializedCustomStatus == "\"approved\"");

        Assert.True((await hub.Client.GetInstanceAsync("f"))!.IsRunning);
        await hub.RestartAsync();
        Assert.True((await hub.Client.GetInstanceAsync("f"))!.IsRunning);
        hub.Time.Advance(TimeSpan.FromDays(1));

        Assert.Equal("yes", (await hub.EndOf("f")).ReadOutputAs<string>());
    }

    [Fact]
    public async Task Calls_that_nobody_awaits_end_before_their_orchestration_and_run_again_after_a_crash()
    {
        var release = new TaskCompletionSource();
        var functions = new TestFunctions()
            .Orchestrator("Leaves", (TaskOrchestrationContext context, int generation) =>
            {
                _ = context.CallActivityAsync("Slow");
                if (generation == 0)
                    context.ContinueAsNew(1);
                return generation == 1 ? throw new IOException("gone") : Task.FromResult(1);
            })
            .Activity<object?, int>("Slow", async (_, ct) =>
            {
                await release.Task.WaitAsync(ct);
                return 1;
            });
        await using var hub = await TestHub.StartAsync(functions);
        await hub.Client.ScheduleNewOrchestrationInstanceAsync("Leaves", 0, new StartOrchestrationOptions("l"));
        await Eventually.HoldsAsync(() => functions.Runs.GetValueOrDefault("Slow") == 1);
        await hub.RestartAsync();
        await Eventually.HoldsAsync(() => functions.Runs["Slow"] == 2);
        Assert.Equal("0", (await hub.Client.GetInstanceAsync("l", getInputsAndOutputs: true))?.SerializedInput);

        release.SetResult();
        var ended = await hub.EndOf("l");

        Assert.Equal("System.IO.IOException: gone", ended.SerializedOutput);
        Assert.Equal(3, functions.Runs["Slow"]);
    }

    [Fact]
    public async Task A_suspended_orchestration_takes_results_and_timers_when_it_is_resumed_and_can_be_terminated()
    {
        var release = new TaskCompletionSource();
        var functions = new TestFunctions()
            .Orchestrator("Works", async context =>
            {
                await Task.WhenAll(context.CallActivityAsync("Slow"), context.CreateTimer(TimeSpan.FromMinutes(1), CancellationToken.None));
                return "done";
            })
            .Activity<object?, int>("Slow", async (_, _) =>
            {
                await release.Task;
                return 1;
            });
        await using var hub = await TestHub.StartAsync(functions);
        foreach (var id in new[] { "resumed", "terminated" })
        {
            await hub.Client.ScheduleNewOrchestrationInstanceAsync("Works", new StartOrchestrationOptions(id));
            await hub.Client.SuspendInstanceAsync(id, "lunch");
            await hub.Until(id, found => found.RuntimeStatus == OrchestrationRuntimeStatus.Suspended);
        }
        release.SetResult();
        hub.Time.Advance(TimeSpan.FromMinutes(2));
        await hub.Client.TerminateInstanceAsync("terminated", new { why = "enough" });
        Assert.Equal("{\"why\":\"enough\"}", (await hub.EndOf("terminated")).SerializedOutput);
        Assert.Equal(OrchestrationRuntimeStatus.Suspended, (await hub.Client.GetInstanceAsync("resumed"))?.RuntimeStatus);

        await hub.Client.ResumeInstanceAsync("resumed");

        Assert.Equal("done", (await hub.EndOf("resumed")).ReadOutputAs<string>());
    }

    private static async Task<int> CarelessAsync(TaskOrchestrationContext context) => await context.CallActivityAsync<int>("Fails");

    private static int FailDeeply() =>
        throw new OddException("first", new InvalidOperationException("second", new IOException("third")));

    private sealed class OddException(string message, Exception inner) : Exception(message, inner);
}
