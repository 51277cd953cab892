using Microsoft.DurableTask;

namespace LocalPlatform.Durable.History;

/// <summary>What a history event says. Names follow the Durable Task Framework.</summary>
internal enum HistoryEventKind
{
    ExecutionStarted,
    TaskCompleted,
    TaskFailed,
    TimerFired,
    SubOrchestrationInstanceCompleted,
    SubOrchestrationInstanceFailed,
    EventRaised,
    ExecutionSuspended,
    ExecutionResumed,
    ExecutionTerminated,
    TaskScheduled,
    TimerCreated,
    SubOrchestrationInstanceCreated,
    EventSent,
    ExecutionCompleted,
    ContinueAsNew,
}

/// <summary>
/// One fact of an orchestration's history: something it received (up to <see cref="HistoryEventKind.ExecutionTerminated"/>) or
/// something it decided to do. Fields that a kind has no use for stay at their defaults.
/// </summary>
internal sealed record HistoryEvent(HistoryEventKind Kind)
{
    /// <summary>For an action its own number, for a result that of the action it answers; -1: none.</summary>
    public int TaskId { get; init; } = -1;

    /// <summary>The name of the activity, orchestrator or event.</summary>
    public string? Name { get; init; }

    /// <summary>The sub-orchestration, or the target of a sent event.</summary>
    public string? InstanceId { get; init; }

    /// <summary>The input, result or event payload as JSON.</summary>
    public string? Payload { get; init; }

    public TaskFailureDetails? Failure { get; init; }

    /// <summary>When a timer is to fire, UTC.</summary>
    public DateTime? FireAt { get; init; }

    /// <summary>Labels of the sub-orchestration that is to start. They go into its own row; history does not repeat them.</summary>
    public IEnumerable<KeyValuePair<string, string>>? Tags { get; init; }

    /// <summary>Terminates sub-orchestrations too.</summary>
    public bool Recursive { get; init; }

    /// <summary>The action as an error message names it.</summary>
    public string Describe() => Kind switch
    {
        HistoryEventKind.TaskScheduled => $"a call of activity '{Name}'",
        HistoryEventKind.SubOrchestrationInstanceCreated => $"a call of sub-orchestration '{Name}'",
        HistoryEventKind.TimerCreated => $"a timer for {FireAt:O}",
        HistoryEventKind.EventSent => $"event '{Name}' sent to '{InstanceId}'",
        HistoryEventKind.ExecutionCompleted => "the end of the orchestration",
        HistoryEventKind.ContinueAsNew => "a restart as new",
        _ => Kind.ToString(),
    };

    /// <summary>
    /// Whether this action, taken in a replay, is the one recorded. Inputs may differ: what the activity got is what the history says.
    /// </summary>
    public bool IsSameAction(HistoryEvent recorded) =>
        Kind == recorded.Kind
        && TaskId == recorded.TaskId
        && string.Equals(Name, recorded.Name, StringComparison.OrdinalIgnoreCase)
        && (Kind != HistoryEventKind.EventSent || InstanceId == recorded.InstanceId);
}

/// <summary>
/// What happened in one turn of an orchestrator: at <paramref name="Time"/> it received some events and took some actions. Turns are
/// the unit of commit, and of replay.
/// </summary>
internal sealed record HistoryStep(DateTime Time, IReadOnlyList<HistoryEvent> Received, IReadOnlyList<HistoryEvent> Actions);
