using LocalPlatform.Durable.History;
using Microsoft.DurableTask;

namespace LocalPlatform.Durable.Execution;

/// <summary>Exceptions as failure details.</summary>
internal static class Failures
{
    /// <summary>The details of what an activity or orchestrator threw; the failure of a task it called becomes the inner one.</summary>
    public static TaskFailureDetails From(Exception exception) => exception switch
    {
        MissingFunctionException missing => new TaskFailureDetails(missing.ErrorType, missing.Message, null, null, null),
        NonDeterministicOrchestrationException => new TaskFailureDetails(
            "DurableTask.Core.Exceptions.NonDeterministicOrchestrationException", exception.Message, null, null, null),
        TaskFailedException failed => new TaskFailureDetails(
            failed.GetType().ToString(), failed.Message, failed.StackTrace, failed.FailureDetails, null),
        _ => new TaskFailureDetails(
            exception.GetType().ToString(),
            exception.Message,
            exception.StackTrace,
            exception.InnerException is { } inner ? From(inner) : null,
            null),
    };

    /// <summary>A function that does not exist will not exist at the next attempt either.</summary>
    public static bool IsNotRetriable(TaskFailureDetails failure) =>
        failure.ErrorType is MissingFunctionException.ActivityErrorType or MissingFunctionException.OrchestratorErrorType;
}

/// <summary>An orchestrator or activity was called that the app does not have.</summary>
internal sealed class MissingFunctionException : Exception
{
    // Of the original.
    public const string ActivityErrorType = "ActivityTaskNotFound";
    public const string OrchestratorErrorType = "OrchestratorTaskNotFound";

    private MissingFunctionException(string errorType, string message)
        : base(message) => ErrorType = errorType;

    public string ErrorType { get; }

    public static MissingFunctionException Activity(string name) =>
        new(ActivityErrorType, $"The activity '{name}' does not exist in this app. Was it renamed or removed?");

    public static MissingFunctionException Orchestrator(string name) =>
        new(OrchestratorErrorType, $"The orchestrator '{name}' does not exist in this app. Was it renamed or removed?");
}

/// <summary>An orchestrator took another path in a replay than its history records.</summary>
internal sealed class NonDeterministicOrchestrationException(string orchestrator, HistoryEvent? recorded, HistoryEvent? requested)
    : Exception(
        $"Non-deterministic orchestrator '{orchestrator}': the history records {Describe(recorded)}, but the replay requests "
        + $"{Describe(requested)}. Orchestrator code must take the same path at each replay, and must not be changed in a way that "
        + "running instances do not expect.")
{
    private static string Describe(HistoryEvent? action) =>
        action is null ? "nothing more at this point" : $"{action.Describe()} (#{action.TaskId})";
}

/// <summary>An orchestrator left the tasks that its context gives it.</summary>
internal sealed class NonDurableAwaitException : InvalidOperationException
{
    private const string Rule =
        "An orchestrator may await only tasks that come from its TaskOrchestrationContext; I/O, Task.Delay, Task.Run and "
        + "ConfigureAwait(false) belong in activities.";

    private NonDurableAwaitException(string message)
        : base(message)
    {
    }

    public static NonDurableAwaitException Waiting(string orchestrator) =>
        new($"Orchestrator '{orchestrator}' waits for a task that is not durable, so nothing could ever continue it. {Rule}");

    public static NonDurableAwaitException Continued(string orchestrator) =>
        new($"Orchestrator '{orchestrator}' was continued by a task that is not durable. {Rule}");

    public static NonDurableAwaitException WrongThread(string orchestrator) =>
        new($"Orchestrator '{orchestrator}' used its context from a thread that is not its own. {Rule}");
}
