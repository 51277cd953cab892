using LocalPlatform.Worker.Rpc;

namespace LocalPlatform.Worker;

/// <summary>A function of the app, as the worker described it.</summary>
internal sealed record WorkerFunction(RpcFunctionMetadata Metadata, TriggerBinding Trigger)
{
    public string Name => Metadata.Name;

    public string Id => Metadata.FunctionId;

    public IReadOnlyList<OutputBinding> Outputs { get; init; } = [];

    /// <summary>The parameter that wants a client of the app's orchestrations, if there is one.</summary>
    public string? DurableClientParameter { get; init; }

    public RetryPlan? Retry { get; init; }
}

/// <summary>The functions of the app in the order of their names, ignoring case, in which the original takes them.</summary>
internal sealed class WorkerFunctions(IEnumerable<WorkerFunction> functions)
{
    public IReadOnlyList<WorkerFunction> All { get; } = [.. functions.OrderBy(f => f.Name, StringComparer.OrdinalIgnoreCase)];

    /// <summary>The functions with triggers of one kind.</summary>
    public IEnumerable<(WorkerFunction Function, T Trigger)> With<T>()
        where T : TriggerBinding => All.Where(f => f.Trigger is T).Select(f => (f, (T)f.Trigger));

    /// <summary>The function of that name, or null.</summary>
    public WorkerFunction? Find(string name) => All.FirstOrDefault(f => f.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
}
