using System.Security.Cryptography;
using System.Text;
using LocalPlatform.Durable.History;
using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;

namespace LocalPlatform.Durable.Execution;

/// <summary>
/// The context that an orchestrator sees. It numbers and collects the actions of a turn, and keeps the tasks that wait for an answer.
/// </summary>
internal sealed class DurableContext(ExecutionIdentity identity, OrchestratorScheduler scheduler, ILoggerFactory loggerFactory)
    : TaskOrchestrationContext
{
    private const int CustomStatusBytesMax = 16 * 1024;

    // The namespace of the original, so that the same orchestration makes the same GUIDs there and here.
    private static readonly Guid GuidNamespace = new("9e952958-5e33-4daf-827f-2fa12937b875");

    private readonly List<HistoryEvent> _actions = [];
    private readonly List<int> _cancelledTimers = [];
    private readonly Dictionary<int, OpenAction> _open = [];
    private readonly ExternalEvents _events = new();
    private DateTime _time;
    private bool _replaying;
    private int _guidCounter;
    private (string? Input, bool KeepEvents)? _continueAsNew;

    private interface IAnswerable
    {
        void Answer(HistoryEvent answer);
    }

    public override TaskName Name => identity.Name;

    public override string InstanceId => identity.InstanceId;

    public override ParentOrchestrationInstance? Parent => identity.Parent;

    public override DateTime CurrentUtcDateTime => _time;

    public override bool IsReplaying => _replaying;

    internal List<HistoryEvent> Actions => _actions;

    internal List<int> CancelledTimers => _cancelledTimers;

    internal IEnumerable<HistoryEvent> OpenActions => _open.Values.Select(open => open.Action);

    internal int OpenActivities { get; private set; }

    internal int NextTaskId { get; private set; } = identity.FirstTaskId;

    internal string? CustomStatus { get; private set; }

    /// <summary>Whether an activity, a timer or a sub-orchestration has not been answered.</summary>
    internal bool HasOpenActions => _open.Count > 0;

    /// <summary>Whether anything durable could still wake the orchestrator.</summary>
    internal bool AwaitsSomething => HasOpenActions || _events.HasWaiters;

    protected override ILoggerFactory LoggerFactory => loggerFactory;

    public override T? GetInput<T>()
        where T : default
        => JsonDataConverter.Default.Deserialize<T>(identity.Input);

    public override Task CallActivityAsync(TaskName name, object? input = null, TaskOptions? options = null)
        => CallActivityAsync<NoResult?>(name, input, options);

    public override Task<TResult> CallActivityAsync<TResult>(TaskName name, object? input = null, TaskOptions? options = null)
    {
        EnsureOrchestratorThread();
        if (input is TaskOptions && options is null)
            throw new ArgumentException("Task options were passed as the input. Pass them as the third argument.", nameof(input));
        var payload = JsonDataConverter.Default.Serialize(input);
        return WithRetry(options, () => Schedule<TResult>(new HistoryEvent(HistoryEventKind.TaskScheduled)
        {
            Name = name.Name,
            Payload = payload,
        }));
    }

    public override Task CallSubOrchestratorAsync(TaskName orchestratorName, object? input = null, TaskOptions? options = null)
        => CallSubOrchestratorAsync<NoResult?>(orchestratorName, input, options);

    public override Task<TResult> CallSubOrchestratorAsync<TResult>(
        TaskName orchestratorName, object? input = null, TaskOptions? options = null)
    {
        EnsureOrchestratorThread();
        if ((options as SubOrchestrationOptions)?.InstanceId is { } chosen)
            InstanceIds.Validate(chosen);
        var instanceId = (options as SubOrchestrationOptions)?.InstanceId ?? NewGuid().ToString("N");
        var payload = JsonDataConverter.Default.Serialize(input);
        return WithRetry(options, () => Schedule<TResult>(new HistoryEvent(HistoryEventKind.SubOrchestrationInstanceCreated)
        {
            Name = orchestratorName.Name,
            InstanceId = instanceId,
            Payload = payload,
            Tags = options?.Tags,
        }));
    }

    public override Task CreateTimer(DateTime fireAt, CancellationToken cancellationToken)
    {
        EnsureOrchestratorThread();
        if (cancellationToken.IsCancellationRequested)
            return Task.FromCanceled(cancellationToken);
        var timer = new Call<NoResult?>("timer");
        var taskId = Open(new HistoryEvent(HistoryEventKind.TimerCreated) { FireAt = fireAt.ToUniversalTime() }, timer);
        if (cancellationToken.CanBeCanceled)
            timer.OnAnswered = cancellationToken.Register(() => CancelTimer(taskId, timer, cancellationToken));
        return timer.Task;
    }

    public override Task<T> WaitForExternalEvent<T>(string eventName, CancellationToken cancellationToken = default)
    {
        EnsureOrchestratorThread();
        ArgumentException.ThrowIfNullOrEmpty(eventName);
        return _events.WaitFor<T>(eventName, cancellationToken);
    }

    public override void SendEvent(string instanceId, string eventName, object payload)
    {
        EnsureOrchestratorThread();
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        ArgumentException.ThrowIfNullOrEmpty(eventName);
        Record(new HistoryEvent(HistoryEventKind.EventSent)
        {
            Name = eventName,
            InstanceId = instanceId,
            Payload = JsonDataConverter.Default.Serialize(payload),
        });
    }

    public override void SetCustomStatus(object? customStatus)
    {
        EnsureOrchestratorThread();
        var json = JsonDataConverter.Default.Serialize(customStatus);
        if (json is not null && json.Length * sizeof(char) > CustomStatusBytesMax)
            throw new ArgumentException("A custom status must not exceed 16 KB of UTF-16 text.", nameof(customStatus));
        CustomStatus = json;
    }

    public override void ContinueAsNew(object? newInput = null, bool preserveUnprocessedEvents = true)
    {
        EnsureOrchestratorThread();
        _continueAsNew = (JsonDataConverter.Default.Serialize(newInput), preserveUnprocessedEvents);
    }

    public override Guid NewGuid()
    {
        EnsureOrchestratorThread();
        Span<byte> hash = stackalloc byte[SHA1.HashSizeInBytes];
        var name = Encoding.UTF8.GetBytes($"{InstanceId}_{_time:o}_{_guidCounter++}");
#pragma warning disable CA5350 // RFC 4122 version 5 is defined with SHA-1; nothing is protected by it.
        SHA1.HashData([.. GuidNamespace.ToByteArray(bigEndian: true), .. name], hash);
#pragma warning restore CA5350
        hash[6] = (byte)((hash[6] & 0x0F) | 0x50);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }

    internal bool IsOpen(int taskId) => _open.ContainsKey(taskId);

    internal void BeginTurn(DateTime time, bool replaying)
    {
        _time = time;
        _replaying = replaying;
        _actions.Clear();
        _cancelledTimers.Clear();
    }

    /// <summary>Hands an event to whoever waits for it. An answer that nobody waits for any more is dropped.</summary>
    internal void Receive(HistoryEvent received)
    {
        if (received.Kind == HistoryEventKind.EventRaised)
            _events.Raise(received.Name!, received.Payload);
        else if (Close(received.TaskId) is { } waiting)
            waiting.Answer(received);
    }

    internal void RecordEnd(bool continuedAsNew) =>
        _actions.Add(new HistoryEvent(continuedAsNew ? HistoryEventKind.ContinueAsNew : HistoryEventKind.ExecutionCompleted));

    internal ExecutionOutcome? ContinueAsNewOutcome() => _continueAsNew is not { } next
        ? null
        : new ExecutionOutcome
        {
            ContinuedAsNew = true,
            Output = next.Input,
            CarriedEvents = next.KeepEvents
                ? [.. _events.Unclaimed.Select(e => new HistoryEvent(HistoryEventKind.EventRaised) { Name = e.Name, Payload = e.Payload })]
                : [],
        };

    private Task<TResult> Schedule<TResult>(HistoryEvent action)
    {
        var call = new Call<TResult>(action.Name!);
        Open(action, call);
        return call.Task;
    }

    private int Record(HistoryEvent action)
    {
        var numbered = action with { TaskId = NextTaskId++ };
        _actions.Add(numbered);
        return numbered.TaskId;
    }

    private int Open(HistoryEvent action, IAnswerable waiting)
    {
        var taskId = Record(action);
        _open[taskId] = new OpenAction(_actions[^1], waiting);
        if (action.Kind == HistoryEventKind.TaskScheduled)
            OpenActivities++;
        return taskId;
    }

    private IAnswerable? Close(int taskId)
    {
        if (!_open.Remove(taskId, out var open))
            return null;
        if (open.Action.Kind == HistoryEventKind.TaskScheduled)
            OpenActivities--;
        return open.Waiting;
    }

    private void CancelTimer(int taskId, Call<NoResult?> timer, CancellationToken cancellationToken)
    {
        if (Close(taskId) is null)
            return;
        // A timer set and given up in one turn is recorded as set, for the replay, but need never be stored.
        _cancelledTimers.Add(taskId);
        timer.TrySetCanceled(cancellationToken);
    }

    private Task<TResult> WithRetry<TResult>(TaskOptions? options, Func<Task<TResult>> call) => options?.Retry switch
    {
        { Policy: { } policy } => Retries.RunAsync(this, policy, call),
        { Handler: { } handler } => Retries.RunAsync(this, handler, call),
        _ => call(),
    };

    private void EnsureOrchestratorThread()
    {
        if (scheduler.IsOnOrchestratorThread)
            return;
        scheduler.ReportForeignWork();
        throw NonDurableAwaitException.WrongThread(identity.Name);
    }

    private readonly record struct OpenAction(HistoryEvent Action, IAnswerable Waiting);

    /// <summary>Stands for a result that the orchestrator does not ask for, so that it is not even read.</summary>
    private sealed class NoResult;

    private sealed class Call<TResult>(string name) : TaskCompletionSource<TResult>, IAnswerable
    {
        public CancellationTokenRegistration OnAnswered { private get; set; }

        public void Answer(HistoryEvent answer)
        {
            OnAnswered.Dispose();
            if (answer.Failure is { } failure)
                TrySetException(new TaskFailedException(name, answer.TaskId, failure));
            else if (typeof(TResult) == typeof(NoResult))
                TrySetResult(default!);
            else
                this.Complete(answer.Payload);
        }
    }
}
