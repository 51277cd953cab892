using LocalPlatform.Durable.Protocol;
using LocalPlatform.Durable.Store;

namespace LocalPlatform.Durable.Sessions;

/// <summary>
/// Turns what arrived for one instance into the next turn of its orchestrator and the commit that makes it durable. Not thread safe.
/// </summary>
/// <param name="isAnswered">Whether the answer to a call has arrived for the turn after this one.</param>
/// <param name="committed">Called when a turn is durable, or could not be made so.</param>
internal sealed class InstanceDriver(
    long key, StoredInstance? newborn, DurableRuntime runtime, Func<int, bool> isAnswered, Action<TurnCommit, Exception?> committed)
{
    /// <summary>A sub-orchestration with this tag, which it does not hand down, is not waited for.</summary>
    public const string FireAndForgetTag = "FireAndForget";

    private StoredInstance? _instance = newborn;
    private volatile bool _isStored = newborn is null;
    private Execution? _execution;

    /// <summary>The state after the last committed turn; null before the first.</summary>
    public StoredInstance? Instance => _isStored ? Volatile.Read(ref _instance) : null;

    /// <summary>Whether the instance, once looked at, turned out to have ended or not to exist.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>Bytes of history in memory.</summary>
    public int HistoryBytes => _execution?.Past.Length ?? 0;

    /// <summary>
    /// Has the orchestrator take a turn on the events posted and those in the inbox. Null when there is nothing to do. An exception
    /// leaves everything as it was.
    /// </summary>
    public async Task<TurnCommit?> TakeTurnAsync(IReadOnlyList<P.HistoryEvent> posted, bool hasNews)
    {
        var isLoaded = _execution is not null;
        var (mail, lastMailId) = _isStored && (hasNews || !isLoaded) ? runtime.Store.ReadInbox(key) : ([], 0);
        if (!isLoaded && !TryLoad())
            return null;
        var instance = _instance!;
        if (!runtime.Versions.LetsPass(instance.Start.Version) || ArrangeStart(instance, [.. posted, .. mail]) is not { } received)
        {
            _execution = null; // So that what waits in the inbox is read again when the time has come.
            return null;
        }
        if (!isLoaded)
            TakeUpCalls(received);
        if (received.Count == 0)
            return null;
        var execution = _execution!;
        var turn = await runtime.Turns.RunAsync(instance, execution.Past, received, Now(instance), runtime.Stopping);
        return new TurnCommit(turn, committed)
        {
            Before = instance,
            After = turn.Apply(instance, execution.CountOpenCalls(turn)),
            IsBirth = !_isStored,
            Step = turn.RestartedAsNew ? 0 : execution.Turns,
            InboxReadUpTo = lastMailId,
            Starts = [.. turn.Effects.Where(a => a.CreateSubOrchestration is not null).Select(a => ToStart(instance, turn, a))],
        };
    }

    /// <summary>Lets out the consequences of a committed turn.</summary>
    public void Settle(TurnCommit commit)
    {
        if (commit.IsRefused)
        {
            HasEnded = true;
            return;
        }
        var changed = !_isStored || !ReferenceEquals(commit.Before, commit.After);
        Volatile.Write(ref _instance, commit.After with { UpdatedAt = commit.Turn.Time });
        _isStored = true;
        HasEnded = commit.After.IsCompleted;
        if (commit.Turn.RestartedAsNew)
            _execution = new Execution();
        _execution!.Add(commit.Events, commit.Fragment);
        foreach (var action in commit.Turn.Effects)
        {
            if (action.ScheduleTask is { } call)
                runtime.Activities.Enqueue(ToCall(action.Id, call.Name, call.Input, call.ParentTraceContext));
            else if (action.CreateTimer is { } timer)
                runtime.Timers.Add(new StoredTimer(timer.FireAt.ToDateTime(), key, action.Id));
        }
        foreach (var child in commit.Started)
            runtime.Deliver(child, DurableRuntime.StartIsDue);
        foreach (var addressee in commit.Mailed)
            runtime.Deliver(addressee, null);
        if (changed)
            runtime.Waiters.Tell(commit.After);
    }

    private bool TryLoad()
    {
        _instance ??= runtime.Store.ReadInstance(key);
        HasEnded = _instance is not { IsCompleted: false };
        if (!HasEnded)
            _execution = _isStored ? Execution.Load(runtime.Store, _instance!) : new Execution();
        return !HasEnded;
    }

    /// <summary>
    /// What of the events is news, with the start first, and once. Null when the instance is not due yet; what came for it then waits
    /// in the inbox.
    /// </summary>
    private List<P.HistoryEvent>? ArrangeStart(StoredInstance instance, List<P.HistoryEvent> events)
    {
        var isDue = events.RemoveAll(e => ReferenceEquals(e, DurableRuntime.StartIsDue)) > 0;
        events.RemoveAll(e => !_execution!.Awaits(e));
        if (instance.Status != P.OrchestrationStatus.Pending)
            return events;
        if (!isDue && !events.Any(e => e.ExecutionTerminated is not null))
            return null;
        events.Insert(0, HistoryEvents.Started(instance.CreatedAt, instance.Start));
        return events;
    }

    /// <summary>Makes those calls that nobody is making. Once an instance is in memory, all are being made.</summary>
    private void TakeUpCalls(List<P.HistoryEvent> received)
    {
        var answered = received.Select(e => e.TaskCompleted?.TaskScheduledId ?? e.TaskFailed?.TaskScheduledId).ToHashSet();
        foreach (var open in _execution!.OpenCalls.Where(call => !answered.Contains(call.EventId)))
        {
            // In this order: the answer of a call that ended since the mailbox was emptied is in it by now.
            if (!runtime.Activities.IsUnderWay(key, open.EventId) && !isAnswered(open.EventId))
                runtime.Activities.Enqueue(ToCall(
                    open.EventId, open.TaskScheduled.Name, open.TaskScheduled.Input, open.TaskScheduled.ParentTraceContext));
        }
    }

    /// <summary>The time of the next turn: no earlier than that of the last one, whatever the clock says.</summary>
    private DateTime Now(StoredInstance instance)
    {
        var now = runtime.Time.GetUtcNow().UtcDateTime;
        return now > instance.UpdatedAt ? now : instance.UpdatedAt;
    }

    private ActivityCall ToCall(int taskId, string name, string? input, P.TraceContext? trace) =>
        new(key, _instance!.Id, taskId, name, input, (trace ?? _instance.Start.ParentTraceContext)?.TraceParent);

    private StoredInstance ToStart(StoredInstance parent, Turn turn, P.OrchestratorAction action)
    {
        var call = action.CreateSubOrchestration;
        var start = new P.ExecutionStartedEvent
        {
            Name = call.Name,
            Version = call.Version,
            Input = call.Input,
            OrchestrationInstance = new() { InstanceId = call.InstanceId, ExecutionId = InstanceIds.New() },
            ParentInstance = new()
            {
                TaskScheduledId = action.Id,
                Name = turn.Start.Name,
                Version = turn.Start.Version,
                OrchestrationInstance = turn.Start.OrchestrationInstance,
            },
            ParentTraceContext = call.ParentTraceContext ?? turn.Start.ParentTraceContext,
            Tags = { turn.Start.Tags },
        };
        start.Tags.Remove(FireAndForgetTag);
        foreach (var (name, value) in call.Tags)
            start.Tags[name] = value;
        return new StoredInstance(runtime.Store.NextKey(), start)
        {
            Active = true,
            CreatedAt = turn.Time,
            UpdatedAt = turn.Time,
            ParentKey = parent.Key,
        };
    }
}
