namespace LocalPlatform.Durable;

/// <summary>Limits and policies of the engine. Names follow <c>durableTask</c> in host.json where that has them.</summary>
public sealed record DurableOptions
{
    /// <summary>
    /// The version that a new orchestration gets whose client names none, and the newest one whose turns are taken here; null for neither.
    /// </summary>
    public string? DefaultVersion { get; init; }

    /// <summary>Activities that run at the same time; at least 1.</summary>
    public int MaxConcurrentActivityFunctions { get; init; } = 10 * Environment.ProcessorCount;

    /// <summary>Orchestrator turns that run at the same time; at least 1.</summary>
    public int MaxConcurrentOrchestratorFunctions { get; init; } = 10 * Environment.ProcessorCount;

    /// <summary>
    /// Waiting orchestrations whose history is kept in memory; of the others it is read when their turn comes. 0 or more.
    /// </summary>
    public int MaxCachedOrchestrations { get; init; } = 2_000;

    /// <summary>Bytes of history that waiting orchestrations keep in memory altogether; 0 or more.</summary>
    public long MaxCachedHistoryBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>How long a completed, failed or terminated instance can be queried before it is purged; null: for ever.</summary>
    public TimeSpan? RetainCompletedFor { get; init; } = TimeSpan.FromDays(1);

    /// <summary>Completed instances kept at most, the oldest being purged first; null: no limit.</summary>
    public int? MaxCompletedInstances { get; init; } = 10_000;

    /// <summary>How often the retention policy is applied.</summary>
    public TimeSpan RetentionInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <exception cref="ArgumentOutOfRangeException">A value lies outside its range.</exception>
    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxConcurrentActivityFunctions, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxConcurrentOrchestratorFunctions, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxCachedOrchestrations, 0);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxCachedHistoryBytes, 0);
        ArgumentOutOfRangeException.ThrowIfLessThan(RetainCompletedFor ?? TimeSpan.Zero, TimeSpan.Zero, nameof(RetainCompletedFor));
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxCompletedInstances ?? 0, 0, nameof(MaxCompletedInstances));
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(RetentionInterval, TimeSpan.Zero);
    }
}
