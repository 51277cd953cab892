using LocalPlatform.Durable.History;
using LocalPlatform.Storage;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace LocalPlatform.Durable.Store;

/// <summary>
/// One turn of one orchestration as one transaction: the history it adds, what it consumed, what it set going, and its new state.
/// </summary>
internal sealed class StepCommit(Action<StepCommit, Exception?> done) : DatabaseWrite
{
    private byte[]? _encodedTurn;
    private List<long>? _started;
    private List<long>? _mailed;

    /// <summary>The instance before this turn.</summary>
    public required StoredInstance Instance { get; init; }

    /// <summary>This is the first turn, and the instance is not stored yet.</summary>
    public bool IsBirth { get; init; }

    /// <summary>The instance after it; the same object when its row stays as it is.</summary>
    public required StoredInstance After { get; init; }

    public required int Step { get; init; }

    public required HistoryStep Turn { get; init; }

    /// <summary>The actions to carry out: those of the turn and of the generations that it ended by restarting as new.</summary>
    public required IReadOnlyList<HistoryEvent> Effects { get; init; }

    /// <summary>The orchestration was restarted as new: this turn takes the place of all history.</summary>
    public bool ReplacesHistory { get; init; }

    /// <summary>The last row of the inbox that this turn consumed; 0: none.</summary>
    public long InboxReadUpTo { get; init; }

    /// <summary>Timers that are no longer wanted.</summary>
    public IReadOnlyList<int> CancelledTimers { get; init; } = [];

    /// <summary>The instances that sub-orchestration calls of this turn are to start.</summary>
    public IReadOnlyList<StoredInstance> Starts { get; init; } = [];

    /// <summary>Encodes ahead, so that the writer thread need not.</summary>
    public StepCommit Prepare()
    {
        _encodedTurn = HistoryJson.Encode(Turn);
        return this;
    }

    /// <summary>The birth was refused: an instance of that id has not ended. Nothing of the turn was stored.</summary>
    public bool IsRefused { get; private set; }

    /// <summary>Sub-orchestrations that are due to start.</summary>
    public IReadOnlyList<long> Started => _started ?? [];

    /// <summary>Instances that have mail.</summary>
    public IReadOnlyList<long> Mailed => _mailed ?? [];

    protected override void Run(SqliteSession session)
    {
        IsRefused = IsBirth && !InstanceWrites.TryStart(session, After);
        if (IsRefused)
            return;
        AppendHistory(session);
        if (!IsBirth && !ReferenceEquals(Instance, After))
            Update(session);
        if (InboxReadUpTo > 0)
            session.Execute("DELETE FROM inbox WHERE instance = @0 AND id <= @1", Instance.Key, InboxReadUpTo);
        RemoveTimers(session);
        SetGoing(session);
        if (After.IsCompleted)
            End(session);
    }

    protected internal override void Complete() => done(this, Failure);

    private void AppendHistory(SqliteSession session)
    {
        if (ReplacesHistory)
        {
            InstanceWrites.DeleteHistory(session, Instance.Key);
            InstanceWrites.DeleteTimers(session, Instance.Key);
        }
        session.Execute(
            "INSERT INTO history (instance, step, time, turn) VALUES (@0, @1, @2, @3)",
            Instance.Key,
            Step,
            Turn.Time.Ticks,
            _encodedTurn ?? HistoryJson.Encode(Turn));
    }

    private void Update(SqliteSession session) => session.Execute(
        "UPDATE instances SET status = @1, active = @2, first_task_id = @3, input = @4, custom_status = @5, output = @6, failure = @7, "
        + "completed_at = @8 WHERE key = @0",
        Instance.Key,
        (int)After.Status,
        After.Active ? 1 : 0,
        After.FirstTaskId,
        After.Input,
        After.CustomStatus,
        After.Output,
        HistoryJson.Encode(After.Failure),
        After.IsCompleted ? Turn.Time.Ticks : null);

    private void RemoveTimers(SqliteSession session)
    {
        foreach (var received in Turn.Received)
        {
            if (received.Kind == HistoryEventKind.TimerFired)
                RemoveTimer(session, received.TaskId);
            else if (received.Kind == HistoryEventKind.ExecutionStarted && !Instance.Active)
                RemoveTimer(session, StoredTimer.DelayedStart);
        }
        foreach (var taskId in CancelledTimers)
            RemoveTimer(session, taskId);
    }

    private void RemoveTimer(SqliteSession session, int taskId) =>
        session.Execute("DELETE FROM timers WHERE instance = @0 AND task_id = @1", Instance.Key, taskId);

    private void SetGoing(SqliteSession session)
    {
        foreach (var action in Effects)
        {
            if (action.Kind == HistoryEventKind.TimerCreated && !CancelledTimers.Contains(action.TaskId))
            {
                InstanceWrites.AddTimer(session, new StoredTimer(action.FireAt!.Value, Instance.Key, action.TaskId));
            }
            else if (action.Kind == HistoryEventKind.EventSent)
            {
                var raised = new HistoryEvent(HistoryEventKind.EventRaised) { Name = action.Name, Payload = action.Payload };
                if (InstanceWrites.TrySend(session, action.InstanceId!, HistoryJson.Encode(raised)) is { } target)
                    (_mailed ??= []).Add(target);
            }
        }
        foreach (var start in Starts)
            StartChild(session, start);
    }

    private void StartChild(SqliteSession session, StoredInstance start)
    {
        if (InstanceWrites.TryStart(session, start))
        {
            (_started ??= []).Add(start.Key);
            return;
        }
        var refused = new HistoryEvent(HistoryEventKind.SubOrchestrationInstanceFailed)
        {
            TaskId = start.Parent!.TaskId,
            Failure = new TaskFailureDetails(
                "OrchestrationAlreadyExists", $"An orchestration with the instance id '{start.Id}' is already running.", null, null, null),
        };
        InstanceWrites.AddToInbox(session, start.Parent.Key, HistoryJson.Encode(refused));
        (_mailed ??= []).Add(start.Parent.Key);
    }

    private void End(SqliteSession session)
    {
        if (!IsBirth)
        {
            InstanceWrites.DeleteTimers(session, Instance.Key);
            session.Execute("DELETE FROM inbox WHERE instance = @0", Instance.Key);
        }
        if (Instance.Parent is { } parent && InstanceWrites.TrySend(session, parent.Key, AnswerTo(parent)))
            (_mailed ??= []).Add(parent.Key);
        if (!Turn.Received.Any(received => received is { Kind: HistoryEventKind.ExecutionTerminated, Recursive: true }))
            return;
        var children = session.Query(
            "SELECT key FROM instances WHERE parent_key = @0 AND completed_at IS NULL", r => r.GetInt64(0), Instance.Key);
        var terminated = new HistoryEvent(HistoryEventKind.ExecutionTerminated) { Recursive = true, Payload = After.Output };
        foreach (var child in children.Where(child => InstanceWrites.TrySend(session, child, terminated)))
            (_mailed ??= []).Add(child);
    }

    private HistoryEvent AnswerTo(StoredParent parent) =>
        After.Status == OrchestrationRuntimeStatus.Completed
            ? new HistoryEvent(HistoryEventKind.SubOrchestrationInstanceCompleted) { TaskId = parent.TaskId, Payload = After.Output }
            : new HistoryEvent(HistoryEventKind.SubOrchestrationInstanceFailed)
            {
                TaskId = parent.TaskId,
                Failure = After.Failure
                    ?? new TaskFailureDetails("OrchestrationTerminated", "The sub-orchestration was terminated.", null, null, null),
            };
}
