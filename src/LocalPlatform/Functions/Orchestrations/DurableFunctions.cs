using LocalPlatform.Durable;
using Microsoft.DurableTask;
using Microsoft.Extensions.DependencyInjection;

namespace LocalPlatform.Functions;

/// <summary>
/// The app's orchestrators and activities for the engine. Activities run through the middleware like any function; an
/// orchestrator does not, because whatever it awaits must come from its history.
/// </summary>
internal sealed class DurableFunctions(HostPlan plan, FunctionRunner runner, IServiceScopeFactory scopes) : IDurableFunctions
{
    private readonly Dictionary<string, FunctionDescriptor> _orchestrators =
        plan.With<OrchestrationBinding>().ToDictionary(f => f.Trigger.Name, f => f.Function, StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, FunctionDescriptor> _activities =
        plan.With<ActivityBinding>().ToDictionary(f => f.Trigger.Name, f => f.Function, StringComparer.OrdinalIgnoreCase);

    public bool HasOrchestrator(string name) => _orchestrators.ContainsKey(name);

    public bool HasActivity(string name) => _activities.ContainsKey(name);

    public async Task<string?> RunOrchestratorAsync(TaskOrchestrationContext context)
    {
        var function = _orchestrators[context.Name];
        await using var scope = scopes.CreateAsyncScope();
        using var run = new Invocation(function, scope.ServiceProvider, runner.Limit)
        {
            TriggerValue = context,
            BindingDataFactory = _ => new Dictionary<string, object?> { ["instanceId"] = context.InstanceId },
        };
        return JsonDataConverter.Default.Serialize(await function.Invoker.InvokeAsync(run));
    }

    public async Task<string?> RunActivityAsync(string name, string instanceId, string? inputJson, CancellationToken ct)
    {
        var function = _activities[name];
        var input = JsonDataConverter.Default.Deserialize(inputJson, function.Trigger.Parameter.ParameterType)
            ?? DefaultOf(function.Trigger.Parameter.ParameterType);
        var result = await runner.RunInScopeAsync(
            function, input, _ => new Dictionary<string, object?> { ["instanceId"] = instanceId }, eventToken: ct);
        return JsonDataConverter.Default.Serialize(result);
    }

    private static object? DefaultOf(Type type) =>
        type.IsValueType && Nullable.GetUnderlyingType(type) is null ? Activator.CreateInstance(type) : null;
}
