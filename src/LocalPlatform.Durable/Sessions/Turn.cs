using LocalPlatform.Durable.Protocol;
using LocalPlatform.Durable.Store;

namespace LocalPlatform.Durable.Sessions;

/// <summary>One turn of an orchestration: what it received and what the orchestrator decided on that.</summary>
internal sealed record Turn
{
    /// <summary>UTC; what the orchestrator sees as the current time.</summary>
    public required DateTime Time { get; init; }

    /// <summary>
    /// The beginning of the execution that the turn left: another one than before when the orchestrator restarted as new.
    /// </summary>
    public required P.ExecutionStartedEvent Start { get; init; }

    /// <summary>The events that this execution received, the beginning of the turn included.</summary>
    public required IReadOnlyList<P.HistoryEvent> Received { get; init; }

    /// <summary>The actions that this execution decided on.</summary>
    public IReadOnlyList<P.OrchestratorAction> Decided { get; init; } = [];

    /// <summary>
    /// The actions to carry out: those decided on, and what executions that restarted as new sent and started. Ends are to be ignored.
    /// </summary>
    public IReadOnlyList<P.OrchestratorAction> Effects { get; init; } = [];

    public string? CustomStatus { get; init; }

    /// <summary>The orchestrator restarted as new, so that all history before this turn is void.</summary>
    public bool RestartedAsNew { get; init; }

    /// <summary>How the execution ended; null while it waits.</summary>
    public P.CompleteOrchestrationAction? End =>
        Decided.Select(action => action.CompleteOrchestration).FirstOrDefault(end => end is not null);

    /// <summary>The events that the turn adds to the history.</summary>
    public IEnumerable<P.HistoryEvent> Events => Received.Concat(Decided.Select(action => HistoryEvents.Decided(Time, action)));

    /// <summary>The instance after the turn; the same object when its row stays as it is.</summary>
    public StoredInstance Apply(StoredInstance before, int openCalls)
    {
        var end = End;
        var status = end?.OrchestrationStatus ?? StatusWhileWaiting(before.Status);
        var active = end is null && openCalls > 0;
        if (!RestartedAsNew && status == before.Status && active == before.Active && CustomStatus == before.CustomStatus)
            return before;
        return before with
        {
            Start = Start,
            Status = status,
            Active = active,
            UpdatedAt = Time,
            CustomStatus = CustomStatus,
            Output = end is { FailureDetails: null } ? end.Result : null,
            Failure = end?.FailureDetails,
        };
    }

    private P.OrchestrationStatus StatusWhileWaiting(P.OrchestrationStatus before)
    {
        var isSuspended = before == P.OrchestrationStatus.Suspended && !RestartedAsNew;
        foreach (var received in Received)
            isSuspended = received.ExecutionSuspended is not null || (isSuspended && received.ExecutionResumed is null);
        return isSuspended ? P.OrchestrationStatus.Suspended : P.OrchestrationStatus.Running;
    }
}
