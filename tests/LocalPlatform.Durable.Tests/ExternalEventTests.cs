using Grpc.Core;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace LocalPlatform.Durable.Tests;

public sealed class ExternalEventTests
{
    [Fact]
    public async Task Events_raised_before_the_wait_are_kept_in_order_also_over_a_restart()
    {
        var functions = new TestFunctions().Orchestrator("Collects", async context =>
        {
            await context.CreateTimer(TimeSpan.FromHours(1), CancellationToken.None);
            var first = await context.WaitForExternalEvent<int>("number");
            var second = await context.WaitForExternalEvent<int>("NUMBER");
            return $"{first} {second}";
        });
        await using var hub = await TestHub.StartAsync(functions);
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Collects");
        await hub.Client.RaiseEventAsync(id, "Number", 1);
        await hub.RestartAsync();
        await hub.Client.RaiseEventAsync(id, "Number", 2);

        var ended = await hub.EndWhileTimePasses(id);

        Assert.Equal("1 2", ended.ReadOutputAs<string>());
    }

    [Fact]
    public async Task Events_raised_after_the_wait_complete_it()
    {
        var functions = new TestFunctions()
            .Orchestrator("Waits", async context => await context.WaitForExternalEvent<Approval>("approval"));
        await using var hub = await TestHub.StartAsync(functions);
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Waits");
        await hub.Until(id, found => found.IsRunning);

        await hub.Client.RaiseEventAsync(id, "approval", new Approval("kim", true));

        Assert.Equal(new Approval("kim", true), (await hub.EndOf(id)).ReadOutputAs<Approval>());
    }

    [Fact]
    public async Task A_wait_with_a_timeout_is_cancelled_when_nothing_came()
    {
        var functions = new TestFunctions().Orchestrator("Hopes", async context =>
        {
            try
            {
                return await context.WaitForExternalEvent<string>("approval", TimeSpan.FromMinutes(30));
            }
            catch (TaskCanceledException)
            {
                return "nothing came";
            }
        });
        await using var hub = await TestHub.StartAsync(functions);
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Hopes");
        await hub.Until(id, found => found.IsRunning);

        var ended = await hub.EndWhileTimePasses(id);

        Assert.Equal("nothing came", ended.ReadOutputAs<string>());
    }

    [Fact]
    public async Task A_wait_with_a_timeout_takes_what_comes_in_time()
    {
        var functions = new TestFunctions().Orchestrator(
            "Hopes", async context => await context.WaitForExternalEvent<string>("approval", TimeSpan.FromMinutes(30)));
        await using var hub = await TestHub.StartAsync(functions);
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Hopes");
        await hub.Client.RaiseEventAsync(id, "approval", "yes");

        Assert.Equal("yes", (await hub.EndOf(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task The_latest_wait_is_served_first_and_a_cancelled_one_not_at_all()
    {
        var functions = new TestFunctions().Orchestrator("Stack", async context =>
        {
            using var giveUp = new CancellationTokenSource();
            var oldest = context.WaitForExternalEvent<int>("n");
            var abandoned = context.WaitForExternalEvent<int>("n", giveUp.Token);
            var latest = context.WaitForExternalEvent<int>("n");
            giveUp.Cancel();
            var results = await Task.WhenAll(latest, oldest);
            return $"{string.Join(' ', results)} {abandoned.IsCanceled}";
        });
        await using var hub = await TestHub.StartAsync(functions);
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Stack");
        await hub.Until(id, found => found.IsRunning);
        await hub.Client.RaiseEventAsync(id, "n", 10);
        await hub.Client.RaiseEventAsync(id, "n", 20);

        Assert.Equal("10 20 True", (await hub.EndOf(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task An_event_that_is_there_is_taken_even_by_a_wait_that_was_cancelled_before()
    {
        var functions = new TestFunctions().Orchestrator("Takes", async context =>
        {
            await context.WaitForExternalEvent<int>("go");
            using var cancelled = new CancellationTokenSource();
            cancelled.Cancel();
            var first = await context.WaitForExternalEvent<int>("n", cancelled.Token);
            var second = context.WaitForExternalEvent<int>("n", cancelled.Token);
            return $"{first} {second.IsCanceled}";
        });
        await using var hub = await TestHub.StartAsync(functions);
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Takes");
        await hub.Client.RaiseEventAsync(id, "n", 1);
        await hub.Client.RaiseEventAsync(id, "go", 0);

        Assert.Equal("1 True", (await hub.EndOf(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task One_event_cannot_be_awaited_as_two_types()
    {
        var functions = new TestFunctions().Orchestrator("Mixes", async context =>
        {
            var number = context.WaitForExternalEvent<int>("answer");
            await context.WaitForExternalEvent<string>("ANSWER");
            return await number;
        });
        await using var hub = await TestHub.StartAsync(functions);

        var ended = await hub.RunAsync("Mixes");

        Assert.Equal("System.ArgumentException", ended.FailureDetails?.ErrorType);
    }

    [Fact]
    public async Task What_is_sent_to_an_ended_or_unknown_instance_is_refused()
    {
        var functions = new TestFunctions().Orchestrator("Ends", _ => Task.FromResult(1));
        await using var hub = await TestHub.StartAsync(functions);
        await hub.RunAsync("Ends", id: "a");

        foreach (var send in new Func<string, Task>[]
        {
            id => hub.Client.RaiseEventAsync(id, "late"),
            id => hub.Client.TerminateInstanceAsync(id),
            id => hub.Client.SuspendInstanceAsync(id),
            id => hub.Client.ResumeInstanceAsync(id),
        })
        {
            Assert.Equal(StatusCode.FailedPrecondition, (await Assert.ThrowsAsync<RpcException>(() => send("a"))).StatusCode);
            Assert.Equal(StatusCode.NotFound, (await Assert.ThrowsAsync<RpcException>(() => send("nobody"))).StatusCode);
        }
        Assert.Equal(OrchestrationRuntimeStatus.Completed, (await hub.Client.GetInstanceAsync("a"))?.RuntimeStatus);
        Assert.Null(await hub.Client.GetInstanceAsync("nobody"));
    }

    [Fact]
    public async Task An_orchestration_sends_events_to_another()
    {
        var functions = new TestFunctions()
            .Orchestrator("Sends", context =>
            {
                context.SendEvent("receiver", "greeting", "hello");
                context.SendEvent("nobody", "greeting", "lost");
                return Task.FromResult(1);
            })
            .Orchestrator("Receives", async context => await context.WaitForExternalEvent<string>("greeting"));
        await using var hub = await TestHub.StartAsync(functions);
        await hub.Client.ScheduleNewOrchestrationInstanceAsync("Receives", new StartOrchestrationOptions("receiver"));

        await hub.RunAsync("Sends");

        Assert.Equal("hello", (await hub.EndOf("receiver")).ReadOutputAs<string>());
    }

    [Fact]
    public async Task An_event_that_cannot_be_read_as_what_is_waited_for_fails_the_wait()
    {
        var functions = new TestFunctions().Orchestrator("Waits", async context => await context.WaitForExternalEvent<int>("number"));
        await using var hub = await TestHub.StartAsync(functions);
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Waits");
        await hub.Client.RaiseEventAsync(id, "number", "not a number");

        var ended = await hub.EndOf(id);

        Assert.Equal(OrchestrationRuntimeStatus.Failed, ended.RuntimeStatus);
        Assert.Equal("System.Text.Json.JsonException", ended.FailureDetails?.ErrorType);
    }

    private sealed record Approval(string By, bool Granted);
}
