using Commerce.Functions.Delivery;
using Commerce.Functions.Tests.Durable;
using Commerce.Shared.Delivery;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging.Abstractions;

namespace Commerce.Functions.Tests.Delivery;

/// <summary>
/// The orchestrator of the redelivery on a genuine worker: when it goes on, when it pauses and for how long, when it ends.
/// </summary>
public sealed class RedeliveryOrchestratorTests(TaskHub hub) : IClassFixture<TaskHub>
{
    private static readonly DateTimeOffset Now = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Long = TimeSpan.FromHours(1);
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(30);

    private readonly string _id = Guid.NewGuid().ToString("N");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_ends_when_nothing_waits()
    {
        var steps = Drains(End());
        var ended = await RunAsync(steps);
        Assert.Equal(OrchestrationRuntimeStatus.Completed, ended.RuntimeStatus);
        Assert.Null(ended.SerializedCustomStatus);
        // The first one has not found the platform down yet.
        Assert.Equal([0], Failures(steps));
    }

    [Fact]
    public async Task It_goes_on_at_once_while_something_is_due_and_each_run_knows_how_often_the_platform_was_found_down()
    {
        var steps = Drains(Then(1), Then(2), Then(3), Then(0), End());
        Assert.Equal(OrchestrationRuntimeStatus.Completed, (await RunAsync(steps)).RuntimeStatus);
        Assert.Equal([0, 1, 2, 3, 0], Failures(steps));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public async Task A_pause_ends_by_itself(int pauses)
    {
        var steps = Drains([.. Enumerable.Range(1, pauses).Select(n => Then(n, Short)), End()]);
        Assert.Equal(OrchestrationRuntimeStatus.Completed, (await RunAsync(steps)).RuntimeStatus);
        Assert.Equal(Enumerable.Range(0, pauses + 1), Failures(steps));
    }

    [Fact]
    public async Task A_pause_is_as_long_as_the_run_says()
    {
        var pause = TimeSpan.FromMilliseconds(400);
        var began = TimeProvider.System.GetTimestamp();
        await RunAsync(Drains(Then(1, pause), End()));
        Assert.True(TimeProvider.System.GetElapsedTime(began) >= Eventually.AtLeast(pause));
    }

    [Fact]
    public async Task A_word_from_an_operator_ends_each_pause_and_one_word_ends_one()
    {
        var steps = Drains(Then(0, Long), Then(1, Long), Then(2, Long), End());
        await StartAsync(steps);
        for (var pauses = 1; pauses <= 3; pauses++)
        {
            await PausedAsync(pauses);
            Assert.Equal(pauses, steps.Calls.Count);
            await WakeAsync();
        }
        Assert.Equal(OrchestrationRuntimeStatus.Completed, (await hub.EndAsync(_id)).RuntimeStatus);
        Assert.Equal([0, 0, 1, 2], Failures(steps));
    }

    /// <summary>What was ordered may have come too late for this run to see.</summary>
    [Fact]
    public async Task A_word_that_comes_while_the_backlog_is_worked_off_ends_the_pause_that_follows()
    {
        var (draining, drained) = (new TaskCompletionSource(), new TaskCompletionSource());
        var answers = Drains(Then(0, Long), End());
        var steps = new Steps(async (name, input) =>
        {
            draining.TrySetResult();
            await drained.Task;
            return await answers.CallAsync(name, input);
        });
        await StartAsync(steps);
        await draining.Task;
        await WakeAsync();
        drained.SetResult();
        Assert.Equal(OrchestrationRuntimeStatus.Completed, (await hub.EndAsync(_id)).RuntimeStatus);
        Assert.Equal(2, answers.Calls.Count);
    }

    [Fact]
    public async Task While_it_pauses_it_tells_what_the_last_run_came_to()
    {
        await StartAsync(Drains(Then(0, Long, sent: 41), End()));
        await PausedAsync(41);
        var status = (await hub.Client.GetInstanceAsync(_id, getInputsAndOutputs: true, Stop))!.ReadCustomStatusAs<DrainReport>()!;
        Assert.Equal(new DrainReport(41, IsBlocked: true, IsHalted: false, Now, Now.AddMinutes(1)), status);
        await WakeAsync();
        await hub.EndAsync(_id);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task A_run_that_fails_is_made_again_and_counts_once(int faults)
    {
        var steps = Drains([Then(4), .. Enumerable.Repeat(Steps.Fails, faults), Then(5), Steps.Fails, End()]);
        Assert.Equal(OrchestrationRuntimeStatus.Completed, (await RunAsync(steps)).RuntimeStatus);
        Assert.Equal([0, .. Enumerable.Repeat(4, faults + 1), 5, 5], Failures(steps));
    }

    /// <summary>The real work, on a platform that is down, paused, and back.</summary>
    [Fact]
    public async Task What_waits_is_delivered_when_an_operator_resumes_and_then_it_ends()
    {
        await using var fixture = await DeliveryFixture.CreateAsync();
        hub.Serve(RedeliveryOrchestrator.InstanceId, Steps.Of(fixture.Redelivery).CallAsync);
        await fixture.Switch.ChangeAsync(static control => control with { IsPaused = true }, Stop);
        for (var i = 0; i < 3; i++)
            Assert.Equal(DeliveryState.Waiting, await fixture.DispatchAsync($"o-{i}"));

        await fixture.Starter.EnsureRunningAsync(hub.Client, Stop);
        await Eventually.Async(
            () => FindAsync(RedeliveryOrchestrator.InstanceId), static found => found?.SerializedCustomStatus is not null, "its pause");
        var started = (await FindAsync(RedeliveryOrchestrator.InstanceId))!.CreatedAt;
        // One runs: a second is not started beside it.
        var another = new RedeliveryStarter(
            Microsoft.Extensions.Options.Options.Create(DeliveryFixture.Options),
            TimeProvider.System,
            NullLogger<RedeliveryStarter>.Instance);
        await another.EnsureRunningAsync(hub.Client, Stop);
        Assert.Equal(started, (await FindAsync(RedeliveryOrchestrator.InstanceId))!.CreatedAt);
        Assert.Empty(fixture.Platform.Received);

        await fixture.Switch.ChangeAsync(DeliveryControl.Resumed, Stop);
        await fixture.Starter.WakeAsync(hub.Client, Stop);
        Assert.Equal(
            OrchestrationRuntimeStatus.Completed, (await hub.EndAsync(RedeliveryOrchestrator.InstanceId)).RuntimeStatus);
        Assert.Equal(3, fixture.Platform.Accepted.Count);

        // Once it has ended, it is started anew for what waits then.
        fixture.Platform.AnswerWith(422);
        await fixture.DispatchAsync("o-late");
        fixture.Platform.AnswerWith(200);
        await fixture.Switch.ChangeAsync(control => control with { ReleaseParkedUntil = fixture.Time.GetUtcNow() }, Stop);
        await fixture.Watch.WatchAsync(hub.Client, Stop);
        await Eventually.HoldsAsync(async () => (await fixture.FindAsync("o-late")).State == DeliveryState.Delivered);
        await hub.EndAsync(RedeliveryOrchestrator.InstanceId);
    }

    private static Steps Drains(params object[] answers) => Steps.That((nameof(RedeliveryActivities.DrainDeliveries), answers));

    private static DrainResult End() => new(new DrainReport(0, false, false, null), null, TimeSpan.Zero);

    /// <summary>How often the platform was found down, and how long to wait; <paramref name="sent"/> tells reports apart.</summary>
    private static DrainResult Then(int failures, TimeSpan pause = default, int? sent = null) =>
        new DrainResult(new DrainReport(sent ?? failures + 1, true, false, Now, Now.AddMinutes(1)), new RedeliveryRun(failures), pause);

    private static IEnumerable<int> Failures(Steps steps) => steps.Calls.Select(static call => ((RedeliveryRun)call.Input!).Failures);

    private Task<OrchestrationMetadata> RunAsync(Steps steps)
    {
        hub.Serve(_id, steps.CallAsync);
        return hub.RunAsync(RedeliveryOrchestrator.Name, null, _id);
    }

    private async Task StartAsync(Steps steps)
    {
        hub.Serve(_id, steps.CallAsync);
        await hub.Client.ScheduleNewOrchestrationInstanceAsync(
            RedeliveryOrchestrator.Name, null, new StartOrchestrationOptions(_id), Stop);
    }

    private Task<OrchestrationMetadata?> FindAsync(string id) => hub.Client.GetInstanceAsync(id, getInputsAndOutputs: true, Stop);

    /// <summary>Waits for the pause after the run that has sent so much.</summary>
    private Task<OrchestrationMetadata?> PausedAsync(int sent) => Eventually.Async(
        () => FindAsync(_id),
        found => found?.SerializedCustomStatus is not null && found.ReadCustomStatusAs<DrainReport>()!.Sent == sent,
        $"the pause after {sent}");

    private Task WakeAsync() => hub.Client.RaiseEventAsync(_id, RedeliveryOrchestrator.WakeEvent, "", Stop);
}
