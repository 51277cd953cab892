using System.Collections.Immutable;
using LocalPlatform.Durable.Execution;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace LocalPlatform.Durable.Store;

/// <summary>An orchestration as its row has it.</summary>
internal sealed record StoredInstance(long Key, string Id, string Name)
{
    public OrchestrationRuntimeStatus Status { get; init; } = OrchestrationRuntimeStatus.Pending;

    /// <summary>Activities are out, or the start is due.</summary>
    public bool Active { get; init; }

    public DateTime CreatedAt { get; init; }

    public DateTime UpdatedAt { get; init; }

    public int FirstTaskId { get; init; }

    public StoredParent? Parent { get; init; }

    /// <summary>The W3C trace context in which it was started.</summary>
    public string? TraceParent { get; init; }

    public string? Input { get; init; }

    public string? Output { get; init; }

    public string? CustomStatus { get; init; }

    public TaskFailureDetails? Failure { get; init; }

    public IReadOnlyDictionary<string, string> Tags { get; init; } = ImmutableDictionary<string, string>.Empty;

    public bool IsCompleted => Status
        is OrchestrationRuntimeStatus.Completed or OrchestrationRuntimeStatus.Failed or OrchestrationRuntimeStatus.Terminated;

    public ExecutionIdentity Identity =>
        new(Id, Name, Input, Parent is { } parent ? new ParentOrchestrationInstance(parent.Name, parent.Id) : null, FirstTaskId);

    /// <summary>What a client sees.</summary>
    public OrchestrationMetadata ToMetadata(bool inputsAndOutputs) => new(Name, Id)
    {
        RuntimeStatus = Status,
        CreatedAt = new DateTimeOffset(CreatedAt),
        LastUpdatedAt = new DateTimeOffset(UpdatedAt),
        DataConverter = inputsAndOutputs ? JsonDataConverter.Default : null,
        SerializedInput = inputsAndOutputs ? Input : null,
        // As the original has it: the output of a failed instance is its failure as text, which is no JSON.
        SerializedOutput = inputsAndOutputs ? Output ?? Failure?.ToString() : null,
        SerializedCustomStatus = inputsAndOutputs ? CustomStatus : null,
        FailureDetails = inputsAndOutputs ? Failure : null,
        Tags = Tags,
    };
}

/// <summary>The orchestration that waits for a sub-orchestration, and the number of its call.</summary>
internal sealed record StoredParent(long Key, string Id, string Name, int TaskId);

/// <summary>A timer that has not fired, in the order in which timers fire. Task -1 is a delayed start.</summary>
internal readonly record struct StoredTimer(DateTime FireAt, long Instance, int TaskId) : IComparable<StoredTimer>
{
    public const int DelayedStart = -1;

    public int CompareTo(StoredTimer other) =>
        (FireAt, Instance, TaskId).CompareTo((other.FireAt, other.Instance, other.TaskId));
}
