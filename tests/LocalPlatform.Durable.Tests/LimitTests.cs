using System.Diagnostics;
using LocalPlatform.Durable.Sessions;

namespace LocalPlatform.Durable.Tests;

public sealed class LimitTests
{
    [Fact]
    public async Task No_more_activities_run_at_once_than_allowed_and_as_many_as_allowed_do()
    {
        var running = 0;
        var most = 0;
        var together = new TaskCompletionSource();
        var functions = new TestFunctions()
            .Orchestrator("Many", async context =>
                (await Task.WhenAll(Enumerable.Range(0, 50).Select(i => context.CallActivityAsync<int>("Busy", i)))).Length)
            .Activity<int, int>("Busy", async (i, _) =>
            {
                var now = Interlocked.Increment(ref running);
                InterlockedMax(ref most, now);
                if (now == 5)
                    together.TrySetResult();
                await together.Task; // The first five can end only when five run at once.
                Interlocked.Decrement(ref running);
                return i;
            });
        await using var hub = await TestHub.StartAsync(functions, new DurableOptions { MaxConcurrentActivityFunctions = 5 });

        Assert.Equal(50, (await hub.RunAsync("Many")).ReadOutputAs<int>());
        Assert.Equal(5, most);
    }

    [Fact]
    public async Task A_limiter_runs_everything_once_and_closes_after_what_runs()
    {
        var done = 0;
        var running = 0;
        var limiter = new WorkLimiter<int>(3, async _ =>
        {
            Assert.InRange(Interlocked.Increment(ref running), 1, 3);
            await Task.Yield();
            Interlocked.Decrement(ref running);
            Interlocked.Increment(ref done);
        });
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < 1_000; i++)
                limiter.Enqueue(i);
        })));
        await Eventually.HoldsAsync(() => Volatile.Read(ref done) == 8_000);

        await limiter.CloseAsync().WaitAsync(TestHub.Deadline);
        limiter.Enqueue(0);
        Assert.Equal(1, limiter.QueueLength);
        Assert.Equal(8_000, done);
    }

    [Fact]
    public async Task Activities_belong_to_the_trace_in_which_the_first_orchestration_was_started()
    {
        var functions = new TestFunctions()
            .Orchestrator("Calls", async context => await context.CallSubOrchestratorAsync<int>("Child"))
            .Orchestrator("Child", async context => await context.CallActivityAsync<int>("Traced"))
            .Activity<object?, int>("Traced", _ => 1);
        await using var hub = await TestHub.StartAsync(functions);
        using var request = new Activity("request").SetIdFormat(ActivityIdFormat.W3C).Start();

        await hub.RunAsync("Calls");

        Assert.Contains(request.TraceId.ToString(), functions.Traces["Traced"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Limits_outside_their_range_are_refused()
    {
        foreach (var options in new DurableOptions[]
        {
            new() { MaxConcurrentActivityFunctions = 0 },
            new() { MaxConcurrentOrchestratorFunctions = -1 },
            new() { MaxCompletedInstances = -1 },
            new() { RetentionInterval = TimeSpan.Zero },
        })
        {
            await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => TestHub.StartAsync(new TestFunctions(), options));
        }
    }

    private static void InterlockedMax(ref int target, int value)
    {
        for (var seen = target; value > seen; seen = target)
            Interlocked.CompareExchange(ref target, value, seen);
    }
}
