using Google.Protobuf;
using LocalPlatform.Durable.Protocol;
using LocalPlatform.Durable.Sessions;
using LocalPlatform.Storage;

namespace LocalPlatform.Durable.Store;

/// <summary>
/// One turn of one orchestration as one transaction: the history it adds, what it consumed, what it set going, and its new state.
/// </summary>
internal sealed class TurnCommit : DatabaseWrite
{
    private readonly Action<TurnCommit, Exception?> _done;
    private List<long>? _started;
    private List<long>? _mailed;

    /// <summary>A commit of <paramref name="turn"/>; what can be encoded ahead is, so that the writer thread need not.</summary>
    public TurnCommit(Turn turn, Action<TurnCommit, Exception?> done)
    {
        _done = done;
        Turn = turn;
        Events = [.. turn.Events];
        Fragment = PastEvents.ToFragment(Events);
    }

    public Turn Turn { get; }

    /// <summary>The events of the turn.</summary>
    public IReadOnlyList<P.HistoryEvent> Events { get; }

    /// <summary>The events as they are stored.</summary>
    public byte[] Fragment { get; }

    /// <summary>The instance before this turn.</summary>
    public required StoredInstance Before { get; init; }

    /// <summary>The instance after it; the same object when its row stays as it is.</summary>
    public required StoredInstance After { get; init; }

    /// <summary>This is the first turn, and the instance is not stored yet.</summary>
    public bool IsBirth { get; init; }

    /// <summary>The number of the turn in its execution, from 0.</summary>
    public required int Step { get; init; }

    /// <summary>The last row of the inbox that this turn consumed; 0: none.</summary>
    public long InboxReadUpTo { get; init; }

    /// <summary>The instances that sub-orchestration calls of this turn are to start.</summary>
    public IReadOnlyList<StoredInstance> Starts { get; init; } = [];

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
        if (!IsBirth && !ReferenceEquals(Before, After))
            Update(session);
        if (InboxReadUpTo > 0)
            session.Execute("DELETE FROM inbox WHERE instance = @0 AND id <= @1", Before.Key, InboxReadUpTo);
        RemoveTimers(session);
        SetGoing(session);
        if (After.IsCompleted)
            End(session);
    }

    protected override void Complete() => _done(this, Failure);

    private void AppendHistory(SqliteSession session)
    {
        if (Turn.RestartedAsNew)
        {
            InstanceWrites.DeleteHistory(session, Before.Key);
            InstanceWrites.DeleteTimers(session, Before.Key);
        }
        session.Execute(
            "INSERT INTO history (instance, step, time, turn) VALUES (@0, @1, @2, @3)", Before.Key, Step, Turn.Time.Ticks, Fragment);
    }

    private void Update(SqliteSession session)
    {
        session.Execute(
            "UPDATE instances SET status = @1, active = @2, custom_status = @3, output = @4, failure = @5, completed_at = @6 "
            + "WHERE key = @0",
            Before.Key,
            (int)After.Status,
            After.Active,
            After.CustomStatus,
            After.Output,
            After.Failure?.ToByteArray(),
            After.IsCompleted ? Turn.Time.Ticks : null);
        if (Turn.RestartedAsNew)
            session.Execute("UPDATE instances SET start = @1 WHERE key = @0", Before.Key, After.Start.ToByteArray());
    }

    private void RemoveTimers(SqliteSession session)
    {
        foreach (var received in Turn.Received)
        {
            if (received.TimerFired is { } fired)
                RemoveTimer(session, fired.TimerId);
            else if (received.ExecutionStarted is not null && !Before.Active)
                RemoveTimer(session, StoredTimer.DelayedStart);
        }
    }

    private void RemoveTimer(SqliteSession session, int taskId) =>
        session.Execute("DELETE FROM timers WHERE instance = @0 AND task_id = @1", Before.Key, taskId);

    private void SetGoing(SqliteSession session)
    {
        foreach (var action in Turn.Effects)
        {
            if (action.CreateTimer is { } timer)
                InstanceWrites.AddTimer(session, new StoredTimer(timer.FireAt.ToDateTime(), Before.Key, action.Id));
            else if (action.SendEvent is { } sent)
                Send(session, sent);
        }
        foreach (var start in Starts)
            StartChild(session, start);
    }

    private void Send(SqliteSession session, P.SendEventAction sent)
    {
        var raised = HistoryEvents.Raised(Turn.Time, sent.Name, sent.Data);
        if (InstanceWrites.TrySend(session, sent.Instance.InstanceId, raised.ToByteArray()) is { } target)
            (_mailed ??= []).Add(target);
    }

    private void StartChild(SqliteSession session, StoredInstance start)
    {
        if (InstanceWrites.TryStart(session, start))
            (_started ??= []).Add(start.Key);
        else
            Mail(session, Before.Key, HistoryEvents.ChildFailed(
                Turn.Time, start.Start.ParentInstance.TaskScheduledId, Failures.ChildExists(start.Id)));
    }

    private void End(SqliteSession session)
    {
        if (!IsBirth)
        {
            InstanceWrites.DeleteTimers(session, Before.Key);
            session.Execute("DELETE FROM inbox WHERE instance = @0", Before.Key);
        }
        if (Before.ParentKey is { } parent && !After.Start.Tags.ContainsKey(InstanceDriver.FireAndForgetTag))
            Mail(session, parent, AnswerTo(After.Start.ParentInstance));
        if (!Turn.Received.Any(received => received.ExecutionTerminated is { Recurse: true }))
            return;
        var children = session.Query(
            "SELECT key FROM instances WHERE parent_key = @0 AND completed_at IS NULL", r => r.GetInt64(0), Before.Key);
        foreach (var child in children)
            Mail(session, child, HistoryEvents.Terminated(Turn.Time, After.Output, recursive: true));
    }

    private void Mail(SqliteSession session, long key, P.HistoryEvent mail)
    {
        if (InstanceWrites.TrySend(session, key, mail))
            (_mailed ??= []).Add(key);
    }

    private P.HistoryEvent AnswerTo(P.ParentInstanceInfo parent) => After.Status == P.OrchestrationStatus.Completed
        ? HistoryEvents.ChildCompleted(Turn.Time, parent.TaskScheduledId, After.Output)
        : HistoryEvents.ChildFailed(Turn.Time, parent.TaskScheduledId, After.Failure ?? Failures.ChildTerminated);
}
