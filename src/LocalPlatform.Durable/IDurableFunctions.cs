using Microsoft.DurableTask;

namespace LocalPlatform.Durable;

/// <summary>The orchestrators and activities of the app; the engine decides when each runs.</summary>
public interface IDurableFunctions
{
    /// <summary>Whether there is an orchestrator of that name (names compare without regard to case).</summary>
    bool HasOrchestrator(string name);

    /// <summary>Whether there is an activity of that name (names compare without regard to case).</summary>
    bool HasActivity(string name);

    /// <summary>
    /// Runs the orchestrator <c>context.Name</c> to its end and returns its output as JSON. It is called on the orchestration's own
    /// synchronization context and must not leave it: no awaits but those of the orchestrator itself, no ConfigureAwait(false).
    /// </summary>
    Task<string?> RunOrchestratorAsync(TaskOrchestrationContext context);

    /// <summary>Runs an activity and returns its output as JSON. An exception becomes the failure of the activity.</summary>
    Task<string?> RunActivityAsync(string name, string instanceId, string? inputJson, CancellationToken ct);
}
