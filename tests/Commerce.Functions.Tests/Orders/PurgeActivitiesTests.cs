using Commerce.Functions.Orders;
using Commerce.Functions.Tests.Durable;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Commerce.Functions.Tests.Orders;

public sealed class PurgeActivitiesTests : IAsyncDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 41, 0, TimeSpan.Zero);

    private readonly FakeDurable _durable = new();
    private readonly FakeTimeProvider _time = new(Now);
    private readonly FakeLogger<PurgeActivities> _log = new();

    public ValueTask DisposeAsync() => _durable.DisposeAsync();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Only_what_has_ended_and_is_older_than_the_setting_says_is_purged_for_a_bounded_time()
    {
        Assert.True(await Purge().PurgeSome(null, _durable, Stop));

        var filter = Assert.Single(_durable.Purges);
        Assert.Equal((null, Now.AddDays(-2), PurgeActivities.StepMax), (filter.CreatedFrom, filter.CreatedTo, filter.Timeout));
        Assert.Equal(
            [OrchestrationRuntimeStatus.Completed, OrchestrationRuntimeStatus.Failed, OrchestrationRuntimeStatus.Terminated],
                filter.Statuses!);
    }

    [Fact]
    public async Task A_step_that_has_not_come_to_the_end_says_so()
    {
        _durable.PurgeAsync = _ => Task.FromResult(new PurgeResult(10, isComplete: false));
        Assert.False(await Purge().PurgeSome(null, _durable, Stop));
    }

    /// <summary>What cannot be removed is left for the next hour, or it would be tried without a pause.</summary>
    [Fact]
    public async Task A_step_that_removes_nothing_is_the_last()
    {
        _durable.PurgeAsync = _ => Task.FromResult(new PurgeResult(0, isComplete: false));
        Assert.True(await Purge().PurgeSome(null, _durable, Stop));
    }

    [Fact]
    public async Task A_call_that_the_client_gives_up_by_itself_has_not_come_to_the_end()
    {
        _durable.PurgeAsync = _ => Task.FromException<PurgeResult>(new OperationCanceledException());
        Assert.False(await Purge().PurgeSome(null, _durable, Stop));
    }

    [Fact]
    public async Task A_step_that_is_stopped_with_the_function_fails()
    {
        using var stop = new CancellationTokenSource();
        _durable.PurgeAsync = token =>
        {
            stop.Cancel();
            return Task.FromException<PurgeResult>(new OperationCanceledException(token));
        };
        await Assert.ThrowsAsync<OperationCanceledException>(() => Purge().PurgeSome(null, _durable, stop.Token));
    }

    [Fact]
    public async Task A_hub_that_does_not_say_whether_more_is_left_has_come_to_the_end()
    {
        _durable.PurgeAsync = _ => Task.FromResult(new PurgeResult(10));
        Assert.True(await Purge().PurgeSome(null, _durable, Stop));
        Assert.Equal(LogLevel.Information, _log.LatestRecord.Level);
        Assert.StartsWith("Purged the histories of 10 ", _log.LatestRecord.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_hub_that_does_not_stop_by_itself_is_stopped()
    {
        _durable.PurgeAsync = async stop =>
        {
            await Task.Delay(Timeout.Infinite, stop);
            return new PurgeResult(0);
        };
        var step = Purge().PurgeSome(null, _durable, Stop);
        _time.Advance(TimeSpan.FromMinutes(5));
        Assert.False(await step);
    }

    [Fact]
    public async Task One_at_most_runs()
    {
        await PurgeFunctions.StartAsync(new TimerInfo(), _durable, Stop);
        await PurgeFunctions.StartAsync(new TimerInfo(), _durable, Stop);
        Assert.Equal((PurgeOrchestrator.Name, PurgeFunctions.InstanceId), Assert.Single(_durable.Started));
    }

    private PurgeActivities Purge() =>
        new(Options.Create(new OrderOptions { HistoryDays = 2 }), _time, _log);
}
