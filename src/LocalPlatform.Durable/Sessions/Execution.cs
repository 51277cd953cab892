using LocalPlatform.Durable.Protocol;
using LocalPlatform.Durable.Store;

namespace LocalPlatform.Durable.Sessions;

/// <summary>What the engine knows of an execution between its turns: its past, and what it waits for. Not thread safe.</summary>
internal sealed class Execution
{
    private readonly Dictionary<int, P.HistoryEvent> _openCalls = [];
    private readonly Dictionary<int, DateTime> _openTimers = [];

    public PastEvents Past { get; } = new();

    /// <summary>Turns taken so far.</summary>
    public int Turns { get; private set; }

    /// <summary>Activity calls without an answer: their TaskScheduled events.</summary>
    public IReadOnlyCollection<P.HistoryEvent> OpenCalls => _openCalls.Values;

    /// <summary>Reads an execution back. Its history is looked into only when activities are out: else it waits for none.</summary>
    public static Execution Load(DurableStore store, StoredInstance instance)
    {
        var execution = new Execution();
        foreach (var turn in store.ReadTurns(instance.Key))
        {
            execution.Past.Append(turn);
            execution.Turns++;
        }
        foreach (var past in instance.Active ? execution.Past.Read() : [])
            execution.TakeCalls(past);
        foreach (var timer in store.ReadTimers(instance.Key))
            execution._openTimers[timer.TaskId] = timer.FireAt;
        return execution;
    }

    /// <summary>Whether an event is news. An answer that has been given, and a timer of an earlier execution, are not.</summary>
    public bool Awaits(P.HistoryEvent received) => received.EventTypeCase switch
    {
        P.HistoryEvent.EventTypeOneofCase.TaskCompleted => _openCalls.ContainsKey(received.TaskCompleted.TaskScheduledId),
        P.HistoryEvent.EventTypeOneofCase.TaskFailed => _openCalls.ContainsKey(received.TaskFailed.TaskScheduledId),
        P.HistoryEvent.EventTypeOneofCase.TimerFired =>
            _openTimers.TryGetValue(received.TimerFired.TimerId, out var fireAt) && fireAt == received.TimerFired.FireAt.ToDateTime(),
        _ => true,
    };

    /// <summary>Activity calls that will be open after a turn on this execution.</summary>
    public int CountOpenCalls(Turn turn) => (turn.RestartedAsNew ? 0 : _openCalls.Count)
        + turn.Decided.Count(action => action.ScheduleTask is not null)
        - turn.Received.Count(e => e.TaskCompleted is not null || e.TaskFailed is not null);

    /// <summary>Takes note of a turn that has been committed.</summary>
    public void Add(IEnumerable<P.HistoryEvent> events, ReadOnlySpan<byte> fragment)
    {
        Past.Append(fragment);
        Turns++;
        foreach (var added in events)
        {
            TakeCalls(added);
            if (added.TimerCreated is { } timer)
                _openTimers[added.EventId] = timer.FireAt.ToDateTime();
            else if (added.TimerFired is { } fired)
                _openTimers.Remove(fired.TimerId);
        }
    }

    private void TakeCalls(P.HistoryEvent added)
    {
        if (added.TaskScheduled is not null)
            _openCalls[added.EventId] = added;
        else if (added.TaskCompleted is { } completed)
            _openCalls.Remove(completed.TaskScheduledId);
        else if (added.TaskFailed is { } failed)
            _openCalls.Remove(failed.TaskScheduledId);
    }
}
