using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace LocalPlatform.Durable.Tests;

public sealed class CacheTests
{
    [Fact]
    public async Task Evicted_orchestrations_are_replayed_when_their_event_comes()
    {
        var functions = new TestFunctions()
            .Orchestrator("Waits", async (TaskOrchestrationContext context, int input) =>
            {
                var before = await context.CallActivityAsync<int>("Step", input);
                var added = await context.WaitForExternalEvent<int>("add");
                return await context.CallActivityAsync<int>("Step", before + added);
            })
            .Activity<int, int>("Step", i => i + 1);
        await using var hub = await TestHub.StartAsync(functions, new DurableOptions { MaxCachedOrchestrations = 3 });
        for (var i = 0; i < 40; i++)
            await hub.Client.ScheduleNewOrchestrationInstanceAsync("Waits", i, new StartOrchestrationOptions($"w{i}"));
        await Eventually.HoldsAsync(() => functions.Runs.GetValueOrDefault("Step") == 40 && hub.Engine.Runtime.Sessions.Count <= 3);

        for (var i = 0; i < 40; i++)
            await hub.Client.RaiseEventAsync($"w{i}", "add", 100);

        for (var i = 0; i < 40; i++)
            Assert.Equal(i + 102, (await hub.EndOf($"w{i}")).ReadOutputAs<int>());
        Assert.Equal(80, functions.Runs["Step"]);
    }

    [Fact]
    public async Task Large_histories_are_not_kept_in_memory_altogether()
    {
        var functions = new TestFunctions().Orchestrator("Waits", async (TaskOrchestrationContext context, string input) =>
            input.Length + await context.WaitForExternalEvent<int>("go"));
        await using var hub = await TestHub.StartAsync(functions, new DurableOptions { MaxCachedHistoryBytes = 35_000 });
        for (var i = 0; i < 10; i++)
            await hub.Client.ScheduleNewOrchestrationInstanceAsync(
                "Waits", new string('x', 10_000), new StartOrchestrationOptions($"w{i}"));

        await Eventually.HoldsAsync(() => hub.Engine.Runtime.Sessions.Count == 3);

        for (var i = 0; i < 10; i++)
        {
            await hub.Client.RaiseEventAsync($"w{i}", "go", i);
            Assert.Equal(10_000 + i, (await hub.EndOf($"w{i}")).ReadOutputAs<int>());
        }
    }

    [Fact]
    public async Task A_call_that_ends_while_its_evicted_orchestration_is_replayed_does_not_run_again()
    {
        var release = new TaskCompletionSource();
        TestHub? hub = null;
        var functions = new TestFunctions()
            .Orchestrator("Both", async context =>
            {
                if (context.IsReplaying)
                {
                    release.TrySetResult();
                    Assert.True(SpinWait.SpinUntil(() => hub!.Engine.Runtime.Activities.UnderWay == 0, TestHub.Deadline));
                }
                var results = await Task.WhenAll(context.CallActivityAsync<int>("First"), context.CallActivityAsync<int>("Second"));
                return results.Sum();
            })
            .Activity<object?, int>("First", async (_, _) =>
            {
                await Eventually.HoldsAsync(() => hub!.Engine.Runtime.Sessions.Count == 0); // It is evicted.
                return 1;
            })
            .Activity<object?, int>("Second", async (_, _) =>
            {
                await release.Task;
                return 2;
            });
        await using var started = hub = await TestHub.StartAsync(functions, new DurableOptions { MaxCachedOrchestrations = 0 });

        Assert.Equal(3, (await hub.RunAsync("Both")).ReadOutputAs<int>());
        Assert.Equal((1, 1), (functions.Runs["First"], functions.Runs["Second"]));
    }

    [Theory]
    [InlineData(2_000, OrchestrationRuntimeStatus.Completed)]
    [InlineData(0, OrchestrationRuntimeStatus.Failed)]
    public async Task The_history_of_an_orchestration_in_memory_is_not_read_again(int cached, OrchestrationRuntimeStatus expected)
    {
        var functions = new TestFunctions()
            .Orchestrator("Waits", async context =>
            {
                await context.CallActivityAsync<int>("One");
                return await context.WaitForExternalEvent<int>("go");
            })
            .Activity<object?, int>("One", _ => 1);
        await using var hub = await TestHub.StartAsync(functions, new DurableOptions { MaxCachedOrchestrations = cached });
        await hub.Client.ScheduleNewOrchestrationInstanceAsync("Waits", new StartOrchestrationOptions("w"));
        await Eventually.HoldsAsync(() => hub.Engine.Hub.ReadHistory("w")?.Any(e => e.TaskCompleted is not null) == true);

        hub.Sql("UPDATE history SET turn = x'FF'");
        await hub.Client.RaiseEventAsync("w", "go", 1);

        Assert.Equal(expected, (await hub.EndOf("w")).RuntimeStatus);
    }
}
