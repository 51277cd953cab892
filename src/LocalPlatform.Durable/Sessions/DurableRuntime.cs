using LocalPlatform.Durable.History;
using LocalPlatform.Durable.Store;
using Microsoft.Extensions.Logging;

namespace LocalPlatform.Durable.Sessions;

/// <summary>The parts of a running engine, and the ways between them.</summary>
internal sealed partial class DurableRuntime : IAsyncDisposable
{
    private const int RecoveryPage = 500;
    private const int RecoveryBacklogMax = 1_000;
    private static readonly TimeSpan RevivalDelay = TimeSpan.FromSeconds(1);

    private readonly WorkLimiter<OrchestrationSession> _turns;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopped = new();
    private volatile bool _running;

    public DurableRuntime(
        DurableStore store, IDurableFunctions functions, DurableOptions options, TimeProvider time, ILoggerFactory loggerFactory)
    {
        Store = store;
        Functions = functions;
        Time = time;
        LoggerFactory = loggerFactory;
        _logger = loggerFactory.CreateLogger("LocalPlatform.Durable");
        ReplaysEachTurn = options.ReplayEachTurn;
        Sessions = new SessionTable(this, options.MaxCachedOrchestrations);
        Activities = new ActivityPump(functions, options.MaxConcurrentActivityFunctions, Deliver);
        Timers = new TimerPump(store, time, Fire);
        _turns = new WorkLimiter<OrchestrationSession>(options.MaxConcurrentOrchestratorFunctions, session =>
        {
            session.Run();
            return ValueTask.CompletedTask;
        });
    }

    public DurableStore Store { get; }

    public IDurableFunctions Functions { get; }

    public TimeProvider Time { get; }

    public ILoggerFactory LoggerFactory { get; }

    /// <summary>See <see cref="DurableOptions.ReplayEachTurn"/>.</summary>
    public bool ReplaysEachTurn { get; }

    public SessionTable Sessions { get; }

    public ActivityPump Activities { get; }

    public TimerPump Timers { get; }

    public CompletionWaiters Waiters { get; } = new();

    /// <summary>Called after each committed turn, before its consequences are let out. For those who watch the store.</summary>
    public Action? TurnCommitted { get; set; }

    public void Start() => _running = true;

    /// <summary>
    /// Delivers an event to an instance, or with null the news that its inbox has something. While the engine does not run nothing is
    /// delivered: what matters is in the store, and the start takes it up.
    /// </summary>
    public void Deliver(long key, HistoryEvent? posted)
    {
        if (_running)
            Sessions.Post(key, posted);
    }

    /// <summary>Starts an instance, at once or at a time; false when one of its id has not ended, which goes on undisturbed.</summary>
    public async Task<bool> StartAsync(StoredInstance newborn, DateTime? startAt)
    {
        if (startAt is null && _running && Sessions.TryBegin(newborn) is { } session)
            return await session.Birth.WaitAsync(_stopped.Token);
        if (!await Store.StartAsync(newborn, startAt))
            return false;
        if (startAt is { } time)
            Timers.Add(new StoredTimer(time, newborn.Key, StoredTimer.DelayedStart));
        else
            Deliver(newborn.Key, new HistoryEvent(HistoryEventKind.ExecutionStarted));
        return true;
    }

    /// <summary>Waits until an instance has ended, or only started.</summary>
    public Task<StoredInstance> WaitAsync(string instanceId, bool untilEnd, CancellationToken ct) => Waiters.WaitAsync(
        instanceId, untilEnd, () => Sessions.FindState(instanceId) ?? Store.ReadInstance(instanceId), ct);

    public void Schedule(OrchestrationSession session) => _turns.Enqueue(session);

    /// <summary>Tries an instance again after its turn could not be committed.</summary>
    public void ReviveLater(long key, Exception failure)
    {
        if (!_running)
            return;
        LogTurnFailed(failure, key);
        _ = Task.Delay(RevivalDelay, Time).ContinueWith(
            _ => Deliver(key, null), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    /// <summary>
    /// Takes up the instances that have work waiting, page by page and no faster than activities get done, so that a hundred thousand
    /// of them are never in memory at once.
    /// </summary>
    public async Task RecoverAsync(long lastKey, CancellationToken ct)
    {
        try
        {
            await TakeUpAsync(lastKey, ct);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            LogRecoveryFailed(failure);
        }
    }

    private async Task TakeUpAsync(long lastKey, CancellationToken ct)
    {
        for (var afterKey = 0L; ;)
        {
            var page = Store.ReadUnfinishedWork(afterKey, lastKey, RecoveryPage);
            if (page.Count == 0)
                return;
            afterKey = page[^1].Key;
            LogRecovering(page.Count);
            foreach (var (key, pending) in page)
                Deliver(key, pending ? new HistoryEvent(HistoryEventKind.ExecutionStarted) : null);
            while (_turns.QueueLength + Activities.QueueLength > RecoveryBacklogMax)
                await Task.Delay(TimeSpan.FromMilliseconds(20), ct);
        }
    }

    public async Task StopAsync(CancellationToken ct)
    {
        Timers.Stop();
        await Activities.StopAsync(ct);
        _running = false;
        await _turns.CloseAsync();
        await _stopped.CancelAsync();
    }

    public async ValueTask DisposeAsync()
    {
        Timers.Dispose();
        await Store.DisposeAsync();
        Activities.Dispose();
        _stopped.Dispose();
    }

    private void Fire(StoredTimer timer) => Deliver(timer.Instance, timer.TaskId == StoredTimer.DelayedStart
        ? new HistoryEvent(HistoryEventKind.ExecutionStarted)
        : new HistoryEvent(HistoryEventKind.TimerFired) { TaskId = timer.TaskId });

    [LoggerMessage(Level = LogLevel.Error, Message = "A turn of instance #{Key} could not be committed; it is tried again")]
    private partial void LogTurnFailed(Exception failure, long key);

    [LoggerMessage(Level = LogLevel.Critical, Message = "Orchestrations that had not ended could not be taken up; start again to retry")]
    private partial void LogRecoveryFailed(Exception failure);

    [LoggerMessage(Level = LogLevel.Information, Message = "Taking up {Count} orchestrations that had not ended")]
    private partial void LogRecovering(int count);
}
