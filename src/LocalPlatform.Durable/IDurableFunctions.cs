namespace LocalPlatform.Durable;

/// <summary>The orchestrators and activities of the app, run by the worker; the engine decides when each runs.</summary>
public interface IDurableFunctions
{
    /// <summary>Whether there is an orchestrator of that name (names compare without regard to case).</summary>
    bool HasOrchestrator(string name);

    /// <summary>Whether there is an activity of that name (names compare without regard to case).</summary>
    bool HasActivity(string name);

    /// <summary>
    /// One turn of an orchestrator. <paramref name="request"/> is a serialized <see cref="P.OrchestratorRequest"/> and is valid until
    /// the task ends; the result is a serialized <see cref="P.OrchestratorResponse"/>.
    /// </summary>
    /// <exception cref="OperationCanceledException">The worker stops or is gone; the turn is taken again later.</exception>
    /// <exception cref="TurnFailedException">The worker answered that it cannot take this turn, and never will.</exception>
    /// <exception cref="Exception">The worker could not run the turn, which is tried again after a pause.</exception>
    Task<byte[]> RunTurnAsync(string orchestrator, string instanceId, ReadOnlyMemory<byte> request, CancellationToken ct);

    /// <summary>
    /// One call of an activity. <paramref name="inputJson"/> is the input itself, out of the array in which it crosses the protocol;
    /// null for none. <paramref name="traceParent"/> is the W3C trace context that the call belongs to.
    /// </summary>
    /// <exception cref="OperationCanceledException">
    /// The worker stops: there is no outcome, and the call is made again at the next start.
    /// </exception>
    Task<ActivityOutcome> RunActivityAsync(
        string activity, string instanceId, string? inputJson, string? traceParent, CancellationToken ct);
}

/// <summary>
/// A turn failed in the worker outside of the orchestrator's own code, as when an event cannot be read as what is waited for. The
/// instance fails with this, as it does with the genuine host.
/// </summary>
public sealed class TurnFailedException(P.TaskFailureDetails failure) : Exception(failure.ErrorMessage)
{
    public P.TaskFailureDetails Failure { get; } = failure;
}

/// <summary>What an activity returned as JSON, or the failure that it threw.</summary>
public sealed record ActivityOutcome(string? ResultJson, P.TaskFailureDetails? Failure);
