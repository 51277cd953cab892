using System.Collections.Concurrent;
using System.Text.Json;
using LocalPlatform.Durable;
using Microsoft.DurableTask;

namespace LocalPlatform.Durable.Tests;

/// <summary>Orchestrators and activities given as lambdas, and a count of how often each activity ran.</summary>
internal sealed class TestFunctions : IDurableFunctions
{
    private readonly Dictionary<string, Func<TaskOrchestrationContext, Task<object?>>> _orchestrators = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, Func<JsonElement?, CancellationToken, Task<object?>>> _activities = new(StringComparer.OrdinalIgnoreCase);

    public ConcurrentDictionary<string, int> Runs { get; } = new();

    public TestFunctions Orchestrator<T>(string name, Func<TaskOrchestrationContext, Task<T>> code)
    {
        _orchestrators[name] = async context => await code(context);
        return this;
    }

    public TestFunctions Activity<TInput, TOutput>(string name, Func<TInput, TOutput> code) =>
        Activity<TInput, TOutput>(name, (input, _) => Task.FromResult(code(input)));

    public TestFunctions Activity<TInput, TOutput>(string name, Func<TInput, CancellationToken, Task<TOutput>> code)
    {
        _activities[name] = async (input, ct) => await code(input is { } json ? json.Deserialize<TInput>()! : default!, ct);
        return this;
    }

    public bool HasOrchestrator(string name) => _orchestrators.ContainsKey(name);

    public bool HasActivity(string name) => _activities.ContainsKey(name);

    public async Task<string?> RunOrchestratorAsync(TaskOrchestrationContext context) =>
        JsonDataConverter.Default.Serialize(await _orchestrators[context.Name](context));

    public async Task<string?> RunActivityAsync(string name, string instanceId, string? inputJson, CancellationToken ct)
    {
        Runs.AddOrUpdate(name, 1, (_, count) => count + 1);
        JsonElement? input = inputJson is null ? null : JsonSerializer.Deserialize<JsonElement>(inputJson);
        return JsonDataConverter.Default.Serialize(await _activities[name](input, ct));
    }
}
