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
internal sealed class RedeliveryHub(BacklogDrain drain, TimeProvider time) : PartialDurable
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
                ? new OrchestrationMetadata(RedeliveryOrchestrator.Name, instanceId) { RuntimeStatus = status }
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

    private void Answer()
    {
        if (Fault is { } fault)
            throw fault;
    }

    private async Task RunAsync()
    {
        RedeliveryRun? run = new(0);
        while (run is not null)
        {
            var result = DrainResult.Of(run, await drain.RunAsync(CancellationToken.None), TimeSpan.FromSeconds(1), time.GetUtcNow());
            run = result.Next;
            // The turn that ends an instance, or begins its pause, comes some time after its last look.
            await Task.Delay(TimeSpan.FromMilliseconds(3));
            if (run is not null && result.Pause > TimeSpan.Zero)
                await Task.WhenAny(_wake.Task, Task.Delay(result.Pause));
            lock (_lock)
            {
                _wake = _wake.Task.IsCompleted ? new() : _wake;
                _status = run is null ? OrchestrationRuntimeStatus.Completed : _status;
            }
        }
    }
}
