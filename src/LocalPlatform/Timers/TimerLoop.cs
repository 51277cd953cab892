using System.Text.Json;
using LocalPlatform.Hosting;
using LocalPlatform.Worker;
using LocalPlatform.Worker.Rpc;
using Microsoft.Extensions.Logging;

namespace LocalPlatform.Timers;

/// <summary>
/// Runs one timer function: on its schedule, at the start where it is wanted or a run was missed, and on demand. Runs of one timer
/// never overlap; an occurrence that falls into a run is skipped.
/// </summary>
internal sealed partial class TimerLoop(
    WorkerFunction function, TimerBinding trigger, FunctionInvoker invoker, HostStore store, TimeProvider time, ILogger<TimerLoop> logger)
    : IDisposable
{
    // Longer waits are cut up: a timer of the runtime holds 49 days at most.
    private static readonly TimeSpan WaitMax = TimeSpan.FromDays(1);

    private readonly SemaphoreSlim _oneRun = new(1);
    private readonly CancellationTokenSource _stop = new();
    private Task _loop = Task.CompletedTask;

    public WorkerFunction Function => function;

    public void Start() => _loop = Task.Run(LoopAsync);

    /// <summary>Starts no more runs and waits for the one under way, as long as <paramref name="patience"/> lasts.</summary>
    public async Task StopAsync(CancellationToken patience)
    {
        await _stop.CancelAsync();
        await _loop.WaitAsync(patience).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (await _oneRun.WaitAsync(0, CancellationToken.None) || await TryWaitAsync(patience))
            _oneRun.Release();
    }

    public void Dispose()
    {
        _stop.Dispose();
        _oneRun.Dispose();
    }

    /// <summary>Runs the function now, after the run under way if there is one.</summary>
    public Task FireAsync() => RunAsync(isPastDue: false);

    private bool IsMonitored => trigger.UseMonitor && !trigger.Schedule.IsFrequent(Now());

    private async Task LoopAsync()
    {
        try
        {
            var next = await StartAsync();
            while (true)
            {
                await WaitUntilAsync(next);
                await RunAsync(isPastDue: false);
                next = await PassAsync(next);
            }
        }
        catch (OperationCanceledException)
        {
            // The host stops.
        }
    }

    /// <summary>Makes up for a missed occurrence, runs at the start if wanted, and says when the schedule goes on.</summary>
    private async Task<DateTime> StartAsync()
    {
        var status = TryFindSchedule();
        var missed = status is not null && status.Next < Now();
        if (missed || trigger.RunOnStartup)
        {
            await RunAsync(isPastDue: missed);
            return await PassAsync(Now());
        }
        return status?.Next ?? await PassAsync(Now());
    }

    /// <summary>Notes an occurrence as done and returns the next one that still lies ahead.</summary>
    private async Task<DateTime> PassAsync(DateTime occurrence)
    {
        var now = Now();
        var next = trigger.Schedule.NextAfter(occurrence > now ? occurrence : now);
        if (IsMonitored)
            await TrySaveAsync(new TimerStatus(occurrence, next, now));
        return next;
    }

    private TimerStatus? TryFindSchedule()
    {
        try
        {
            return IsMonitored ? store.FindSchedule(function.Name) : null;
        }
#pragma warning disable CA1031 // Without it a missed occurrence is not made up for; without the schedule nothing would run any more.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            NotRead(logger, failure, function.Name);
            return null;
        }
    }

    private async Task TrySaveAsync(TimerStatus status)
    {
        try
        {
            await store.SaveScheduleAsync(function.Name, status);
        }
#pragma warning disable CA1031 // What is lost is at most that a restart makes up for an occurrence that took place.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            NotSaved(logger, failure, function.Name);
        }
    }

    private async Task WaitUntilAsync(DateTime due)
    {
        while (due - Now() is { Ticks: > 0 } wait)
            await Task.Delay(wait < WaitMax ? wait : WaitMax, time, _stop.Token);
    }

    private async Task RunAsync(bool isPastDue)
    {
        await _oneRun.WaitAsync(_stop.Token);
        try
        {
            var status = TryFindSchedule();
            var info = JsonSerializer.Serialize(new { ScheduleStatus = status, IsPastDue = isPastDue });
            await RunWithRetriesAsync(new TypedData { Json = info });
        }
        finally
        {
            _oneRun.Release();
        }
    }

    private async Task RunWithRetriesAsync(TypedData info)
    {
        for (var retry = 0; ; retry++)
        {
            if (await TryRunAsync(info, retry))
                return;
            if (function.Retry is not { } plan || !plan.Allows(retry + 1))
                return;
            await Task.Delay(plan.DelayBefore(retry + 1), time, _stop.Token);
        }
    }

    private async Task<bool> TryRunAsync(TypedData info, int retry)
    {
        try
        {
            await invoker.RunAsync(
                function, info, request =>
                    request.RetryContext = new RetryContext { RetryCount = retry, MaxRetryCount = function.Retry?.RetriesMax ?? 0 });
            return true;
        }
#pragma warning disable CA1031 // The boundary: whatever the function threw, the schedule goes on.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            Failed(logger, failure, function.Name, retry + 1);
            return false;
        }
    }

    private async Task<bool> TryWaitAsync(CancellationToken patience)
    {
        try
        {
            await _oneRun.WaitAsync(patience);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private DateTime Now() => time.GetUtcNow().UtcDateTime;

    [LoggerMessage(2, LogLevel.Warning, "The schedule of timer '{Function}' could not be stored")]
    private static partial void NotSaved(ILogger logger, Exception failure, string function);

    [LoggerMessage(3, LogLevel.Warning, "The schedule of timer '{Function}' could not be read")]
    private static partial void NotRead(ILogger logger, Exception failure, string function);

    [LoggerMessage(1, LogLevel.Error, "Timer '{Function}' failed (attempt {Attempt})")]
    private static partial void Failed(ILogger logger, Exception failure, string function, int attempt);
}
