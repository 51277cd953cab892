using Grpc.Core;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LocalPlatform.Durable.Tests;

public sealed class RecoveryTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_start_is_stored_while_its_first_turn_hangs(bool turnFails)
    {
        var worker = new TaskCompletionSource();
        var functions = new TestFunctions().Orchestrator("Hello", _ => Task.FromResult("hello"));
        functions.TurnBegins = (_, _) => worker.Task;
        await using var hub = await TestHub.StartAsync(functions);
        var start = hub.Client.ScheduleNewOrchestrationInstanceAsync("Hello", new StartOrchestrationOptions("h"));
        await Eventually.HoldsAsync(() =>
        {
            hub.Time.Advance(TimeSpan.FromSeconds(1));
            return start.IsCompleted;
        });
        Assert.Equal(OrchestrationRuntimeStatus.Pending, (await hub.Client.GetInstanceAsync("h"))!.RuntimeStatus);

        functions.TurnBegins = null;
        if (turnFails)
            worker.SetException(new IOException("no worker"));
        else
            worker.SetResult();

        Assert.Equal("hello", (await hub.EndWhileTimePasses("h")).ReadOutputAs<string>());
        Assert.Equal(1, hub.Engine.Hub.ReadHistory("h")!.Count(e => e.ExecutionStarted is not null));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_start_that_was_stored_before_its_first_turn_could_begin_is_carried_out(bool turnFails)
    {
        var (place, failures) = (new TaskCompletionSource(), turnFails ? 1 : 0);
        var functions = new TestFunctions().Orchestrator("Hello", _ => Task.FromResult("hello"));
        functions.TurnBegins = (id, _) =>
            id == "first" ? place.Task
            : Interlocked.Decrement(ref failures) >= 0 ? Task.FromException(new IOException("no worker"))
            : Task.CompletedTask;
        await using var hub = await TestHub.StartAsync(functions, new DurableOptions { MaxConcurrentOrchestratorFunctions = 1 });
        var first = hub.Client.ScheduleNewOrchestrationInstanceAsync("Hello", new StartOrchestrationOptions("first"));
        await Eventually.HoldsAsync(() => hub.Engine.Runtime.Sessions.Count == 1);
        var second = hub.Client.ScheduleNewOrchestrationInstanceAsync("Hello", new StartOrchestrationOptions("second"));
        await Eventually.HoldsAsync(() => hub.Engine.Runtime.Sessions.Count == 2);
        await Eventually.HoldsAsync(() =>
        {
            hub.Time.Advance(TimeSpan.FromSeconds(1));
            return first.IsCompleted && second.IsCompleted;
        });

        place.SetResult();

        Assert.Equal("hello", (await hub.EndWhileTimePasses("second")).ReadOutputAs<string>());
        Assert.Equal("hello", (await hub.EndWhileTimePasses("first")).ReadOutputAs<string>());
    }

    [Fact]
    public async Task An_activity_that_was_cut_off_runs_again_and_what_had_ended_does_not()
    {
        var release = new TaskCompletionSource();
        var functions = new TestFunctions()
            .Orchestrator("Two", async context =>
                await context.CallActivityAsync<int>("First") + await context.CallActivityAsync<int>("Second"))
            .Activity<object?, int>("First", _ => 1)
            .Activity<object?, int>("Second", async (_, ct) =>
            {
                await release.Task.WaitAsync(ct);
                return 2;
            });
        await using var hub = await TestHub.StartAsync(functions);
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Two");
        await Eventually.HoldsAsync(() => functions.Runs.ContainsKey("Second"));

        await hub.RestartAsync();
        release.SetResult();
        var ended = await hub.EndOf(id);

        Assert.Equal(3, ended.ReadOutputAs<int>());
        Assert.Equal(1, functions.Runs["First"]);
        Assert.Equal(2, functions.Runs["Second"]);
    }

    [Fact]
    public async Task What_was_started_while_the_engine_stood_still_runs_when_it_starts()
    {
        var functions = new TestFunctions().Orchestrator("Ends", _ => Task.FromResult(1));
        await using var hub = await TestHub.StartAsync(functions);
        await hub.Engine.StopAsync();
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Ends");

        await hub.RestartAsync();

        Assert.Equal(1, (await hub.EndOf(id)).ReadOutputAs<int>());
    }

    [Fact]
    public async Task Thousands_of_waiting_orchestrations_are_left_where_they_are_by_a_restart()
    {
        var functions = new TestFunctions().Orchestrator("Waits", async context => await context.WaitForExternalEvent<int>("go"));
        await using var hub = await TestHub.StartAsync(functions, new DurableOptions { MaxCachedOrchestrations = 100 });
        await Task.WhenAll(Enumerable.Range(0, 3_000).Select(i =>
            hub.Client.ScheduleNewOrchestrationInstanceAsync("Waits", new StartOrchestrationOptions($"w{i}"))));
        foreach (var i in new[] { 0, 1_500, 2_999 })
            await hub.Until($"w{i}", found => found.IsRunning);
        await Eventually.HoldsAsync(() => hub.Engine.Runtime.Sessions.Count <= 100);

        await hub.RestartAsync();
        await hub.Client.RaiseEventAsync("w2999", "go", 1);
        await hub.EndOf("w2999");

        Assert.InRange(hub.Engine.Runtime.Sessions.Count, 0, 1);
    }

    [Fact]
    public async Task A_replay_safe_logger_writes_each_line_once()
    {
        using var lines = new CollectedLines();
        var functions = new TestFunctions().Orchestrator("Logs", async context =>
        {
            var logger = context.CreateReplaySafeLogger("orchestrator");
            CollectedLines.Write(logger, "before");
            await context.WaitForExternalEvent<int>("go");
            CollectedLines.Write(logger, "after");
            return 1;
        });
        await using var services = new ServiceCollection().AddSingleton<ILoggerFactory>(lines).BuildServiceProvider();
        functions.Services = services;
        await using var hub = await TestHub.StartAsync(functions);
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Logs");
        await hub.Until(id, found => found.IsRunning);

        await hub.RestartAsync();
        await hub.Client.RaiseEventAsync(id, "go", 1);
        await hub.EndOf(id);

        Assert.Equal(["before", "after"], lines.Of("orchestrator"));
    }

    [Fact]
    public async Task A_turn_that_cannot_be_committed_is_tried_again()
    {
        var functions = new TestFunctions()
            .Orchestrator("Waits", async context =>
                await context.WaitForExternalEvent<int>("go") + await context.CallActivityAsync<int>("One"))
            .Activity<object?, int>("One", _ => 1);
        using var lines = new CollectedLines();
        await using var hub = await TestHub.StartAsync(functions, logging: lines);
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Waits");
        hub.Sql("ALTER TABLE history RENAME TO hidden");
        await hub.Client.RaiseEventAsync(id, "go", 41);
        await Eventually.HoldsAsync(() => lines.Of("LocalPlatform.Durable").Any(line => line.Contains("is tried again")));

        hub.Sql("ALTER TABLE hidden RENAME TO history");
        hub.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(42, (await hub.EndOf(id)).ReadOutputAs<int>());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_turn_that_the_worker_does_not_take_is_tried_again_and_no_activity_is(bool stops)
    {
        var failures = 3;
        var functions = new TestFunctions()
            .Orchestrator("Two", async context =>
                await context.CallActivityAsync<int>("One") + await context.CallActivityAsync<int>("One"))
            .Activity<object?, int>("One", _ => 1);
        functions.TurnBegins = (_, _) => functions.Runs.ContainsKey("One") && Interlocked.Decrement(ref failures) >= 0
            ? Task.FromException(stops ? new OperationCanceledException() : new IOException("no worker"))
            : Task.CompletedTask;
        await using var hub = await TestHub.StartAsync(functions);
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Two");

        var end = hub.EndOf(id);
        await Eventually.HoldsAsync(() =>
        {
            hub.Time.Advance(TimeSpan.FromSeconds(1));
            return end.IsCompleted;
        });

        Assert.Equal(2, (await end).ReadOutputAs<int>());
        Assert.Equal(2, functions.Runs["One"]);
    }

    [Fact]
    public async Task An_activity_that_was_cut_off_runs_again_also_when_the_inbox_cannot_be_read_at_first()
    {
        var release = new TaskCompletionSource();
        var functions = new TestFunctions()
            .Orchestrator("Calls", async context => await context.CallActivityAsync<int>("Slow"))
            .Activity<object?, int>("Slow", async (_, ct) =>
            {
                await release.Task.WaitAsync(ct);
                return 1;
            });
        using var lines = new CollectedLines();
        await using var hub = await TestHub.StartAsync(functions, logging: lines);
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Calls");
        await Eventually.HoldsAsync(() => functions.Runs.ContainsKey("Slow"));
        await hub.Engine.StopAsync(new CancellationToken(canceled: true));
        await hub.Client.RaiseEventAsync(id, "any", 1);
        hub.Sql("UPDATE inbox SET event = x'FF'");
        await hub.RestartAsync();
        await Eventually.HoldsAsync(() => lines.Of("LocalPlatform.Durable").Any(line => line.Contains("is tried again")));

        hub.Sql("DELETE FROM inbox");
        hub.Time.Advance(TimeSpan.FromSeconds(1));
        await Eventually.HoldsAsync(() => functions.Runs["Slow"] == 2);
        release.SetResult();

        Assert.Equal(1, (await hub.EndOf(id)).ReadOutputAs<int>());
    }

    [Fact]
    public async Task A_start_is_acknowledged_though_the_worker_cannot_take_its_first_turn()
    {
        var isThere = false;
        var functions = new TestFunctions().Orchestrator("Ends", _ => Task.FromResult(1));
        functions.TurnBegins = (_, _) => isThere ? Task.CompletedTask : Task.FromException(new OperationCanceledException());
        await using var hub = await TestHub.StartAsync(functions);

        await hub.Client.ScheduleNewOrchestrationInstanceAsync("Ends", new StartOrchestrationOptions("e"));
        Assert.Equal(OrchestrationRuntimeStatus.Pending, (await hub.Client.GetInstanceAsync("e"))?.RuntimeStatus);
        isThere = true;
        await hub.RestartAsync();

        Assert.Equal(1, (await hub.EndOf("e")).ReadOutputAs<int>());
    }

    [Fact]
    public async Task An_instance_whose_turns_the_worker_does_not_take_can_be_terminated()
    {
        var functions = new TestFunctions().Orchestrator("Waits", async context => await context.WaitForExternalEvent<int>("go"));
        functions.TurnBegins = (_, _) => Task.FromException(new IOException("no worker"));
        await using var hub = await TestHub.StartAsync(functions);
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Waits");

        await hub.Client.TerminateInstanceAsync(id, "enough");
        var end = hub.EndOf(id);
        await Eventually.HoldsAsync(() =>
        {
            hub.Time.Advance(TimeSpan.FromSeconds(1));
            return end.IsCompleted;
        });

        Assert.Equal((OrchestrationRuntimeStatus.Terminated, "\"enough\""), ((await end).RuntimeStatus, (await end).SerializedOutput));
    }

    [Fact]
    public async Task A_start_that_cannot_be_committed_is_refused_and_leaves_nothing()
    {
        var functions = new TestFunctions().Orchestrator("Ends", _ => Task.FromResult(1));
        await using var hub = await TestHub.StartAsync(functions);
        hub.Sql("ALTER TABLE instances RENAME TO hidden");
        await Assert.ThrowsAsync<RpcException>(() => hub.RunAsync("Ends", id: "a"));
        hub.Sql("ALTER TABLE hidden RENAME TO instances");

        Assert.Null(await hub.Client.GetInstanceAsync("a"));
        Assert.Equal(1, (await hub.RunAsync("Ends", id: "a")).ReadOutputAs<int>());
    }
}
