using LocalPlatform.Durable.Protocol;

namespace LocalPlatform.Durable.Store;

/// <summary>An orchestration as its row has it. <c>Start</c> is the beginning of its current execution.</summary>
internal sealed record StoredInstance(long Key, P.ExecutionStartedEvent Start)
{
    public string Id => Start.OrchestrationInstance.InstanceId;

    public string Name => Start.Name;

    public P.OrchestrationStatus Status { get; init; } = P.OrchestrationStatus.Pending;

    /// <summary>Activities are out, or the start is due.</summary>
    public bool Active { get; init; }

    /// <summary>UTC, as all times here.</summary>
    public DateTime CreatedAt { get; init; }

    /// <summary>The time of the last turn.</summary>
    public DateTime UpdatedAt { get; init; }

    /// <summary>The key of the orchestration that waits for this one.</summary>
    public long? ParentKey { get; init; }

    public string? Output { get; init; }

    public string? CustomStatus { get; init; }

    public P.TaskFailureDetails? Failure { get; init; }

    public bool IsCompleted => Status
        is P.OrchestrationStatus.Completed or P.OrchestrationStatus.Failed or P.OrchestrationStatus.Terminated;

    /// <summary>The output as clients see it: that of a failed instance is its failure as text.</summary>
    public string? ShownOutput => Failure is null ? Output : Failures.ToText(Failure);
}

/// <summary>A timer that has not fired, in the order in which timers fire. Task -1 is a delayed start.</summary>
internal readonly record struct StoredTimer(DateTime FireAt, long Instance, int TaskId) : IComparable<StoredTimer>
{
    public const int DelayedStart = -1;

    public int CompareTo(StoredTimer other) =>
        (FireAt, Instance, TaskId).CompareTo((other.FireAt, other.Instance, other.TaskId));
}
