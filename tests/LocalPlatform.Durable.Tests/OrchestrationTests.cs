using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace LocalPlatform.Durable.Tests;

public sealed class OrchestrationTests
{
    [Fact]
    public async Task An_orchestration_calls_activities_in_turn_and_returns_its_output()
    {
        var functions = new TestFunctions()
            .Orchestrator("Sum", async (TaskOrchestrationContext context, int sum) =>
            {
                for (var i = 1; i <= 4; i++)
                    sum = await context.CallActivityAsync<int>("Add", new Addition(sum, i));
                return sum;
            })
            .Activity<Addition, int>("Add", input => input.Left + input.Right);
        await using var hub = await TestHub.StartAsync(functions);

        var ended = await hub.RunAsync("Sum", 100);

        Assert.Equal(OrchestrationRuntimeStatus.Completed, ended.RuntimeStatus);
        Assert.Equal(110, ended.ReadOutputAs<int>());
        Assert.Equal(100, ended.ReadInputAs<int>());
        Assert.Equal(4, functions.Runs["Add"]);
    }

    [Fact]
    public async Task Hundreds_of_activities_fan_out_and_in()
    {
        var functions = new TestFunctions()
            .Orchestrator("Squares", async context =>
            {
                var results = await Task.WhenAll(Enumerable.Range(1, 500).Select(i => context.CallActivityAsync<int>("Square", i)));
                return results.Sum();
            })
            .Activity<int, int>("Square", async (i, ct) =>
            {
                await Task.Yield();
                return i * i;
            });
        await using var hub = await TestHub.StartAsync(functions);

        var ended = await hub.RunAsync("Squares");

        Assert.Equal(Enumerable.Range(1, 500).Sum(i => i * i), ended.ReadOutputAs<int>());
        Assert.Equal(500, functions.Runs["Square"]);
    }

    [Fact]
    public async Task A_failing_activity_surfaces_with_its_type_message_and_inner_failure()
    {
        TaskFailureDetails? seen = null;
        var functions = new TestFunctions()
            .Orchestrator("Careful", async context =>
            {
                try
                {
                    await context.CallActivityAsync("Fails");
                    return "no failure";
                }
                catch (TaskFailedException failed)
                {
                    seen = failed.FailureDetails;
                    return failed.TaskName;
                }
            })
            .Activity<object?, int>("Fails", _ => throw new InvalidOperationException("outer", new FormatException("inner")));
        await using var hub = await TestHub.StartAsync(functions);

        var ended = await hub.RunAsync("Careful");

        Assert.Equal("Fails", ended.ReadOutputAs<string>());
        Assert.NotNull(seen);
        Assert.Equal("System.InvalidOperationException", seen.ErrorType);
        Assert.Equal("outer", seen.ErrorMessage);
        Assert.Equal("inner", seen.InnerFailure?.ErrorMessage);
        Assert.True(seen.IsCausedBy<InvalidOperationException>());
        Assert.True(seen.IsCausedBy<SystemException>());
        Assert.False(seen.IsCausedBy<FormatException>());
    }

    [Fact]
    public async Task An_unhandled_failure_fails_the_instance_with_the_activity_failure_inside()
    {
        var functions = new TestFunctions()
            .Orchestrator<int>("Careless", async context => await context.CallActivityAsync<int>("Fails"))
            .Activity<object?, int>("Fails", _ => throw new InvalidOperationException("no luck"));
        await using var hub = await TestHub.StartAsync(functions);

        var ended = await hub.RunAsync("Careless");

        Assert.Equal(OrchestrationRuntimeStatus.Failed, ended.RuntimeStatus);
        Assert.Equal(typeof(TaskFailedException).FullName, ended.FailureDetails?.ErrorType);
        Assert.Equal("System.InvalidOperationException", ended.FailureDetails?.InnerFailure?.ErrorType);
        Assert.Contains("no luck", ended.FailureDetails?.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_activity_fails_at_once_even_with_a_retry_policy()
    {
        var functions = new TestFunctions().Orchestrator<int>("Asks", async context =>
            await context.CallActivityAsync<int>("Nobody", null, TaskOptions.FromRetryPolicy(new RetryPolicy(5, TimeSpan.FromHours(1)))));
        await using var hub = await TestHub.StartAsync(functions);

        var ended = await hub.RunAsync("Asks");

        Assert.Equal(OrchestrationRuntimeStatus.Failed, ended.RuntimeStatus);
        Assert.Contains("No activity task named 'Nobody'", ended.FailureDetails?.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_orchestrator_is_refused_at_the_start()
    {
        await using var hub = await TestHub.StartAsync(new TestFunctions());
        await Assert.ThrowsAsync<ArgumentException>(() => hub.Client.ScheduleNewOrchestrationInstanceAsync("Nobody"));
    }

    [Theory]
    [InlineData("@entity")]
    [InlineData("a/b")]
    [InlineData("a?b")]
    [InlineData("a\nb")]
    public async Task An_instance_id_that_the_genuine_host_refuses_is_refused(string id)
    {
        var functions = new TestFunctions().Orchestrator("Any", _ => Task.FromResult(1));
        await using var hub = await TestHub.StartAsync(functions);
        await Assert.ThrowsAnyAsync<ArgumentException>(() => hub.RunAsync("Any", id: id));
    }

    [Fact]
    public async Task The_custom_status_can_be_read_while_the_orchestration_runs()
    {
        var functions = new TestFunctions()
            .Orchestrator("Reports", async context =>
            {
                context.SetCustomStatus(new { Progress = "half" });
                await context.WaitForExternalEvent<string>("go");
                context.SetCustomStatus(null);
                return 1;
            });
        await using var hub = await TestHub.StartAsync(functions);
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Reports");

        await hub.Until(id, found => found.SerializedCustomStatus == """{"Progress":"half"}""");
        await hub.Client.RaiseEventAsync(id, "go");
        var ended = await hub.EndOf(id);

        Assert.Null(ended.SerializedCustomStatus);
    }

    [Fact]
    public async Task The_id_of_an_ended_instance_can_be_used_again_and_that_of_a_running_one_is_left_alone()
    {
        var functions = new TestFunctions()
            .Orchestrator("Waits", async (TaskOrchestrationContext context, string? input) =>
            {
                await context.WaitForExternalEvent<string>("go");
                return input;
            });
        await using var hub = await TestHub.StartAsync(functions);
        var options = new StartOrchestrationOptions("order-1");

        await hub.Client.ScheduleNewOrchestrationInstanceAsync("Waits", "first", options);
        Assert.Equal("order-1", await hub.Client.ScheduleNewOrchestrationInstanceAsync("Waits", "second", options));
        await hub.Client.RaiseEventAsync("order-1", "go");
        var first = await hub.EndOf("order-1");
        await hub.Client.ScheduleNewOrchestrationInstanceAsync("Waits", "third", options);
        await hub.Until("order-1", found => found.IsRunning);
        await hub.Client.RaiseEventAsync("order-1", "go");
        var third = await hub.EndOf("order-1");

        Assert.Equal("first", first.ReadOutputAs<string>());
        Assert.Equal("third", third.ReadOutputAs<string>());
    }

    [Fact]
    public async Task A_delayed_start_waits_as_pending_until_its_time()
    {
        var functions = new TestFunctions().Orchestrator("Late", context => Task.FromResult(context.CurrentUtcDateTime));
        await using var hub = await TestHub.StartAsync(functions);
        var startAt = hub.Time.GetUtcNow().AddHours(2);
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Late", new StartOrchestrationOptions(null, startAt));

        hub.Time.Advance(TimeSpan.FromHours(1));
        await hub.RestartAsync();
        Assert.Equal(OrchestrationRuntimeStatus.Pending, (await hub.Client.GetInstanceAsync(id))?.RuntimeStatus);
        hub.Time.Advance(TimeSpan.FromHours(1.1));
        var ended = await hub.EndOf(id);

        Assert.True(ended.ReadOutputAs<DateTime>() >= startAt.UtcDateTime);
    }

    [Fact]
    public async Task Guids_are_the_same_at_each_replay_and_differ_among_themselves()
    {
        var functions = new TestFunctions()
            .Orchestrator("Guids", async context =>
            {
                var before = context.NewGuid();
                var other = context.NewGuid();
                context.SetCustomStatus(before);
                await context.WaitForExternalEvent<string>("go");
                return before == other ? Guid.Empty : before;
            });
        await using var hub = await TestHub.StartAsync(functions);
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Guids");
        await hub.Until(id, found => found.SerializedCustomStatus is not null);
        var before = (await hub.Client.GetInstanceAsync(id, true))!.ReadCustomStatusAs<Guid>();

        await hub.RestartAsync();
        await hub.Client.RaiseEventAsync(id, "go");
        var ended = await hub.EndOf(id);

        Assert.NotEqual(Guid.Empty, before);
        Assert.Equal(before, ended.ReadOutputAs<Guid>());
    }

    [Fact]
    public async Task Waiting_for_the_start_returns_before_the_end()
    {
        var functions = new TestFunctions()
            .Orchestrator("Waits", async context => await context.WaitForExternalEvent<int>("go"));
        await using var hub = await TestHub.StartAsync(functions);
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Waits");

        var started = await hub.Client.WaitForInstanceStartAsync(id).WaitAsync(TestHub.Deadline);

        Assert.Equal(OrchestrationRuntimeStatus.Running, started.RuntimeStatus);
        Assert.Throws<InvalidOperationException>(() => started.ReadInputAs<int>());
    }

    [Fact]
    public async Task Waiting_for_the_end_can_be_given_up_and_begun_again()
    {
        var functions = new TestFunctions()
            .Orchestrator("Waits", async context => await context.WaitForExternalEvent<int>("go"));
        await using var hub = await TestHub.StartAsync(functions);
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Waits");
        using var patience = new CancellationTokenSource();

        var wait = hub.Client.WaitForInstanceCompletionAsync(id, patience.Token);
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait);
        await hub.Client.RaiseEventAsync(id, "go", 7);

        Assert.Equal(7, (await hub.EndOf(id)).ReadOutputAs<int>());
    }

    private sealed record Addition(int Left, int Right);
}
