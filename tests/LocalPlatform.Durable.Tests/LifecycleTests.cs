using Grpc.Core;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace LocalPlatform.Durable.Tests;

public sealed class LifecycleTests
{
    private static readonly TestFunctions Functions = new TestFunctions()
        .Orchestrator("Waits", async context => await context.WaitForExternalEvent<int>("go"))
        .Orchestrator("Ends", (TaskOrchestrationContext _, int input) => Task.FromResult(input))
        .Orchestrator<int>("Fails", _ => throw new InvalidOperationException("at once"));

    [Fact]
    public async Task A_terminated_orchestration_shows_the_given_output_and_takes_no_more_events()
    {
        await using var hub = await TestHub.StartAsync(Functions);
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Waits");
        await hub.Until(id, found => found.IsRunning);

        await hub.Client.TerminateInstanceAsync(id, "enough");
        var ended = await hub.EndOf(id);
        await Assert.ThrowsAsync<RpcException>(() => hub.Client.RaiseEventAsync(id, "go", 1));

        Assert.Equal(OrchestrationRuntimeStatus.Terminated, ended.RuntimeStatus);
        Assert.Equal("enough", ended.ReadOutputAs<string>());
        Assert.Equal(OrchestrationRuntimeStatus.Terminated, (await hub.Client.GetInstanceAsync(id))?.RuntimeStatus);
    }

    [Fact]
    public async Task The_result_of_an_activity_that_outlives_its_orchestration_is_dropped()
    {
        var release = new TaskCompletionSource();
        var functions = new TestFunctions()
            .Orchestrator("Calls", async context => await context.CallActivityAsync<int>("Slow"))
            .Activity<object?, int>("Slow", async (_, _) =>
            {
                await release.Task;
                return 1;
            });
        await using var hub = await TestHub.StartAsync(functions);
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Calls");
        await Eventually.HoldsAsync(() => functions.Runs.ContainsKey("Slow"));

        await hub.Client.TerminateInstanceAsync(id);
        var ended = await hub.EndOf(id);
        release.SetResult();
        await hub.Engine.StopAsync();

        Assert.Equal(OrchestrationRuntimeStatus.Terminated, ended.RuntimeStatus);
    }

    [Fact]
    public async Task A_delayed_instance_can_be_terminated_before_it_starts()
    {
        await using var hub = await TestHub.StartAsync(Functions);
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync(
            "Ends", new StartOrchestrationOptions(null, hub.Time.GetUtcNow().AddDays(1)));

        await hub.Client.TerminateInstanceAsync(id);

        Assert.Equal(OrchestrationRuntimeStatus.Terminated, (await hub.EndOf(id)).RuntimeStatus);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Events_for_a_delayed_instance_wait_for_its_start(bool restart)
    {
        await using var hub = await TestHub.StartAsync(Functions);
        await hub.Client.ScheduleNewOrchestrationInstanceAsync(
            "Waits", new StartOrchestrationOptions("d", hub.Time.GetUtcNow().AddHours(1)));
        await hub.Client.RaiseEventAsync("d", "go", 5);
        if (restart)
            await hub.RestartAsync();
        await hub.RunAsync("Ends", 1, "other"); // What the event or the restart set off has had its turn.
        Assert.Equal(OrchestrationRuntimeStatus.Pending, (await hub.Client.GetInstanceAsync("d"))?.RuntimeStatus);

        hub.Time.Advance(TimeSpan.FromHours(1.1));

        Assert.Equal(5, (await hub.EndOf("d")).ReadOutputAs<int>());
    }

    [Fact]
    public async Task A_running_instance_is_ended_and_replaced_when_the_start_says_so()
    {
        await using var hub = await TestHub.StartAsync(Functions);
        await hub.Client.ScheduleNewOrchestrationInstanceAsync("Waits", new StartOrchestrationOptions("w"));
        var first = hub.EndOf("w");

        await hub.Client.ScheduleNewOrchestrationInstanceAsync(
            "Waits", new StartOrchestrationOptions("w").WithDedupeStatuses(OrchestrationRuntimeStatus.Completed));
        await hub.Client.RaiseEventAsync("w", "go", 2);

        Assert.Equal(OrchestrationRuntimeStatus.Terminated, (await first).RuntimeStatus);
        Assert.Equal(2, (await hub.EndOf("w")).ReadOutputAs<int>());
    }

    [Fact]
    public async Task A_suspended_orchestration_keeps_what_arrives_until_it_is_resumed_also_over_a_restart()
    {
        await using var hub = await TestHub.StartAsync(Functions);
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Waits");
        await hub.Client.SuspendInstanceAsync(id, "lunch");
        await hub.Until(id, found => found.RuntimeStatus == OrchestrationRuntimeStatus.Suspended);
        await hub.Client.RaiseEventAsync(id, "go", 5);

        await hub.RestartAsync();
        Assert.Equal(OrchestrationRuntimeStatus.Suspended, (await hub.Client.GetInstanceAsync(id))?.RuntimeStatus);
        await hub.Client.ResumeInstanceAsync(id);

        Assert.Equal(5, (await hub.EndOf(id)).ReadOutputAs<int>());
    }

    [Fact]
    public async Task A_restart_takes_name_version_and_input_and_spares_what_runs()
    {
        var functions = new TestFunctions().Orchestrator(
            "Versioned", (TaskOrchestrationContext context, int input) => Task.FromResult($"{context.Version} {input}"))
            .Orchestrator("Waits", async context => await context.WaitForExternalEvent<int>("go"));
        await using var hub = await TestHub.StartAsync(functions);
        await hub.Client.ScheduleNewOrchestrationInstanceAsync(
            "Versioned", 7, new StartOrchestrationOptions { InstanceId = "v", Version = "1.2" });
        await hub.EndOf("v");
        await hub.Client.ScheduleNewOrchestrationInstanceAsync("Waits", new StartOrchestrationOptions("w"));

        var newId = await hub.Client.RestartAsync("v", restartWithNewInstanceId: true);

        Assert.Equal("1.2 7", (await hub.EndOf(newId)).ReadOutputAs<string>());
        Assert.Equal("v", await hub.Client.RestartAsync("v"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => hub.Client.RestartAsync("w"));
        await Assert.ThrowsAsync<ArgumentException>(() => hub.Client.RestartAsync("nobody"));
    }
}
