using LocalPlatform.Durable.Protocol;
using LocalPlatform.Durable.Store;

namespace LocalPlatform.Durable.Sessions;

/// <summary>
/// Has the worker take turns. What needs no orchestrator is decided here: a termination, and that there is no such orchestrator.
/// </summary>
internal sealed class TurnRunner(IDurableFunctions functions)
{
    // An orchestrator that restarts itself so often without waiting for anything would never leave its turn.
    private const int RestartsPerTurnMax = 1_000;

    /// <summary>
    /// One turn on the events received. When the orchestrator restarts as new, its next execution begins in the same turn.
    /// </summary>
    /// <inheritdoc cref="IDurableFunctions.RunTurnAsync" path="/exception"/>
    public async Task<Turn> RunAsync(
        StoredInstance instance, PastEvents past, IReadOnlyList<P.HistoryEvent> received, DateTime time, CancellationToken ct)
    {
        var turn = new Turn { Time = time, Start = instance.Start, Received = [HistoryEvents.TurnStarted(time), .. received] };
        for (var restarts = 0; ; restarts++)
        {
            var response = restarts < RestartsPerTurnMax
                ? await DecideAsync(instance, turn, past, ct)
                : Ending(Failed(Failures.EndlessRestart));
            IReadOnlyList<P.OrchestratorAction> decided = response.Actions.Any(action => action.CompleteOrchestration is not null)
                ? [.. response.Actions.Where(OutlivesItsExecution)]
                : response.Actions;
            turn = turn with
            {
                Decided = decided,
                Effects = [.. turn.Effects, .. decided],
                // An execution that sets no status keeps, in its first turn, that of the one before it.
                CustomStatus = response.CustomStatus ?? turn.CustomStatus,
            };
            if (turn.End is not { OrchestrationStatus: P.OrchestrationStatus.ContinuedAsNew } end)
                return turn;
            turn = Restart(turn, end);
            past = new PastEvents();
        }
    }

    private async Task<P.OrchestratorResponse> DecideAsync(StoredInstance instance, Turn turn, PastEvents past, CancellationToken ct)
    {
        if (turn.Received.FirstOrDefault(e => e.ExecutionTerminated is not null) is { } termination)
            return Ending(Terminated(termination.ExecutionTerminated.Input), instance.CustomStatus);
        var name = turn.Start.Name;
        if (!functions.HasOrchestrator(name))
            return Ending(Failed(Failures.NoOrchestrator(name)), instance.CustomStatus);
        var request = past.ToRequest(new P.OrchestratorRequest
        {
            InstanceId = instance.Id,
            ExecutionId = turn.Start.OrchestrationInstance.ExecutionId,
            NewEvents = { turn.Received },
        });
        try
        {
            return P.OrchestratorResponse.Parser.ParseFrom(await functions.RunTurnAsync(name, instance.Id, request, ct));
        }
        catch (TurnFailedException failed)
        {
            return Ending(Failed(failed.Failure), instance.CustomStatus);
        }
    }

    /// <summary>
    /// An execution that has ended waits for nothing. The worker still names calls and timers then when it failed the orchestrator for
    /// not being deterministic.
    /// </summary>
    private static bool OutlivesItsExecution(P.OrchestratorAction action) => action.ScheduleTask is null && action.CreateTimer is null;

    /// <summary>The beginning of the next execution, to which events go that the ended one did not process or sent to itself.</summary>
    private static Turn Restart(Turn ended, P.CompleteOrchestrationAction end)
    {
        // Its own time for each execution: names that the worker derives are made of the time, too.
        var time = ended.Time.AddTicks(1);
        var start = ended.Start.Clone();
        start.Input = end.Result;
        start.Version = end.NewVersion ?? start.Version;
        start.OrchestrationInstance.ExecutionId = InstanceIds.New();
        var toItself = ended.Decided
            .Where(action => action.SendEvent?.Instance.InstanceId == start.OrchestrationInstance.InstanceId)
            .ToList();
        return ended with
        {
            Time = time,
            Start = start,
            Received =
            [
                HistoryEvents.TurnStarted(time),
                HistoryEvents.Started(time, start),
                .. end.CarryoverEvents,
                .. toItself.Select(action => HistoryEvents.Raised(time, action.SendEvent.Name, action.SendEvent.Data)),
            ],
            // By reference: what two executions send alike is sent twice.
            Effects = [.. ended.Effects.Where(action => !toItself.Contains(action, ReferenceEqualityComparer.Instance))],
            RestartedAsNew = true,
        };
    }

    private static P.CompleteOrchestrationAction Terminated(string? output) =>
        new() { OrchestrationStatus = P.OrchestrationStatus.Terminated, Result = output };

    private static P.CompleteOrchestrationAction Failed(P.TaskFailureDetails failure) =>
        new() { OrchestrationStatus = P.OrchestrationStatus.Failed, FailureDetails = failure };

    private static P.OrchestratorResponse Ending(P.CompleteOrchestrationAction end, string? customStatus = null) => new()
    {
        Actions = { new P.OrchestratorAction { Id = -1, CompleteOrchestration = end } },
        CustomStatus = customStatus,
    };
}
