using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Converters;

namespace Commerce.Functions.Tests.Durable;

/// <summary>Remembers what was started, and runs nothing.</summary>
internal sealed class FakeDurable : PartialDurable
{
    private readonly ConcurrentDictionary<string, OrchestrationMetadata> _instances = new();
    private readonly ConcurrentQueue<(string Name, string Id)> _started = new();
    private readonly ConcurrentDictionary<string, Exception> _faults = new();

    public IReadOnlyCollection<(string Name, string Id)> Started => _started;

    /// <summary>Thrown by a start, after the instance is there if it is.</summary>
    public Exception? StartFault { get; set; }

    /// <summary>Told of every start before it is made: here others can be quicker.</summary>
    public Action<string>? Starting { get; set; }

    /// <summary>Told of every look for an instance: here it may take its time.</summary>
    public Func<string, CancellationToken, Task>? Looking { get; set; }

    /// <summary>What a start of that instance throws.</summary>
    public void FaultFor(string instanceId, Exception fault) => _faults[instanceId] = fault;

    public void Set(string instanceId, OrchestrationRuntimeStatus status, object? input = null, string? output = null) =>
        _instances[instanceId] = new OrchestrationMetadata("any", instanceId)
        {
            RuntimeStatus = status,
            DataConverter = JsonDataConverter.Default,
            SerializedInput = JsonSerializer.Serialize(input),
            SerializedOutput = output,
        };

    public void Forget(string instanceId) => _instances.TryRemove(instanceId, out _);

    public override Task<string> ScheduleNewOrchestrationInstanceAsync(
        TaskName orchestratorName, object? input = null, StartOrchestrationOptions? options = null,
            CancellationToken cancellation = default)
    {
        Starting?.Invoke(options!.InstanceId!);
        if (StartFault is { } fault)
            throw fault;
        if (_faults.TryGetValue(options!.InstanceId!, out var fate))
            throw fate;
        _started.Enqueue((orchestratorName.Name, options.InstanceId!));
        Set(options.InstanceId!, OrchestrationRuntimeStatus.Running, input);
        return Task.FromResult(options.InstanceId!);
    }

    public override async Task<OrchestrationMetadata?> GetInstancesAsync(
        string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default)
    {
        await (Looking?.Invoke(instanceId, cancellation) ?? Task.CompletedTask);
        return _instances.GetValueOrDefault(instanceId);
    }

    /// <summary>What a purge comes to.</summary>
    public Func<CancellationToken, Task<PurgeResult>> PurgeAsync { get; set; } = _ => Task.FromResult(new PurgeResult(0, isComplete: true));

    /// <summary>What was asked to be purged.</summary>
    public List<PurgeInstancesFilter> Purges { get; } = [];

    public override Task<PurgeResult> PurgeAllInstancesAsync(
        PurgeInstancesFilter filter, PurgeInstanceOptions? options = null, CancellationToken cancellation = default)
    {
        Purges.Add(filter);
        return PurgeAsync(cancellation);
    }
}
