using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Time.Testing;

namespace LocalPlatform.Durable.Tests;

public sealed class TimerTests
{
    [Fact]
    public async Task A_timer_fires_at_its_time_and_not_before()
    {
        var functions = new TestFunctions().Orchestrator("Sleeps", async context =>
        {
            await context.CreateTimer(TimeSpan.FromHours(10), CancellationToken.None);
            return context.CurrentUtcDateTime;
        });
        await using var hub = await TestHub.StartAsync(functions);
        var due = hub.Time.GetUtcNow().UtcDateTime.AddHours(10);
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Sleeps");
        await hub.Until(id, found => found.IsRunning);

        hub.Time.Advance(TimeSpan.FromHours(9.9));
        Assert.True((await hub.Client.GetInstanceAsync(id))!.IsRunning);
        var ended = await hub.EndWhileTimePasses(id);

        Assert.InRange(ended.ReadOutputAs<DateTime>(), due, due.AddSeconds(1));
    }

    [Fact]
    public async Task A_timer_survives_a_restart_and_fires_late_when_its_time_has_passed()
    {
        var functions = new TestFunctions().Orchestrator("Sleeps", async context =>
        {
            await context.CreateTimer(TimeSpan.FromDays(3), CancellationToken.None);
            return "awake";
        });
        await using var hub = await TestHub.StartAsync(functions);
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Sleeps");
        await hub.Until(id, found => found.IsRunning);

        await hub.Engine.DisposeAsync();
        hub.Time.Advance(TimeSpan.FromDays(30));
        await hub.RestartAsync();

        Assert.Equal("awake", (await hub.EndOf(id)).ReadOutputAs<string>());
    }

    /// <summary>As a machine that wakes up does, or a test that moves the clock on.</summary>
    [Fact]
    public async Task A_clock_that_jumps_while_a_timer_is_being_set_has_it_fire_at_once()
    {
        var functions = new TestFunctions().Orchestrator("Sleeps", async context =>
        {
            await context.CreateTimer(JumpingTime.Wait, CancellationToken.None);
            return "awake";
        });
        await using var hub = await TestHub.StartAsync(functions, time: new JumpingTime());

        Assert.Equal("awake", (await hub.RunAsync("Sleeps")).ReadOutputAs<string>());
    }

    [Fact]
    public async Task A_cancelled_timer_does_not_hold_the_orchestration_up()
    {
        var functions = new TestFunctions().Orchestrator("Cancels", async context =>
        {
            using var stop = new CancellationTokenSource();
            var timer = context.CreateTimer(TimeSpan.FromDays(1), stop.Token);
            await context.WaitForExternalEvent<string>("go");
            stop.Cancel();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => timer);
            return timer.Status;
        });
        await using var hub = await TestHub.StartAsync(functions);
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Cancels");
        await hub.Client.RaiseEventAsync(id, "go");

        Assert.Equal(TaskStatus.Canceled, (await hub.EndOf(id)).ReadOutputAs<TaskStatus>());
    }

    [Fact]
    public async Task Timers_fire_in_the_order_of_their_times()
    {
        var functions = new TestFunctions().Orchestrator("Races", async context =>
        {
            var order = new List<int>();
            await Task.WhenAll(new[] { 30, 10, 20 }.Select(async minutes =>
            {
                await context.CreateTimer(TimeSpan.FromMinutes(minutes), CancellationToken.None);
                order.Add(minutes);
            }));
            return order;
        });
        await using var hub = await TestHub.StartAsync(functions);
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Races");

        var ended = await hub.EndWhileTimePasses(id);

        Assert.Equal([10, 20, 30], ended.ReadOutputAs<List<int>>());
    }

    [Fact]
    public async Task More_timers_than_fit_into_the_window_all_fire()
    {
        var functions = new TestFunctions().Orchestrator("Many", async context =>
        {
            await Task.WhenAll(Enumerable.Range(0, 2_500).Select(i =>
                context.CreateTimer(TimeSpan.FromHours(1 + (i % 3)), CancellationToken.None)));
            return context.CurrentUtcDateTime;
        });
        await using var hub = await TestHub.StartAsync(functions);
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Many");
        await hub.Until(id, found => found.IsRunning);
        await hub.RestartAsync();

        var ended = await hub.EndWhileTimePasses(id);

        Assert.Equal(OrchestrationRuntimeStatus.Completed, ended.RuntimeStatus);
    }

    /// <summary>Goes on by as much as it is to wait, just before the wait is set.</summary>
    private sealed class JumpingTime() : FakeTimeProvider(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero))
    {
        /// <summary>Within the window that the engine looks ahead.</summary>
        public static readonly TimeSpan Wait = TimeSpan.FromMinutes(3);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            new Alarm(this, base.CreateTimer(callback, state, dueTime, period));

        private sealed class Alarm(JumpingTime time, ITimer timer) : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period)
            {
                if (dueTime > TimeSpan.FromMinutes(2) && dueTime < TimeSpan.FromMinutes(4))
                    time.Advance(dueTime);
                return timer.Change(dueTime, period);
            }

            public void Dispose() => timer.Dispose();

            public ValueTask DisposeAsync() => timer.DisposeAsync();
        }
    }
}
