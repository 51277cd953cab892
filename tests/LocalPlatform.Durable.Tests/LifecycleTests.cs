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

    [Fact]
    public async Task A_query_filters_by_status_prefix_and_time_and_pages()
    {
        await using var hub = await TestHub.StartAsync(Functions);
        for (var i = 0; i < 25; i++)
            await hub.RunAsync("Ends", i, $"order-{i:00}");
        var between = hub.Time.GetUtcNow().AddMinutes(1);
        hub.Time.Advance(TimeSpan.FromMinutes(2));
        await hub.RunAsync("Fails", id: "order-fail");
        await hub.Client.ScheduleNewOrchestrationInstanceAsync("Waits", new StartOrchestrationOptions("wait"));
        await hub.Until("wait", found => found.IsRunning);

        async Task<List<string>> Ids(OrchestrationQuery query) =>
            [.. await hub.Client.GetAllInstancesAsync(query).Select(found => found.InstanceId).ToListAsync()];

        Assert.Equal(27, (await Ids(new OrchestrationQuery(PageSize: 10))).Count);
        Assert.Equal(26, (await Ids(new OrchestrationQuery(InstanceIdPrefix: "order-"))).Count);
        Assert.Equal(["order-fail"], await Ids(new OrchestrationQuery(Statuses: [OrchestrationRuntimeStatus.Failed])));
        Assert.Equal(["order-fail", "wait"], await Ids(new OrchestrationQuery(CreatedFrom: between)));
        Assert.Equal(25, (await Ids(new OrchestrationQuery(CreatedTo: between))).Count);
        Assert.Equal(["wait"], await Ids(new OrchestrationQuery(
            Statuses: [OrchestrationRuntimeStatus.Running, OrchestrationRuntimeStatus.Suspended], InstanceIdPrefix: "w")));

        var pages = await hub.Client.GetAllInstancesAsync(new OrchestrationQuery(PageSize: 10, FetchInputsAndOutputs: true))
            .AsPages().ToListAsync();
        Assert.Equal([10, 10, 7], pages.Select(page => page.Values.Count));
        Assert.Equal(3, pages[0].Values[3].ReadOutputAs<int>());
        var second = await hub.Client.GetAllInstancesAsync(new OrchestrationQuery(PageSize: 10))
            .AsPages(pages[0].ContinuationToken).FirstAsync();
        Assert.Equal("order-10", second.Values[0].InstanceId);
    }

    [Fact]
    public async Task A_purge_removes_ended_instances_only()
    {
        await using var hub = await TestHub.StartAsync(Functions);
        await hub.RunAsync("Ends", 1, "ended");
        await hub.RunAsync("Fails", id: "failed");
        await hub.Client.ScheduleNewOrchestrationInstanceAsync("Waits", new StartOrchestrationOptions("running"));
        await hub.Until("running", found => found.IsRunning);

        Assert.Equal(1, (await hub.Client.PurgeInstanceAsync("ended")).PurgedInstanceCount);
        Assert.Equal(0, (await hub.Client.PurgeInstanceAsync("running")).PurgedInstanceCount);
        Assert.Equal(0, (await hub.Client.PurgeInstanceAsync("nobody")).PurgedInstanceCount);
        Assert.Null(await hub.Client.GetInstanceAsync("ended"));

        var all = await hub.Client.PurgeAllInstancesAsync(new PurgeInstancesFilter(CreatedTo: hub.Time.GetUtcNow()));
        Assert.Equal(1, all.PurgedInstanceCount);
        Assert.Null(await hub.Client.GetInstanceAsync("failed"));
        Assert.NotNull(await hub.Client.GetInstanceAsync("running"));
    }

    [Theory]
    [InlineData(0L, null, 1)]
    [InlineData(1L, null, 0)]
    [InlineData(null, 0L, 1)]
    [InlineData(null, -1L, 0)]
    [InlineData(null, null, 1)]
    public async Task The_bounds_of_a_purge_are_inclusive_to_the_tick(long? fromTicks, long? toTicks, int expected)
    {
        await using var hub = await TestHub.StartAsync(Functions);
        var createdAt = (await hub.RunAsync("Ends", 1, "ended")).CreatedAt.ToOffset(TimeSpan.FromHours(2));

        var purged = await hub.Client.PurgeAllInstancesAsync(new PurgeInstancesFilter(
            fromTicks is { } from ? createdAt.AddTicks(from) : null,
            toTicks is { } to ? createdAt.AddTicks(to) : null,
            [OrchestrationRuntimeStatus.Completed]));

        Assert.Equal((expected, true), (purged.PurgedInstanceCount, purged.IsComplete));
        Assert.Equal(expected == 0, await hub.Client.GetInstanceAsync("ended") is not null);
    }

    [Fact]
    public async Task A_purge_stops_when_its_time_is_over_and_says_so()
    {
        await using var hub = await TestHub.StartAsync(Functions);
        await hub.RunAsync("Ends", 1, "ended");
        hub.Time.AutoAdvanceAmount = TimeSpan.FromSeconds(1);

        var cut = await hub.Client.PurgeAllInstancesAsync(new PurgeInstancesFilter { Timeout = TimeSpan.FromMilliseconds(1) });
        var whole = await hub.Client.PurgeAllInstancesAsync(new PurgeInstancesFilter { Timeout = TimeSpan.FromHours(1) });

        Assert.Equal((0, false), (cut.PurgedInstanceCount, cut.IsComplete));
        Assert.Equal((1, true), (whole.PurgedInstanceCount, whole.IsComplete));
    }

    [Fact]
    public async Task A_recursive_purge_takes_the_descendants_along_and_a_plain_one_does_not()
    {
        var functions = new TestFunctions().Orchestrator("Nest", async (TaskOrchestrationContext context, int depth) => depth > 0
            ? await context.CallSubOrchestratorAsync<int>(
                "Nest", depth - 1, new SubOrchestrationOptions(instanceId: context.InstanceId + "+"))
            : 1);
        await using var hub = await TestHub.StartAsync(functions);
        await hub.RunAsync("Nest", 2, "a");
        await hub.RunAsync("Nest", 2, "b");

        Assert.Equal(3, (await hub.Client.PurgeInstanceAsync("a", new PurgeInstanceOptions(Recursive: true))).PurgedInstanceCount);
        Assert.Equal(1, (await hub.Client.PurgeInstanceAsync("b")).PurgedInstanceCount);

        Assert.Equal(["b++", "b+"], await hub.Client.GetAllInstancesAsync().Select(found => found.InstanceId).OrderDescending().ToListAsync());
    }

    [Fact]
    public async Task What_was_not_asked_for_is_not_in_the_metadata()
    {
        await using var hub = await TestHub.StartAsync(Functions);
        await hub.RunAsync("Ends", 1, "ended");
        await hub.RunAsync("Fails", id: "failed");

        foreach (var id in new[] { "ended", "failed" })
        {
            var bare = (await hub.Client.GetInstanceAsync(id))!;
            Assert.Equal((null, null, null), (bare.SerializedInput, bare.SerializedOutput, bare.FailureDetails));
            Assert.Throws<InvalidOperationException>(() => bare.ReadOutputAs<int>());
        }
    }

    [Fact]
    public async Task Pages_go_on_where_they_were_with_another_size()
    {
        await using var hub = await TestHub.StartAsync(Functions);
        for (var i = 0; i < 21; i++)
            await hub.RunAsync("Ends", i, $"p-{i:00}");
        var query = hub.Client.GetAllInstancesAsync(new OrchestrationQuery(InstanceIdPrefix: "p-"));

        var pages = await query.AsPages(pageSizeHint: 5).ToListAsync();
        var rest = await query.AsPages(pages[1].ContinuationToken, pageSizeHint: 4).ToListAsync();

        Assert.Equal([5, 5, 5, 5, 1], pages.Select(page => page.Values.Count));
        Assert.Equal([4, 4, 3], rest.Select(page => page.Values.Count));
        Assert.Equal("p-10", rest[0].Values[0].InstanceId);
    }

    [Fact]
    public async Task Ids_are_listed_by_the_time_of_their_end_in_pages()
    {
        await using var hub = await TestHub.StartAsync(Functions);
        await hub.RunAsync("Ends", 1, "early");
        hub.Time.Advance(TimeSpan.FromMinutes(1));
        var from = hub.Time.GetUtcNow();
        for (var i = 0; i < 3; i++)
            await hub.RunAsync("Ends", i, $"e{i}");
        await hub.RunAsync("Fails", id: "failed");
        await hub.Client.ScheduleNewOrchestrationInstanceAsync("Waits", new StartOrchestrationOptions("running"));

        var first = await hub.Client.ListInstanceIdsAsync([OrchestrationRuntimeStatus.Completed], from, pageSize: 2);
        var second = await hub.Client.ListInstanceIdsAsync(
            [OrchestrationRuntimeStatus.Completed], from, pageSize: 2, lastInstanceKey: first.ContinuationToken);

        Assert.Equal(["e0", "e1"], first.Values);
        Assert.Equal(["e2"], second.Values);
        Assert.Null(second.ContinuationToken);
    }

    [Fact]
    public async Task The_history_is_that_of_the_current_execution()
    {
        await using var hub = await TestHub.StartAsync(Functions);
        await hub.Client.ScheduleNewOrchestrationInstanceAsync("Waits", new StartOrchestrationOptions("w"));
        await hub.Client.RaiseEventAsync("w", "go", 1);
        await hub.EndOf("w");

        var history = await hub.Client.GetOrchestrationHistoryAsync("w");

        Assert.Equal(
            ["ExecutionStarted", "EventRaised", "ExecutionCompleted"],
            history.Select(e => e.EventType.ToString()).Where(type => type != "OrchestratorStarted"));
        await Assert.ThrowsAsync<ArgumentException>(() => hub.Client.GetOrchestrationHistoryAsync("nobody"));
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

    [Fact]
    public async Task Waiting_for_an_instance_that_does_not_exist_waits_until_it_does()
    {
        await using var hub = await TestHub.StartAsync(Functions);
        using var impatient = new CancellationTokenSource();
        var started = hub.Client.WaitForInstanceStartAsync("later");
        var ended = hub.EndOf("later");
        var never = hub.Client.WaitForInstanceCompletionAsync("never", impatient.Token);

        await hub.RunAsync("Ends", 4, "later");
        await impatient.CancelAsync();

        Assert.Equal("later", (await started).InstanceId);
        Assert.Equal(4, (await ended).ReadOutputAs<int>());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => never);
    }

    [Fact]
    public async Task The_retention_policy_purges_by_age_and_by_number()
    {
        var options = new LocalPlatform.Durable.DurableOptions { RetainCompletedFor = TimeSpan.FromHours(1), MaxCompletedInstances = 3 };
        await using var hub = await TestHub.StartAsync(Functions, options);
        for (var i = 0; i < 6; i++)
            await hub.RunAsync("Ends", i, $"early-{i}");
        await hub.Client.ScheduleNewOrchestrationInstanceAsync("Waits", new StartOrchestrationOptions("running"));

        async Task<int> Count() => await hub.Client.GetAllInstancesAsync(new OrchestrationQuery(InstanceIdPrefix: "early")).CountAsync();
        hub.Time.Advance(TimeSpan.FromMinutes(1));
        await Eventually.HoldsAsync(async () => await Count() == 3);
        Assert.NotNull(await hub.Client.GetInstanceAsync("early-5"));
        hub.Time.Advance(TimeSpan.FromHours(1));
        await Eventually.HoldsAsync(async () => await Count() == 0);
        Assert.NotNull(await hub.Client.GetInstanceAsync("running"));
    }
}
