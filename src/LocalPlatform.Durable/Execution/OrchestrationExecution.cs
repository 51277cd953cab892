using LocalPlatform.Durable.History;
using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;

namespace LocalPlatform.Durable.Execution;

/// <summary>
/// What an execution is of: it stays the same from its first event to its last. <c>FirstTaskId</c> is the number of its first action:
/// numbers go on over a restart as new, so that a late answer to the earlier generation finds no task.
/// </summary>
internal sealed record ExecutionIdentity(
    string InstanceId, string Name, string? Input, ParentOrchestrationInstance? Parent, int FirstTaskId);

/// <summary>How an execution ended.</summary>
internal sealed record ExecutionOutcome
{
    public string? Output { get; init; }

    public TaskFailureDetails? Failure { get; init; }

    public bool Terminated { get; init; }

    /// <summary>Not ended but to be started again, with <see cref="Output"/> as the new input.</summary>
    public bool ContinuedAsNew { get; init; }

    /// <summary>Events to hand to the next generation.</summary>
    public IReadOnlyList<HistoryEvent> CarriedEvents { get; init; } = [];
}

/// <summary>
/// An orchestrator in memory: its awaiting tasks, and what it has decided in the current turn. Events are delivered turn by turn;
/// a replay delivers the recorded turns and compares the decisions. Not thread safe: one turn at a time.
/// </summary>
internal sealed class OrchestrationExecution
{
    private readonly IDurableFunctions _functions;
    private readonly OrchestratorScheduler _scheduler;
    private readonly DurableContext _context;
    private readonly Queue<HistoryEvent> _heldWhileSuspended = new();
    private Task<string?>? _orchestrator;
    private bool _foreignWork;

    /// <summary>
    /// An execution at its start. <paramref name="foreignWorkArrived"/> is called, on whatever thread, when the orchestrator turns out
    /// to await something not durable; the next turn fails it.
    /// </summary>
    public OrchestrationExecution(
        ExecutionIdentity identity, IDurableFunctions functions, ILoggerFactory loggerFactory, Action foreignWorkArrived)
    {
        Identity = identity;
        _functions = functions;
        _scheduler = new OrchestratorScheduler(() =>
        {
            Volatile.Write(ref _foreignWork, true);
            foreignWorkArrived();
        });
        _context = new DurableContext(identity, _scheduler, loggerFactory);
    }

    public ExecutionIdentity Identity { get; }

    /// <summary>What the orchestrator decided in the last turn.</summary>
    public IReadOnlyList<HistoryEvent> Actions => _context.Actions;

    /// <summary>Set once the execution has ended.</summary>
    public ExecutionOutcome? Outcome { get; private set; }

    public bool IsSuspended { get; private set; }

    /// <summary>Whether the orchestrator awaits something that is not durable, and has to fail for it.</summary>
    public bool HasForeignWork => Volatile.Read(ref _foreignWork);

    /// <summary>The custom status as JSON.</summary>
    public string? CustomStatus => _context.CustomStatus;

    /// <summary>Actions that have not been answered: activities, timers, sub-orchestrations.</summary>
    public IEnumerable<HistoryEvent> OpenActions => _context.OpenActions;

    public int OpenActivities => _context.OpenActivities;

    /// <summary>The number that the next action gets.</summary>
    public int NextTaskId => _context.NextTaskId;

    /// <summary>Timers given up in the last turn.</summary>
    public IReadOnlyList<int> CancelledTimers => _context.CancelledTimers;

    /// <summary>Whether an answer to action <paramref name="taskId"/> is still awaited.</summary>
    public bool IsOpen(int taskId) => _context.IsOpen(taskId);

    /// <summary>Brings the orchestrator to where its history ends.</summary>
    /// <exception cref="NonDeterministicOrchestrationException">It decides otherwise than recorded.</exception>
    public void Replay(IEnumerable<HistoryStep> history)
    {
        foreach (var step in history)
        {
            TakeTurn(step.Time, step.Received, replaying: true);
            CompareActions(step);
        }
    }

    /// <summary>Delivers events and runs the orchestrator until it waits for something not delivered yet.</summary>
    public void TakeTurn(DateTime time, IReadOnlyList<HistoryEvent> received, bool replaying = false)
    {
        _context.BeginTurn(time, replaying);
        _scheduler.Run(() =>
        {
            foreach (var historyEvent in received)
            {
                if (Outcome is not null)
                    break;
                Deliver(historyEvent);
                _scheduler.RunReadyWork();
            }
            Outcome ??= FindOutcome();
        });
        if (Outcome is { Terminated: false } ended)
            _context.RecordEnd(ended.ContinuedAsNew);
    }

    /// <summary>Ends the execution for a reason that is not the orchestrator's own exception.</summary>
    public void Fail(DateTime time, Exception reason)
    {
        _context.BeginTurn(time, replaying: false);
        Outcome = Failed(reason);
        _context.RecordEnd(continuedAsNew: false);
    }

    private void Deliver(HistoryEvent historyEvent)
    {
        if (historyEvent.Kind == HistoryEventKind.ExecutionTerminated)
            Outcome = new ExecutionOutcome { Terminated = true, Output = historyEvent.Payload };
        else if (historyEvent.Kind == HistoryEventKind.ExecutionSuspended)
            IsSuspended = true;
        else if (historyEvent.Kind == HistoryEventKind.ExecutionResumed)
            Resume();
        else if (IsSuspended)
            _heldWhileSuspended.Enqueue(historyEvent);
        else if (historyEvent.Kind == HistoryEventKind.ExecutionStarted)
            _orchestrator = Start();
        else
            _context.Receive(historyEvent);
    }

    private void Resume()
    {
        IsSuspended = false;
        while (_heldWhileSuspended.TryDequeue(out var held))
        {
            Deliver(held);
            _scheduler.RunReadyWork();
        }
    }

    private Task<string?> Start()
    {
        if (!_functions.HasOrchestrator(Identity.Name))
            return Task.FromException<string?>(MissingFunctionException.Orchestrator(Identity.Name));
        try
        {
            var orchestrator = _functions.RunOrchestratorAsync(_context);
            if (!orchestrator.IsCompleted)
                ReportEndElsewhere(orchestrator);
            return orchestrator;
        }
#pragma warning disable CA1031 // Whatever the orchestrator throws before its first await is its failure, as after it.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            return Task.FromException<string?>(failure);
        }
    }

    /// <summary>An orchestrator that left its context for good would end unnoticed.</summary>
    private void ReportEndElsewhere(Task orchestrator) => orchestrator.ContinueWith(
        (_, scheduler) =>
        {
            if (!((OrchestratorScheduler)scheduler!).IsOnOrchestratorThread)
                ((OrchestratorScheduler)scheduler).ReportForeignWork();
        },
        _scheduler,
        CancellationToken.None,
        TaskContinuationOptions.ExecuteSynchronously,
        TaskScheduler.Default);

    private ExecutionOutcome? FindOutcome()
    {
        if (HasForeignWork)
            return Failed(NonDurableAwaitException.Continued(Identity.Name));
        if (_orchestrator is null || IsSuspended)
            return null;
        if (!_orchestrator.IsCompleted)
            return _context.AwaitsSomething ? null : Failed(NonDurableAwaitException.Waiting(Identity.Name));
        // As in the original: what was called and not awaited, or a timer that nobody cancelled, holds up the end.
        if (_context.HasOpenActions)
            return null;
        if (_orchestrator.IsCompletedSuccessfully)
            return _context.ContinueAsNewOutcome() ?? new ExecutionOutcome { Output = _orchestrator.Result };
        return Failed(_orchestrator.Exception?.InnerException ?? new TaskCanceledException(_orchestrator));
    }

    private static ExecutionOutcome Failed(Exception failure) => new() { Failure = Failures.From(failure) };

    private void CompareActions(HistoryStep recorded)
    {
        for (var i = 0; i < Math.Max(recorded.Actions.Count, Actions.Count); i++)
        {
            var was = i < recorded.Actions.Count ? recorded.Actions[i] : null;
            var now = i < Actions.Count ? Actions[i] : null;
            if (was is null || now is null || !now.IsSameAction(was))
                throw new NonDeterministicOrchestrationException(Identity.Name, was, now);
        }
    }
}
