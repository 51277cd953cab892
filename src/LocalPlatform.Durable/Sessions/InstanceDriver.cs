using System.Collections.Immutable;
using LocalPlatform.Durable.Execution;
using LocalPlatform.Durable.History;
using LocalPlatform.Durable.Store;
using Microsoft.DurableTask.Client;

namespace LocalPlatform.Durable.Sessions;

/// <summary>
/// Turns what arrived for one instance into the next turn of its orchestrator and the commit that makes it durable. Not thread safe.
/// </summary>
/// <param name="isAnswered">Whether the answer to an action has arrived for the turn after this one.</param>
/// <param name="foreignWorkArrived">Called when the orchestrator turns out to await something not durable.</param>
/// <param name="committed">Called when a turn is durable, or could not be made so.</param>
internal sealed class InstanceDriver(
    long key,
    StoredInstance? newborn,
    DurableRuntime runtime,
    Func<int, bool> isAnswered,
    Action foreignWorkArrived,
    Action<StepCommit, Exception?> committed)
{
    // An orchestrator that restarts itself so often without waiting for anything would never leave its turn.
    private const int RestartsPerTurnMax = 1_000;

    private StoredInstance? _instance = newborn;
    private volatile bool _isStored = newborn is null;
    private OrchestrationExecution? _execution;
    private int _nextStep;

    /// <summary>The state after the last committed turn; null before the first.</summary>
    public StoredInstance? Instance => _isStored ? Volatile.Read(ref _instance) : null;

    /// <summary>Whether the instance, once looked at, turned out to have ended or not to exist.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>
    /// Runs the orchestrator on the events posted and those in the inbox. Null when that leaves nothing to commit.
    /// </summary>
    public StepCommit? TakeTurn(List<HistoryEvent> received, bool hasNews)
    {
        var first = _instance is null;
        _instance ??= runtime.Store.ReadInstance(key);
        HasEnded = _instance is not { IsCompleted: false };
        if (HasEnded)
            return null;
        var lastMailId = 0L;
        if (hasNews || first)
        {
            (var mail, lastMailId) = runtime.Store.ReadInbox(key);
            received.AddRange(mail);
        }
        return ArrangeStart(_instance!, received) ? TakeTurn(_instance!, received, lastMailId) : null;
    }

    /// <summary>Lets out the consequences of a committed turn.</summary>
    public void Settle(StepCommit commit)
    {
        if (commit.IsRefused)
        {
            HasEnded = true;
            return;
        }
        var changed = !ReferenceEquals(_instance, commit.After);
        Volatile.Write(ref _instance, commit.After);
        _isStored = true;
        _nextStep = commit.Step + 1;
        HasEnded = commit.After.IsCompleted;
        foreach (var action in commit.Effects)
        {
            if (action.Kind == HistoryEventKind.TaskScheduled)
                runtime.Activities.Enqueue(ToCall(action));
            else if (action.Kind == HistoryEventKind.TimerCreated && !commit.CancelledTimers.Contains(action.TaskId))
                runtime.Timers.Add(new StoredTimer(action.FireAt!.Value, key, action.TaskId));
        }
        foreach (var child in commit.Started)
            runtime.Deliver(child, new HistoryEvent(HistoryEventKind.ExecutionStarted));
        foreach (var addressee in commit.Mailed)
            runtime.Deliver(addressee, null);
        if (changed)
            runtime.Waiters.Tell(commit.After);
    }

    /// <summary>
    /// Sees to it that the start comes first, and once. False when the instance is not due yet; what came for it then waits in the
    /// inbox.
    /// </summary>
    private static bool ArrangeStart(StoredInstance instance, List<HistoryEvent> received)
    {
        var starts = received.RemoveAll(e => e.Kind == HistoryEventKind.ExecutionStarted);
        if (instance.Status != OrchestrationRuntimeStatus.Pending)
            return true;
        if (starts > 0)
            received.Insert(0, new HistoryEvent(HistoryEventKind.ExecutionStarted));
        return starts > 0 || HasTermination(received);
    }

    private static bool HasTermination(List<HistoryEvent> received) => received.Any(e => e.Kind == HistoryEventKind.ExecutionTerminated);

    private StepCommit? TakeTurn(StoredInstance instance, List<HistoryEvent> received, long lastMailId)
    {
        var now = runtime.Time.GetUtcNow().UtcDateTime;
        // An execution that strayed has to stay: it is the one that knows.
        if (_execution is null || (runtime.ReplaysEachTurn && !_execution.HasForeignWork))
            Load(instance, now, received);
        var execution = _execution!;
        if (execution.Outcome is null)
        {
            received.RemoveAll(e => e.TaskId >= 0 && !execution.IsOpen(e.TaskId));
            if (received.Count == 0 && lastMailId == 0 && !execution.HasForeignWork)
                return null;
            execution.TakeTurn(now, received);
        }
        List<HistoryEvent> effects = [.. execution.Actions];
        var restarted = false;
        for (var restarts = 0; _execution!.Outcome is { ContinuedAsNew: true } next; restarts++)
        {
            restarted = true;
            received = Restart(next, now, restarts);
            effects.RemoveAll(action => action.Kind == HistoryEventKind.TimerCreated);
            effects.AddRange(_execution.Actions);
        }
        return new StepCommit(committed)
        {
            Instance = instance,
            IsBirth = !_isStored,
            After = StateAfter(instance, restarted, now),
            Step = restarted ? 0 : _nextStep,
            Turn = new HistoryStep(now, received, [.. _execution.Actions]),
            Effects = effects,
            ReplacesHistory = restarted,
            InboxReadUpTo = lastMailId,
            CancelledTimers = [.. _execution.CancelledTimers],
            Starts = [.. effects.Where(a => a.Kind == HistoryEventKind.SubOrchestrationInstanceCreated).Select(a => ToStart(instance, a, now))],
        }.Prepare();
    }

    /// <summary>
    /// Brings the orchestrator back to where its history ends, and takes up activities that nobody is running, unless it was loaded
    /// before: then they are.
    /// </summary>
    private void Load(StoredInstance instance, DateTime now, List<HistoryEvent> received)
    {
        var isFirst = _execution is null;
        _execution = NewExecution(instance.Identity);
        if (instance.Status == OrchestrationRuntimeStatus.Pending)
            return;
        if (HasTermination(received))
        {
            // What it would have done next no longer matters, so there is no need to find out where it stands.
            _nextStep = runtime.Store.CountSteps(key);
            received.RemoveAll(e => e.Kind != HistoryEventKind.ExecutionTerminated);
            return;
        }
        var history = runtime.Store.ReadHistory(key);
        _nextStep = history.Count;
        try
        {
            _execution.Replay(history);
        }
        catch (NonDeterministicOrchestrationException contradiction)
        {
            _execution.Fail(now, contradiction);
            return;
        }
        if (!isFirst)
            return;
        var answered = received.Select(e => e.TaskId).ToHashSet();
        foreach (var open in _execution.OpenActions.Where(a => a.Kind == HistoryEventKind.TaskScheduled && !answered.Contains(a.TaskId)))
        {
            // In this order: the answer of a call that ended since the mailbox was emptied is in it by now.
            if (!runtime.Activities.IsUnderWay(key, open.TaskId) && !isAnswered(open.TaskId))
                runtime.Activities.Enqueue(ToCall(open));
        }
    }

    private List<HistoryEvent> Restart(ExecutionOutcome next, DateTime now, int restarts)
    {
        var ended = _execution!;
        _execution = NewExecution(ended.Identity with { Input = next.Output, FirstTaskId = ended.NextTaskId });
        List<HistoryEvent> received = [new HistoryEvent(HistoryEventKind.ExecutionStarted), .. next.CarriedEvents];
        if (restarts < RestartsPerTurnMax)
            _execution.TakeTurn(now, received);
        else
            _execution.Fail(now, new InvalidOperationException("The orchestrator restarts itself as new without ever waiting for anything."));
        return received;
    }

    private OrchestrationExecution NewExecution(ExecutionIdentity identity) =>
        new(identity, runtime.Functions, runtime.LoggerFactory, foreignWorkArrived);

    private StoredInstance StateAfter(StoredInstance before, bool restarted, DateTime now)
    {
        var execution = _execution!;
        var active = execution.Outcome is null && execution.OpenActivities > 0;
        var status = execution.Outcome switch
        {
            { Terminated: true } => OrchestrationRuntimeStatus.Terminated,
            { Failure: not null } => OrchestrationRuntimeStatus.Failed,
            not null => OrchestrationRuntimeStatus.Completed,
            null when execution.IsSuspended => OrchestrationRuntimeStatus.Suspended,
            null => OrchestrationRuntimeStatus.Running,
        };
        // An execution that was ended without a replay does not know its custom status; then it stays.
        var customStatus = status == OrchestrationRuntimeStatus.Terminated ? before.CustomStatus : execution.CustomStatus;
        if (!restarted && status == before.Status && active == before.Active && customStatus == before.CustomStatus)
            return before;
        return before with
        {
            Status = status,
            Active = active,
            UpdatedAt = now,
            FirstTaskId = execution.Identity.FirstTaskId,
            Input = execution.Identity.Input,
            CustomStatus = customStatus,
            Output = execution.Outcome?.Output,
            Failure = execution.Outcome?.Failure,
        };
    }

    private ActivityCall ToCall(HistoryEvent action) =>
        new(key, _instance!.Id, action.TaskId, action.Name!, action.Payload, _instance.TraceParent);

    private StoredInstance ToStart(StoredInstance parent, HistoryEvent action, DateTime now) =>
        new(runtime.Store.NextKey(), action.InstanceId!, action.Name!)
        {
            Active = true,
            CreatedAt = now,
            Input = action.Payload,
            Parent = new StoredParent(key, parent.Id, parent.Name, action.TaskId),
            TraceParent = parent.TraceParent,
            Tags = action.Tags?.ToImmutableDictionary() ?? ImmutableDictionary<string, string>.Empty,
        };
}
