using Commerce.Functions.Delivery;
using Commerce.Functions.Tests.Durable;
using Grpc.Core;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Commerce.Functions.Tests.Delivery;

/// <summary>
/// A task hub that runs the redelivery and is as hard to please as the genuine host: it refuses a start of what runs and an event for what
/// has ended or never was, and an event that comes after an instance's last look is accepted and lost.
/// </summary>
internal sealed class RedeliveryHub(RedeliveryActivities activities) : PartialDurable
{
    private readonly Lock _lock = new();
    private OrchestrationRuntimeStatus? _status;
    private TaskCompletionSource _wake = new();

    /// <summary>Thrown by every call while it is set.</summary>
    public Exception? Fault { get; set; }

    /// <summary>How often an instance was started, and how often an event was refused.</summary>
    public int Starts { get; private set; }

    /// <inheritdoc cref="Starts"/>
    public int Refusals { get; private set; }

    public override Task<string> ScheduleNewOrchestrationInstanceAsync(
        TaskName orchestratorName, object? input = null, StartOrchestrationOptions? options = null,
            CancellationToken cancellation = default)
    {
        Answer();
        lock (_lock)
        {
            if (_status == OrchestrationRuntimeStatus.Running)
                throw new RpcException(new Status(StatusCode.AlreadyExists, "An instance of this id runs."));
            (_status, _wake) = (OrchestrationRuntimeStatus.Running, new());
            Starts++;
        }
        _ = Task.Run(RunAsync, CancellationToken.None);
        return Task.FromResult(RedeliveryOrchestrator.InstanceId);
    }

    public override Task<OrchestrationMetadata?> GetInstancesAsync(
        string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default)
    {
        Answer();
        lock (_lock)
        {
            return Task.FromResult(_status is { } status
                ? new OrchestrationMetadata(RedeliveryOrchestrator.Name, instanceId)
                { RuntimeStatus = status, LastUpdatedAt = TimeProvider.System.GetUtcNow() }
                : null);
        }
    }

    public override Task RaiseEventAsync(
        string instanceId, string eventName, object? eventPayload = null, CancellationToken cancellation = default)
    {
        Answer();
        lock (_lock)
        {
            if (_status != OrchestrationRuntimeStatus.Running)
            {
                Refusals++;
                var code = _status is null ? StatusCode.NotFound : StatusCode.FailedPrecondition;
                throw new RpcException(new Status(code, "It does not run."));
            }
            _wake.TrySetResult();
        }
        return Task.CompletedTask;
    }

    private RedeliveryActivities Activities => activities;

    private Task Wake
    {
        get
        {
            lock (_lock)
                return _wake.Task;
        }
    }

    private void Answer()
    {
        if (Fault is { } fault)
            throw fault;
    }

    /// <summary>Execution after execution, each of the app's orchestrator as it is.</summary>
    private async Task RunAsync()
    {
        for (var next = new Execution(this, null); next is not null;)
        {
            var execution = next;
            await RedeliveryOrchestrator.RunAsync(execution);
            next = execution.Next;
            lock (_lock)
            {
                _wake = _wake.Task.IsCompleted ? new() : _wake;
                _status = next is null ? OrchestrationRuntimeStatus.Completed : _status;
            }
        }
    }

    /// <summary>One execution of the redelivery, up to its end or its next beginning.</summary>
    private sealed class Execution(RedeliveryHub hub, object? input)
        : OrchestrationRun(RedeliveryOrchestrator.Name, input, new Drains(hub.Activities))
    {
        public Execution? Next { get; private set; }

        public override async Task<TResult> CallActivityAsync<TResult>(TaskName name, object? input = null, TaskOptions? options = null)
        {
            var answer = await base.CallActivityAsync<TResult>(name, input, options);
            // The turn that ends an instance, or begins its pause, comes some time after its last look.
            await Task.Delay(TimeSpan.FromMilliseconds(3));
            return answer;
        }

        public override Task CreateTimer(DateTime fireAt, CancellationToken cancellationToken) =>
            fireAt > CurrentUtcDateTime ? Task.Delay(fireAt - CurrentUtcDateTime, cancellationToken) : Task.CompletedTask;

        public override async Task<T> WaitForExternalEvent<T>(string eventName, CancellationToken cancellationToken = default)
        {
            Assert.Equal(RedeliveryOrchestrator.WakeEvent, eventName);
            await hub.Wake.WaitAsync(cancellationToken);
            return default!;
        }

        public override void SetCustomStatus(object? customStatus)
        {
        }

        public override void ContinueAsNew(object? newInput = null, bool preserveUnprocessedEvents = true) =>
            Next = new(hub, newInput);
    }

    /// <summary>The activity as an orchestrator sees it.</summary>
    private sealed class Drains(RedeliveryActivities activities)
    {
        public Task<DrainResult> DrainDeliveries(RedeliveryRun run) => activities.DrainDeliveries(run, CancellationToken.None);
    }
}
