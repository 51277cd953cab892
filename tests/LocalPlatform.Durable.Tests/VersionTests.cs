using Microsoft.DurableTask;

namespace LocalPlatform.Durable.Tests;

/// <summary>A deployment of another version of an orchestrator over instances that run.</summary>
public sealed class VersionTests
{
    private static readonly DurableOptions One = new() { DefaultVersion = "1" };
    private static readonly DurableOptions Two = new() { DefaultVersion = "2" };

    [Fact]
    public async Task What_version_1_has_begun_ends_as_version_1_would_and_what_version_2_begins_as_version_2_does()
    {
        await using var hub = await TestHub.StartAsync(VersionOne(), One);
        var old = await StartAsync(hub);

        await hub.RestartAsync(VersionTwo(), options: Two);
        var @new = await StartAsync(hub);
        await hub.Client.RaiseEventAsync(old, "go");
        await hub.Client.RaiseEventAsync(@new, "go");

        Assert.Equal("reserved, paid", (await hub.EndOf(old)).ReadOutputAs<string>());
        Assert.Equal("paid, reserved, shipped", (await hub.EndOf(@new)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task After_a_rollback_what_the_newer_version_has_begun_waits_for_it_and_loses_nothing()
    {
        await using var hub = await TestHub.StartAsync(VersionTwo(), Two);
        var @new = await StartAsync(hub);

        await hub.RestartAsync(VersionOne(), options: One);
        var old = await StartAsync(hub);
        await hub.Client.RaiseEventAsync(@new, "go");
        await hub.Client.RaiseEventAsync(old, "go");
        Assert.Equal("reserved, paid", (await hub.EndOf(old)).ReadOutputAs<string>());
        Assert.True((await hub.Client.GetInstanceAsync(@new))!.IsRunning);

        await hub.RestartAsync(VersionTwo(), options: Two);
        Assert.Equal("paid, reserved, shipped", (await hub.EndOf(@new)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task A_version_that_the_host_cannot_run_is_refused_at_the_start()
    {
        await using var hub = await TestHub.StartAsync(VersionOne(), One);
        await Assert.ThrowsAsync<ArgumentException>(() => hub.Client.ScheduleNewOrchestrationInstanceAsync(
            "Order", null, new StartOrchestrationOptions { Version = new TaskVersion("1.1") }));
    }

    private static async Task<string> StartAsync(TestHub hub)
    {
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Order");
        await hub.Until(id, static found => found.ReadCustomStatusAs<string>() == "waits");
        return id;
    }

    private static TestFunctions VersionOne() => Activities(new TestFunctions()).Orchestrator("Order", RunAsVersionOneAsync);

    private static TestFunctions VersionTwo() => Activities(new TestFunctions()).Orchestrator("Order", async context =>
    {
        if (context.Version is "" or "1")
            return await RunAsVersionOneAsync(context);
        var paid = await context.CallActivityAsync<string>("Pay");
        var reserved = await context.CallActivityAsync<string>("Reserve");
        context.SetCustomStatus("waits");
        await context.WaitForExternalEvent<object?>("go");
        return $"{paid}, {reserved}, {await context.CallActivityAsync<string>("Ship")}";
    });

    private static async Task<string> RunAsVersionOneAsync(TaskOrchestrationContext context)
    {
        var reserved = await context.CallActivityAsync<string>("Reserve");
        context.SetCustomStatus("waits");
        await context.WaitForExternalEvent<object?>("go");
        return $"{reserved}, {await context.CallActivityAsync<string>("Pay")}";
    }

    private static TestFunctions Activities(TestFunctions functions) => functions
        .Activity<object?, string>("Reserve", _ => "reserved")
        .Activity<object?, string>("Pay", _ => "paid")
        .Activity<object?, string>("Ship", _ => "shipped");
}
