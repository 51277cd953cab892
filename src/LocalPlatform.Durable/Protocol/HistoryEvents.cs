using Google.Protobuf.WellKnownTypes;

namespace LocalPlatform.Durable.Protocol;

/// <summary>History events as the engine makes them. Those that answer nothing and ask for nothing have the number -1.</summary>
internal static class HistoryEvents
{
    private const int NoNumber = -1;

    public static P.HistoryEvent TurnStarted(DateTime time) => At(time, new P.HistoryEvent { OrchestratorStarted = new() });

    public static P.HistoryEvent Started(DateTime time, P.ExecutionStartedEvent start) =>
        At(time, new P.HistoryEvent { ExecutionStarted = start });

    public static P.HistoryEvent Raised(DateTime time, string name, string? input) =>
        At(time, new P.HistoryEvent { EventRaised = new() { Name = name, Input = input } });

    public static P.HistoryEvent Terminated(DateTime time, string? output, bool recursive) =>
        At(time, new P.HistoryEvent { ExecutionTerminated = new() { Input = output, Recurse = recursive } });

    public static P.HistoryEvent Suspended(DateTime time, string? reason) =>
        At(time, new P.HistoryEvent { ExecutionSuspended = new() { Input = reason } });

    public static P.HistoryEvent Resumed(DateTime time, string? reason) =>
        At(time, new P.HistoryEvent { ExecutionResumed = new() { Input = reason } });

    public static P.HistoryEvent Fired(DateTime time, int timerId, DateTime fireAt) =>
        At(time, new P.HistoryEvent { TimerFired = new() { TimerId = timerId, FireAt = Timestamp.FromDateTime(fireAt) } });

    public static P.HistoryEvent Answered(DateTime time, int taskId, ActivityOutcome outcome) =>
        At(time, outcome.Failure is null
            ? new P.HistoryEvent { TaskCompleted = new() { TaskScheduledId = taskId, Result = outcome.ResultJson } }
            : new P.HistoryEvent { TaskFailed = new() { TaskScheduledId = taskId, FailureDetails = outcome.Failure } });

    public static P.HistoryEvent ChildCompleted(DateTime time, int taskId, string? result) =>
        At(time, new P.HistoryEvent { SubOrchestrationInstanceCompleted = new() { TaskScheduledId = taskId, Result = result } });

    public static P.HistoryEvent ChildFailed(DateTime time, int taskId, P.TaskFailureDetails failure) =>
        At(time, new P.HistoryEvent { SubOrchestrationInstanceFailed = new() { TaskScheduledId = taskId, FailureDetails = failure } });

    /// <summary>What an action of the orchestrator leaves in its history.</summary>
    /// <exception cref="NotSupportedException">The worker asks for something that the engine does not know.</exception>
    public static P.HistoryEvent Decided(DateTime time, P.OrchestratorAction action)
    {
        var decided = action.OrchestratorActionTypeCase switch
        {
            P.OrchestratorAction.OrchestratorActionTypeOneofCase.ScheduleTask => Decided(action.ScheduleTask),
            P.OrchestratorAction.OrchestratorActionTypeOneofCase.CreateSubOrchestration => Decided(action.CreateSubOrchestration),
            P.OrchestratorAction.OrchestratorActionTypeOneofCase.CreateTimer =>
                new P.HistoryEvent { TimerCreated = new() { FireAt = action.CreateTimer.FireAt } },
            P.OrchestratorAction.OrchestratorActionTypeOneofCase.SendEvent => Decided(action.SendEvent),
            P.OrchestratorAction.OrchestratorActionTypeOneofCase.CompleteOrchestration => Decided(action.CompleteOrchestration),
            _ => throw new NotSupportedException($"The worker asks for an action of the kind {action.OrchestratorActionTypeCase}."),
        };
        decided.EventId = action.Id;
        decided.Timestamp = Timestamp.FromDateTime(time);
        return decided;
    }

    private static P.HistoryEvent Decided(P.ScheduleTaskAction call) => new()
    {
        TaskScheduled = new()
        {
            Name = call.Name,
            Version = call.Version,
            Input = call.Input,
            ParentTraceContext = call.ParentTraceContext,
            Tags = { call.Tags },
        },
    };

    private static P.HistoryEvent Decided(P.CreateSubOrchestrationAction call) => new()
    {
        SubOrchestrationInstanceCreated = new()
        {
            InstanceId = call.InstanceId,
            Name = call.Name,
            Version = call.Version,
            Input = call.Input,
            ParentTraceContext = call.ParentTraceContext,
            Tags = { call.Tags },
        },
    };

    private static P.HistoryEvent Decided(P.SendEventAction sent) =>
        new() { EventSent = new() { InstanceId = sent.Instance.InstanceId, Name = sent.Name, Input = sent.Data } };

    private static P.HistoryEvent Decided(P.CompleteOrchestrationAction end) => new()
    {
        ExecutionCompleted = new()
        {
            OrchestrationStatus = end.OrchestrationStatus,
            Result = end.Result,
            FailureDetails = end.FailureDetails,
        },
    };

    private static P.HistoryEvent At(DateTime time, P.HistoryEvent made)
    {
        made.EventId = NoNumber;
        made.Timestamp = Timestamp.FromDateTime(time);
        return made;
    }
}
