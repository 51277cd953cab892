namespace LocalPlatform.Durable.Protocol;

/// <summary>Failures that the engine itself finds, with the types that the original gives them.</summary>
internal static class Failures
{
    /// <summary>The app has no such orchestrator, and will not have it at the next attempt either.</summary>
    public static P.TaskFailureDetails NoOrchestrator(string name) => new()
    {
        ErrorType = "OrchestratorTaskNotFound",
        ErrorMessage = $"No orchestrator task named '{name}' was found.",
        IsNonRetriable = true,
    };

    /// <inheritdoc cref="NoOrchestrator"/>
    public static P.TaskFailureDetails NoActivity(string name) => new()
    {
        ErrorType = "ActivityTaskNotFound",
        ErrorMessage = $"No activity task named '{name}' was found.",
        IsNonRetriable = true,
    };

    public static P.TaskFailureDetails EndlessRestart { get; } = new()
    {
        ErrorType = typeof(InvalidOperationException).FullName!,
        ErrorMessage = "The orchestrator restarts itself as new without ever waiting for anything.",
        IsNonRetriable = true,
    };

    public static P.TaskFailureDetails ChildTerminated { get; } = new()
    {
        ErrorType = "OrchestrationTerminated",
        ErrorMessage = "The sub-orchestration was terminated.",
    };

    public static P.TaskFailureDetails ChildExists(string instanceId) => new()
    {
        ErrorType = "OrchestrationAlreadyExists",
        ErrorMessage = $"An orchestration with the instance id '{instanceId}' is already running.",
    };

    /// <summary>An activity could not be run at all.</summary>
    public static P.TaskFailureDetails From(Exception exception) => new()
    {
        ErrorType = exception.GetType().ToString(),
        ErrorMessage = exception.Message,
        StackTrace = exception.StackTrace,
        InnerFailure = exception.InnerException is { } inner ? From(inner) : null,
    };

    /// <summary>The output that the original shows of a failed instance. It is no JSON.</summary>
    public static string ToText(P.TaskFailureDetails failure) => $"{failure.ErrorType}: {failure.ErrorMessage}";
}
