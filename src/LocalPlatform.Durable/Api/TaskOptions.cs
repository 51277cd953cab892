using System.Collections.Immutable;

namespace Microsoft.DurableTask;

/// <summary>How an activity or sub-orchestration is to be run.</summary>
public record TaskOptions
{
    public TaskOptions(TaskRetryOptions? retry)
        : this(retry, null)
    {
    }

    public TaskOptions(TaskRetryOptions? retry = null, IDictionary<string, string>? tags = null)
    {
        Retry = retry;
        Tags = tags;
    }

    /// <summary>Whether and when a failed call is made again; null: never.</summary>
    public TaskRetryOptions? Retry { get; init; }

    /// <summary>
    /// Labels. A sub-orchestration keeps them, for a query to show; an activity's are not kept. They have no effect on how a task runs.
    /// </summary>
#pragma warning disable CA2227 // The genuine declaration.
    public IDictionary<string, string>? Tags { get; init; }
#pragma warning restore CA2227

    public static TaskOptions FromRetryPolicy(RetryPolicy policy) => new(policy);

    public static TaskOptions FromRetryHandler(AsyncRetryHandler handler) => new(handler);

    public static TaskOptions FromRetryHandler(RetryHandler handler) => new(handler);

    /// <summary>The same options for a sub-orchestration with a chosen instance id.</summary>
    public SubOrchestrationOptions WithInstanceId(string instanceId) => new(this, instanceId);
}

/// <summary>How a sub-orchestration is to be run.</summary>
public record SubOrchestrationOptions : TaskOptions
{
    public SubOrchestrationOptions(TaskRetryOptions? retry = null, string? instanceId = null)
        : base(retry) => InstanceId = instanceId;

    public SubOrchestrationOptions(TaskOptions options, string? instanceId = null)
        : base(options) => InstanceId = instanceId ?? (options as SubOrchestrationOptions)?.InstanceId;

    /// <summary>The instance id; null: one derived from the parent's.</summary>
    public string? InstanceId { get; init; }
}

/// <summary>How a new orchestration is to be started.</summary>
/// <param name="InstanceId">The instance id; null: a new random one.</param>
/// <param name="StartAt">When it is to start running; null or past: at once.</param>
public record StartOrchestrationOptions(string? InstanceId = null, DateTimeOffset? StartAt = null)
{
    /// <summary>Labels that a query shows; they have no effect on how the orchestration runs.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = ImmutableDictionary<string, string>.Empty;
}
