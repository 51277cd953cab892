using Microsoft.DurableTask;

namespace LocalPlatform.Durable.Tests;

public sealed class RestartAsNewTests
{
    [Fact]
    public async Task Continue_as_new_starts_over_with_the_new_input_and_an_empty_history()
    {
        var functions = new TestFunctions()
            .Orchestrator("Counts", async (TaskOrchestrationContext context, int count) =>
            {
                await context.CallActivityAsync<int>("Step", count);
                if (count < 50)
                    context.ContinueAsNew(count + 1);
                return count;
            })
            .Activity<int, int>("Step", i => i);
        await using var hub = await TestHub.StartAsync(functions);

        var ended = await hub.RunAsync("Counts", 1, "counter");

        Assert.Equal(50, ended.ReadOutputAs<int>());
        Assert.Equal(50, functions.Runs["Step"]);
        Assert.InRange(hub.Engine.Hub.ReadHistory("counter")!.Count, 5, 8);
    }

    [Theory]
    [InlineData(true, "1 2 3")]
    [InlineData(false, "1")]
    public async Task Continue_as_new_carries_events_over_unless_told_not_to(bool preserve, string expected)
    {
        var functions = new TestFunctions().Orchestrator("Collects", async (TaskOrchestrationContext context, string? before) =>
        {
            var seen = before ?? "";
            if (seen.Length == 0)
                await context.WaitForExternalEvent<string>("go");
            if (seen.Length > 0 && !preserve)
                return seen;
            var number = await context.WaitForExternalEvent<int>("number");
            seen = (seen + " " + number).Trim();
            if (number == 3)
                return seen;
            context.ContinueAsNew(seen, preserve);
            return "";
        });
        await using var hub = await TestHub.StartAsync(functions);
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Collects");
        for (var i = 1; i <= 3; i++)
            await hub.Client.RaiseEventAsync(id, "number", i);
        await hub.Client.RaiseEventAsync(id, "go");

        Assert.Equal(expected, (await hub.EndOf(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task An_event_sent_before_a_restart_as_new_is_sent()
    {
        var functions = new TestFunctions()
            .Orchestrator("Sends", (TaskOrchestrationContext context, int generation) =>
            {
                if (generation == 0)
                {
                    context.SendEvent("receiver", "greeting", "hello");
                    context.ContinueAsNew(1);
                }
                return Task.FromResult(1);
            })
            .Orchestrator("Receives", async context => await context.WaitForExternalEvent<string>("greeting"));
        await using var hub = await TestHub.StartAsync(functions);
        await hub.Client.ScheduleNewOrchestrationInstanceAsync("Receives", new StartOrchestrationOptions("receiver"));

        await hub.RunAsync("Sends", 0);

        Assert.Equal("hello", (await hub.EndOf("receiver")).ReadOutputAs<string>());
    }

    [Fact]
    public async Task What_several_generations_of_a_turn_send_alike_is_sent_as_often()
    {
        var functions = new TestFunctions()
            .Orchestrator("Sends", (TaskOrchestrationContext context, int generation) =>
            {
                context.SendEvent("receiver", "tick", 1);
                if (generation < 2)
                    context.ContinueAsNew(generation + 1);
                return Task.FromResult(generation);
            })
            .Orchestrator("Counts", async (TaskOrchestrationContext context) =>
            {
                for (var i = 0; i < 3; i++)
                    await context.WaitForExternalEvent<int>("tick");
                return "three";
            });
        await using var hub = await TestHub.StartAsync(functions);
        await hub.Client.ScheduleNewOrchestrationInstanceAsync("Counts", new StartOrchestrationOptions("receiver"));

        await hub.RunAsync("Sends", 0);

        Assert.Equal("three", (await hub.EndOf("receiver")).ReadOutputAs<string>());
    }

    /// <summary>Calls are numbered anew; so the worker goes on only when none of the earlier ones is open.</summary>
    [Fact]
    public async Task A_call_that_an_earlier_execution_did_not_wait_for_does_not_answer_one_of_the_next()
    {
        var release = new TaskCompletionSource();
        var functions = new TestFunctions()
            .Orchestrator("Restarts", async (TaskOrchestrationContext context, int generation) =>
            {
                if (generation == 1)
                    return await context.CallActivityAsync<string>("Quick");
                _ = context.CallActivityAsync<string>("Slow");
                await context.WaitForExternalEvent<int>("go");
                context.ContinueAsNew(1);
                return "";
            })
            .Activity<object?, string>("Quick", _ => "quick")
            .Activity<object?, string>("Slow", async (_, _) =>
            {
                await release.Task;
                return "slow";
            });
        await using var hub = await TestHub.StartAsync(functions);
        await hub.Client.ScheduleNewOrchestrationInstanceAsync("Restarts", 0, new StartOrchestrationOptions("r"));
        await hub.Client.RaiseEventAsync("r", "go", 1);
        await Eventually.HoldsAsync(() => functions.Runs.ContainsKey("Slow"));

        release.SetResult();

        Assert.Equal("quick", (await hub.EndOf("r")).ReadOutputAs<string>());
    }

    [Fact]
    public async Task A_timer_of_an_earlier_execution_does_not_fire_in_the_next()
    {
        var functions = new TestFunctions().Orchestrator("Restarts", async (TaskOrchestrationContext context, int generation) =>
        {
            var begin = context.CurrentUtcDateTime;
            if (generation == 1)
            {
                await context.CreateTimer(TimeSpan.FromMinutes(3), CancellationToken.None);
                return context.CurrentUtcDateTime - begin;
            }
            using var stop = new CancellationTokenSource();
            _ = context.CreateTimer(TimeSpan.FromMinutes(1), stop.Token);
            await context.WaitForExternalEvent<int>("go");
            stop.Cancel();
            context.ContinueAsNew(1);
            return TimeSpan.Zero;
        }).Orchestrator("Ends", _ => Task.FromResult(1));
        await using var hub = await TestHub.StartAsync(functions);
        await hub.Client.ScheduleNewOrchestrationInstanceAsync("Restarts", 0, new StartOrchestrationOptions("r"));
        await hub.Client.RaiseEventAsync("r", "go", 1);
        await hub.Until("r", found => found.SerializedInput == "1");

        hub.Time.Advance(TimeSpan.FromMinutes(2));
        await hub.RunAsync("Ends"); // It comes after what the two minutes set off.

        Assert.InRange((await hub.EndWhileTimePasses("r")).ReadOutputAs<TimeSpan>(), TimeSpan.FromMinutes(3), TimeSpan.FromMinutes(4));
    }

    [Fact]
    public async Task A_sub_orchestration_that_is_not_waited_for_does_not_answer_a_later_call()
    {
        var release = new TaskCompletionSource();
        var unawaited = new SubOrchestrationOptions(
            new TaskOptions(tags: new Dictionary<string, string> { ["FireAndForget"] = "" }), "child");
        var functions = new TestFunctions()
            .Orchestrator("Parent", async (TaskOrchestrationContext context, int generation) =>
            {
                if (generation == 1)
                    return await context.CallActivityAsync<string>("Slow");
                await context.CallSubOrchestratorAsync<string>("Child", null, unawaited);
                context.ContinueAsNew(1);
                return "";
            })
            .Orchestrator("Child", _ => Task.FromResult("child"))
            .Activity<object?, string>("Slow", async (_, _) =>
            {
                await release.Task;
                return "slow";
            });
        await using var hub = await TestHub.StartAsync(functions);
        await hub.Client.ScheduleNewOrchestrationInstanceAsync("Parent", 0, new StartOrchestrationOptions("p"));

        var child = await hub.EndOf("child");
        release.SetResult();

        Assert.Equal("child", child.ReadOutputAs<string>());
        Assert.Equal("slow", (await hub.EndOf("p")).ReadOutputAs<string>());
    }

    [Fact]
    public async Task An_orchestrator_that_restarts_for_ever_without_waiting_fails()
    {
        var functions = new TestFunctions().Orchestrator("Spins", (TaskOrchestrationContext context, int input) =>
        {
            context.ContinueAsNew(input + 1);
            return Task.FromResult(0);
        });
        await using var hub = await TestHub.StartAsync(functions);

        var ended = await hub.RunAsync("Spins", 0);

        Assert.Contains("without ever waiting", ended.FailureDetails?.ErrorMessage, StringComparison.Ordinal);
    }
}
