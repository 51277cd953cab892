using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace LocalPlatform.Durable.Tests;

public sealed class QueryTests
{
    private static readonly TestFunctions Functions = new TestFunctions()
        .Orchestrator("Waits", async context => await context.WaitForExternalEvent<int>("go"))
        .Orchestrator("Ends", (TaskOrchestrationContext _, int input) => Task.FromResult(input))
        .Orchestrator<int>("Fails", _ => throw new InvalidOperationException("at once"));

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
}
