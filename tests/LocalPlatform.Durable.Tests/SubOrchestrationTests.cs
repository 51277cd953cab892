using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace LocalPlatform.Durable.Tests;

public sealed class SubOrchestrationTests
{
    private static TestFunctions Family() => new TestFunctions()
        .Orchestrator("Parent", async (TaskOrchestrationContext context, string word) =>
            await context.CallSubOrchestratorAsync<string>("Child", word, new SubOrchestrationOptions(instanceId: "child")))
        .Orchestrator("Child", async (TaskOrchestrationContext context, string word) =>
        {
            var shout = await context.CallActivityAsync<string>("Shout", word);
            return $"{context.Parent?.Name.Name}/{context.Parent?.InstanceId}: {shout}";
        })
        .Activity<string, string>("Shout", word =>
            word == "fail" ? throw new InvalidOperationException("hoarse") : word.ToUpperInvariant());

    [Fact]
    public async Task A_parent_gets_the_output_of_its_child_and_the_child_knows_its_parent()
    {
        await using var hub = await TestHub.StartAsync(Family());

        var ended = await hub.RunAsync("Parent", "hello", "parent");

        Assert.Equal("Parent/parent: HELLO", ended.ReadOutputAs<string>());
        Assert.Equal(OrchestrationRuntimeStatus.Completed, (await hub.Client.GetInstanceAsync("child"))?.RuntimeStatus);
    }

    [Fact]
    public async Task The_failure_of_a_child_surfaces_in_the_parent_with_its_cause()
    {
        await using var hub = await TestHub.StartAsync(Family());

        var ended = await hub.RunAsync("Parent", "fail");

        Assert.Equal(OrchestrationRuntimeStatus.Failed, ended.RuntimeStatus);
        var childFailure = ended.FailureDetails?.InnerFailure;
        Assert.Equal(typeof(TaskFailedException).FullName, childFailure?.ErrorType);
        Assert.Equal("hoarse", childFailure?.InnerFailure?.ErrorMessage);
    }

    [Fact]
    public async Task Children_run_beside_each_other_and_are_retried()
    {
        var failures = 0;
        var functions = new TestFunctions()
            .Orchestrator("Parent", async context => (await Task.WhenAll(Enumerable.Range(0, 20).Select(i =>
                context.CallSubOrchestratorAsync<int>(
                    "Child", i, TaskOptions.FromRetryHandler(retry => retry.LastAttemptNumber < 3))))).Sum())
            .Orchestrator("Child", async (TaskOrchestrationContext context, int i) => await context.CallActivityAsync<int>("Double", i))
            .Activity<int, int>("Double", i => i == 7 && Interlocked.Increment(ref failures) < 3 ? throw new IOException() : 2 * i);
        await using var hub = await TestHub.StartAsync(functions);

        var ended = await hub.RunAsync("Parent");

        Assert.Equal(2 * 190, ended.ReadOutputAs<int>());
        Assert.Equal(3, failures);
    }

    [Fact]
    public async Task A_child_id_that_is_running_already_fails_the_call()
    {
        var functions = Family().Orchestrator("Waits", async context => await context.WaitForExternalEvent<int>("never"));
        await using var hub = await TestHub.StartAsync(functions);
        await hub.Client.ScheduleNewOrchestrationInstanceAsync("Waits", new StartOrchestrationOptions("child"));

        var ended = await hub.RunAsync("Parent", "hello");

        Assert.Equal(OrchestrationRuntimeStatus.Failed, ended.RuntimeStatus);
        Assert.Equal("OrchestrationAlreadyExists", ended.FailureDetails?.InnerFailure?.ErrorType);
    }

    [Fact]
    public async Task A_terminated_child_is_a_failure_to_its_parent()
    {
        var functions = new TestFunctions()
            .Orchestrator("Parent", async context =>
                await context.CallSubOrchestratorAsync<int>("Child", options: new SubOrchestrationOptions(instanceId: "child")))
            .Orchestrator("Child", async context => await context.WaitForExternalEvent<int>("never"));
        await using var hub = await TestHub.StartAsync(functions);
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Parent");
        await hub.Until("child", found => found.IsRunning);

        await hub.Client.TerminateInstanceAsync("child");

        Assert.Equal("OrchestrationTerminated", (await hub.EndOf(id)).FailureDetails?.InnerFailure?.ErrorType);
    }

    [Fact]
    public async Task A_recursive_termination_takes_the_children_along_and_a_plain_one_does_not()
    {
        var functions = new TestFunctions()
            .Orchestrator("Parent", async context => await context.CallSubOrchestratorAsync<int>(
                "Child", options: new SubOrchestrationOptions(instanceId: "child of " + context.InstanceId)))
            .Orchestrator("Child", async context => await context.WaitForExternalEvent<int>("never"));
        await using var hub = await TestHub.StartAsync(functions);
        foreach (var id in new[] { "a", "b" })
        {
            await hub.Client.ScheduleNewOrchestrationInstanceAsync("Parent", new StartOrchestrationOptions(id));
            await hub.Until("child of " + id, found => found.IsRunning);
        }

        await hub.Client.TerminateInstanceAsync("a", new TerminateInstanceOptions("enough", Recursive: true));
        await hub.Client.TerminateInstanceAsync("b");
        var childOfA = await hub.EndOf("child of a");
        await hub.EndOf("b");

        Assert.Equal(OrchestrationRuntimeStatus.Terminated, childOfA.RuntimeStatus);
        Assert.Equal(OrchestrationRuntimeStatus.Running, (await hub.Client.GetInstanceAsync("child of b"))?.RuntimeStatus);
    }
}
