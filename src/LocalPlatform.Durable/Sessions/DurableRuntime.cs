using LocalPlatform.Durable.Protocol;
using LocalPlatform.Durable.Store;
using Microsoft.Extensions.Logging;

namespace LocalPlatform.Durable.Sessions;

/// <summary>The parts of a running engine, and the ways between them.</summary>
internal sealed partial class DurableRuntime : IAsyncDisposable
{
    private const int RecoveryPage = 500;
    private const int RecoveryBacklogMax = 1_000;
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How long a start waits to be stored together with its first turn: a worker that hangs must not hold up who starts.
    /// </summary>
    private static readonly TimeSpan BirthMax = TimeSpan.FromSeconds(1);

    private readonly WorkLimiter<OrchestrationSession> _turns;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _impatient = new();
    private readonly CancellationTokenSource _stopped = new();
    private volatile bool _running;

    public DurableRuntime(DurableStore store, IDurableFunctions functions, DurableOptions options, TimeProvider time, ILogger logger)
    {
        Store = store;
        Functions = functions;
        Time = time;
        Versions = new VersionGate(options.DefaultVersion);
        _logger = logger;
        Turns = new TurnRunner(functions);
        Sessions = new SessionTable(this, options.MaxCachedOrchestrations, options.MaxCachedHistoryBytes);
        Activities = new ActivityPump(functions, options.MaxConcurrentActivityFunctions, time, Deliver, Stopping);
        Timers = new TimerPump(store, time, Fire);
        _turns = new WorkLimiter<OrchestrationSession>(options.MaxConcurrentOrchestratorFunctions, session => session.RunAsync());
    }

    /// <summary>The event that tells a new instance that it is due; its history gets the real one.</summary>
    public static P.HistoryEvent StartIsDue { get; } = new() { ExecutionStarted = new() };

    public DurableStore Store { get; }

    public IDurableFunctions Functions { get; }

    public TimeProvider Time { get; }

    public VersionGate Versions { get; }

    public TurnRunner Turns { get; }

    public SessionTable Sessions { get; }

    public ActivityPump Activities { get; }

    public TimerPump Timers { get; }

    public CompletionWaiters Waiters { get; } = new();

    /// <summary>Cancelled when a stop no longer waits for what the worker has not finished.</summary>
    public CancellationToken Stopping => _impatient.Token;

    /// <summary>Called after each committed turn, before its consequences are let out. For those who watch the store.</summary>
    public Action? TurnCommitted { get; set; }

    public void Start() => _running = true;

    /// <summary>
    /// Delivers an event to an instance, or with null the news that its inbox has something. While the engine does not run nothing is
    /// delivered: what matters is in the store, and the start takes it up.
    /// </summary>
    public void Deliver(long key, P.HistoryEvent? posted)
    {
        if (_running)
            Sessions.Post(key, posted);
    }

    /// <summary>Starts an instance, at once or at a time; false when one of its id has not ended, which goes on undisturbed.</summary>
    public async Task<bool> StartAsync(StoredInstance newborn, DateTime? startAt)
    {
        if (startAt is null && _running && Sessions.TryBegin(newborn) is { } session && await BirthAsync(session) is { } isBorn)
            return isBorn;
        if (!await Store.StartAsync(newborn, startAt))
            return Store.ReadInstance(newborn.Key) is not null; // Its first turn was stored after all.
        if (startAt is { } time)
            Timers.Add(new StoredTimer(time, newborn.Key, StoredTimer.DelayedStart));
        else
            Deliver(newborn.Key, StartIsDue);
        return true;
    }

    private async Task<bool?> BirthAsync(OrchestrationSession session)
    {
        try
        {
            return await session.Birth.WaitAsync(BirthMax, Time, _stopped.Token);
        }
        catch (TimeoutException)
        {
            return null;
        }
    }

    /// <summary>Waits until an instance has ended, or only started.</summary>
    public Task<StoredInstance> WaitAsync(string instanceId, bool untilEnd, CancellationToken ct) => Waiters.WaitAsync(
        instanceId, untilEnd, () => Sessions.FindState(instanceId) ?? Store.ReadInstance(instanceId), ct);

    public void Schedule(OrchestrationSession session) => _turns.Enqueue(session);

    /// <summary>Has an instance try its turn again.</summary>
    public void ScheduleLater(OrchestrationSession session, Exception failure)
    {
        if (!_running)
            return;
        if (failure is not OperationCanceledException)
            LogTurnFailed(failure, session.Key);
        _ = Task.Delay(RetryDelay, Time).ContinueWith(
            _ => Schedule(session), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
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
                Deliver(key, pending ? StartIsDue : null);
            while (_turns.QueueLength + Activities.QueueLength > RecoveryBacklogMax)
                await Task.Delay(TimeSpan.FromMilliseconds(20), ct);
        }
    }

    /// <summary>
    /// Begins nothing more and waits for the worker; once <paramref name="ct"/> is cancelled, so is what it has not finished.
    /// </summary>
    public async Task StopAsync(CancellationToken ct)
    {
        Timers.Stop();
        await using var impatience = ct.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), _impatient);
        await Activities.CloseAsync().WaitAsync(ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _running = false;
        await _turns.CloseAsync().WaitAsync(ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _stopped.CancelAsync();
    }

    public async ValueTask DisposeAsync()
    {
        Timers.Dispose();
        await Store.DisposeAsync();
        _impatient.Dispose();
        _stopped.Dispose();
    }

    private void Fire(StoredTimer timer) => Deliver(timer.Instance, timer.TaskId == StoredTimer.DelayedStart
        ? StartIsDue
        : HistoryEvents.Fired(Time.GetUtcNow().UtcDateTime, timer.TaskId, timer.FireAt));

    [LoggerMessage(Level = LogLevel.Error, Message = "A turn of instance #{Key} failed; it is tried again")]
    private partial void LogTurnFailed(Exception failure, long key);

    [LoggerMessage(Level = LogLevel.Critical, Message = "Orchestrations that had not ended could not be taken up; start again to retry")]
    private partial void LogRecoveryFailed(Exception failure);

    [LoggerMessage(Level = LogLevel.Information, Message = "Taking up {Count} orchestrations that had not ended")]
    private partial void LogRecovering(int count);
}
