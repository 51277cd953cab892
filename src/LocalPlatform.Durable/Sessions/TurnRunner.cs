using LocalPlatform.Durable.Protocol;
using LocalPlatform.Durable.Store;

namespace LocalPlatform.Durable.Sessions;

/// <summary>Has the worker take turns. What needs no orchestrator is decided here: a termination, and that there is no such orchestrator.</summary>
internal sealed class TurnRunner(IDurableFunctions functions)
{
    // An orchestrator that restarts itself so often without waiting for anything would never leave its turn.
    private const int RestartsPerTurnMax = 1_000;

    /// <summary>One turn on the events received. When the orchestrator restarts as new, its next execution begins in the same turn.</summary>
    /// <inheritdoc cref="IDurableFunctions.RunTurnAsync" path="/exception"/>
    public async Task<Turn> RunAsync(
        StoredInstance instance, PastEvents past, IReadOnlyList<P.HistoryEvent> received, DateTime time, CancellationToken ct)
    {
        var start = instance.Start;
        var effects = new List<P.OrchestratorAction>();
        string? customStatus = null;
        for (var restarts = 0; ; restarts++)
        {
            received = [HistoryEvents.TurnStarted(time), .. received];
            var response = restarts < RestartsPerTurnMax
                ? await DecideAsync(instance, start, past, received, ct)
                : Ending(Failed(Failures.EndlessRestart));
            // An execution that sets no status keeps, in its first turn, that of the one before it.
            customStatus = response.CustomStatus ?? (restarts > 0 ? customStatus : null);
            var end = EndOf(response);
            if (end is not { OrchestrationStatus: P.OrchestrationStatus.ContinuedAsNew })
            {
                IReadOnlyList<P.OrchestratorAction> decided = end is null ? response.Actions : [.. response.Actions.Where(OutlivesItsExecution)];
                return new Turn
                {
                    Time = time,
                    Start = start,
                    Received = received,
                    Decided = decided,
                    Effects = [.. effects, .. decided],
                    CustomStatus = customStatus,
                    RestartedAsNew = restarts > 0,
                };
            }
            // Its own time for each execution: names that the worker derives are made of the time, too.
            time = time.AddTicks(1);
            start = Restart(start, end);
            past = new PastEvents();
            var toItself = response.Actions.Where(action => action.SendEvent?.Instance.InstanceId == instance.Id).ToList();
            received = [HistoryEvents.Started(time, start), .. end.CarryoverEvents, .. toItself.Select(action => ToRaised(time, action.SendEvent))];
            effects.AddRange(response.Actions.Except(toItself).Where(action => OutlivesItsExecution(action) && action.CompleteOrchestration is null));
        }
    }

    private async Task<P.OrchestratorResponse> DecideAsync(
        StoredInstance instance,
        P.ExecutionStartedEvent start,
        PastEvents past,
        IReadOnlyList<P.HistoryEvent> received,
        CancellationToken ct)
    {
        if (received.FirstOrDefault(e => e.ExecutionTerminated is not null) is { } termination)
        {
            return Ending(
                new P.CompleteOrchestrationAction
                {
                    OrchestrationStatus = P.OrchestrationStatus.Terminated,
                    Result = termination.ExecutionTerminated.Input,
                },
                instance.CustomStatus);
        }
        if (!functions.HasOrchestrator(start.Name))
            return Ending(Failed(Failures.NoOrchestrator(start.Name)), instance.CustomStatus);
        var request = past.ToRequest(new P.OrchestratorRequest
        {
            InstanceId = instance.Id,
            ExecutionId = start.OrchestrationInstance.ExecutionId,
            NewEvents = { received },
        });
        try
        {
            return P.OrchestratorResponse.Parser.ParseFrom(await functions.RunTurnAsync(start.Name, instance.Id, request, ct));
        }
        catch (TurnFailedException failed)
        {
            return Ending(Failed(failed.Failure), instance.CustomStatus);
        }
    }

    private static P.CompleteOrchestrationAction? EndOf(P.OrchestratorResponse response) =>
        response.Actions.Select(action => action.CompleteOrchestration).FirstOrDefault(end => end is not null);

    /// <summary>
    /// An execution that has ended waits for nothing. The worker still names calls and timers then when it failed the orchestrator for
    /// not being deterministic.
    /// </summary>
    private static bool OutlivesItsExecution(P.OrchestratorAction action) => action.ScheduleTask is null && action.CreateTimer is null;

    private static P.ExecutionStartedEvent Restart(P.ExecutionStartedEvent ended, P.CompleteOrchestrationAction end)
    {
        var start = ended.Clone();
        start.Input = end.Result;
        start.Version = end.NewVersion ?? ended.Version;
        start.OrchestrationInstance.ExecutionId = InstanceIds.New();
        return start;
    }

    private static P.HistoryEvent ToRaised(DateTime time, P.SendEventAction sent) => HistoryEvents.Raised(time, sent.Name, sent.Data);

    private static P.CompleteOrchestrationAction Failed(P.TaskFailureDetails failure) =>
        new() { OrchestrationStatus = P.OrchestrationStatus.Failed, FailureDetails = failure };

    private static P.OrchestratorResponse Ending(P.CompleteOrchestrationAction end, string? customStatus = null) => new()
    {
        Actions = { new P.OrchestratorAction { Id = -1, CompleteOrchestration = end } },
        CustomStatus = customStatus,
    };
}
