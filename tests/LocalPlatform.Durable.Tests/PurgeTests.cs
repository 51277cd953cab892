using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace LocalPlatform.Durable.Tests;

public sealed class PurgeTests
{
    private static readonly TestFunctions Functions = new TestFunctions()
        .Orchestrator("Waits", async context => await context.WaitForExternalEvent<int>("go"))
        .Orchestrator("Ends", (TaskOrchestrationContext _, int input) => Task.FromResult(input))
        .Orchestrator<int>("Fails", _ => throw new InvalidOperationException("at once"));

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

        Assert.Equal(["b++", "b+"],
            await hub.Client.GetAllInstancesAsync().Select(found => found.InstanceId).OrderDescending().ToListAsync());
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
