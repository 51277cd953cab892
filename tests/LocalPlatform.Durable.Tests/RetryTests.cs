using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Time.Testing;

namespace LocalPlatform.Durable.Tests;

public sealed class RetryTests
{
    [Fact]
    public async Task A_retry_policy_waits_longer_each_time_and_up_to_its_longest_wait()
    {
        var time = new FakeTimeProvider();
        var times = new List<DateTimeOffset>();
        var functions = Failing(attempts: 5, () => times.Add(time.GetUtcNow()), TaskOptions.FromRetryPolicy(new RetryPolicy(
            maxNumberOfAttempts: 10,
            firstRetryInterval: TimeSpan.FromSeconds(10),
            backoffCoefficient: 2,
            maxRetryInterval: TimeSpan.FromSeconds(30))));
        await using var hub = await TestHub.StartAsync(functions, time: time);
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Calls");

        var ended = await hub.EndWhileTimePasses(id);

        Assert.Equal("done", ended.ReadOutputAs<string>());
        Assert.Equal(5, functions.Runs["Flaky"]);
        var waits = times.Zip(times.Skip(1), (a, b) => Math.Round((b - a).TotalSeconds));
        Assert.Equal([10, 20, 30, 30], waits);
    }

    [Fact]
    public async Task The_last_failure_surfaces_when_all_attempts_failed()
    {
        var functions = Failing(attempts: 100, () => { }, TaskOptions.FromRetryPolicy(new RetryPolicy(3, TimeSpan.FromSeconds(1))));
        await using var hub = await TestHub.StartAsync(functions);
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Calls");

        var ended = await hub.EndWhileTimePasses(id);

        Assert.Equal(OrchestrationRuntimeStatus.Failed, ended.RuntimeStatus);
        Assert.Equal(3, functions.Runs["Flaky"]);
        Assert.Equal("attempt 3", ended.FailureDetails?.InnerFailure?.ErrorMessage);
    }

    [Fact]
    public async Task No_attempt_begins_after_the_retry_timeout()
    {
        var functions = Failing(attempts: 100, () => { }, TaskOptions.FromRetryPolicy(new RetryPolicy(
            100, TimeSpan.FromSeconds(10), retryTimeout: TimeSpan.FromSeconds(25))));
        await using var hub = await TestHub.StartAsync(functions);
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Calls");

        var ended = await hub.EndWhileTimePasses(id);

        Assert.Equal(OrchestrationRuntimeStatus.Failed, ended.RuntimeStatus);
        Assert.Equal(4, functions.Runs["Flaky"]); // At 0, 10, 20 and, decided at 20, at 30 s.
    }

    [Fact]
    public async Task A_retry_handler_decides_and_may_wait_durably()
    {
        var attempts = new List<int>();
        var functions = Failing(attempts: 3, () => { }, TaskOptions.FromRetryHandler(async retry =>
        {
            if (!retry.OrchestrationContext.IsReplaying)
                attempts.Add(retry.LastAttemptNumber);
            await retry.OrchestrationContext.CreateTimer(TimeSpan.FromMinutes(5), CancellationToken.None);
            return retry.LastFailure.IsCausedBy<InvalidOperationException>();
        }));
        await using var hub = await TestHub.StartAsync(functions);
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Calls");

        var ended = await hub.EndWhileTimePasses(id);

        Assert.Equal("done", ended.ReadOutputAs<string>());
        Assert.Equal([1, 2], attempts);
    }

    [Fact]
    public async Task A_retry_goes_on_where_it_was_after_a_restart()
    {
        var functions = Failing(attempts: 3, () => { }, TaskOptions.FromRetryPolicy(new RetryPolicy(5, TimeSpan.FromHours(1))));
        await using var hub = await TestHub.StartAsync(functions);
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Calls");
        await Eventually.HoldsAsync(() => functions.Runs.GetValueOrDefault("Flaky") == 1);

        await hub.Engine.StopAsync();
        await hub.RestartAsync();
        var ended = await hub.EndWhileTimePasses(id);

        Assert.Equal("done", ended.ReadOutputAs<string>());
        Assert.Equal(3, functions.Runs["Flaky"]);
    }

    private static TestFunctions Failing(int attempts, Action attempted, TaskOptions options)
    {
        var attempt = 0;
        return new TestFunctions()
            .Orchestrator("Calls", async context => await context.CallActivityAsync<string>("Flaky", null, options))
            .Activity<object?, string>("Flaky", _ =>
            {
                attempted();
                return Interlocked.Increment(ref attempt) < attempts ? throw new InvalidOperationException($"attempt {attempt}") : "done";
            });
    }
}
