using System.Collections.Concurrent;
using LocalPlatform.Durable.Protocol;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Converters;
using Microsoft.DurableTask.Worker.Grpc;

namespace LocalPlatform.Durable.Tests;

/// <summary>
/// Orchestrators and activities given as lambdas, and a count of how often each activity ran. Orchestrators are executed by the genuine
/// worker's code.
/// </summary>
internal sealed class TestFunctions : IDurableFunctions
{
    private readonly Dictionary<string, ITaskOrchestrator> _orchestrators = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, Func<string?, CancellationToken, Task<object?>>> _activities =
        new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Where the worker finds its logger factory.</summary>
    public IServiceProvider? Services { get; set; }

    /// <summary>Called before each turn, for tests that get in its way.</summary>
    public Func<string, CancellationToken, Task>? TurnBegins { get; set; }

    public ConcurrentDictionary<string, int> Runs { get; } = new();

    /// <summary>The trace context of each activity's last call.</summary>
    public ConcurrentDictionary<string, string?> Traces { get; } = new();

    public IEnumerable<(string Name, ITaskOrchestrator Code)> Orchestrators => _orchestrators.Select(pair => (pair.Key, pair.Value));

    public IEnumerable<string> Activities => _activities.Keys;

    public TestFunctions Orchestrator<T>(string name, Func<TaskOrchestrationContext, Task<T>> code) =>
        Orchestrator(name, (TaskOrchestrationContext context, object? _) => code(context));

    public TestFunctions Orchestrator<TInput, T>(string name, Func<TaskOrchestrationContext, TInput, Task<T>> code)
    {
        _orchestrators[name] = FuncTaskOrchestrator.Create(code);
        return this;
    }

    public TestFunctions Activity<TInput, TOutput>(string name, Func<TInput, TOutput> code) =>
        Activity<TInput, TOutput>(name, (input, _) => Task.FromResult(code(input)));

    public TestFunctions Activity<TInput, TOutput>(string name, Func<TInput, CancellationToken, Task<TOutput>> code)
    {
        _activities[name] = async (input, ct) =>
            await code(input is null ? default! : JsonDataConverter.Default.Deserialize<TInput>(input)!, ct);
        return this;
    }

    public bool HasOrchestrator(string name) => _orchestrators.ContainsKey(name);

    public bool HasActivity(string name) => _activities.ContainsKey(name);

    public async Task<byte[]> RunTurnAsync(string orchestrator, string instanceId, ReadOnlyMemory<byte> request, CancellationToken ct)
    {
        if (TurnBegins is { } begins)
            await begins(instanceId, ct);
        try
        {
            return Convert.FromBase64String(
                GrpcOrchestrationRunner.LoadAndRun(Convert.ToBase64String(request.Span), _orchestrators[orchestrator], Services));
        }
        catch (Exception failure)
        {
            throw new TurnFailedException(Failures.From(failure));
        }
    }

    public async Task<ActivityOutcome> RunActivityAsync(
        string activity, string instanceId, string? inputJson, string? traceParent, CancellationToken ct)
    {
        Traces[activity] = traceParent;
        try
        {
            return new ActivityOutcome(JsonDataConverter.Default.Serialize(await CallAsync(activity, inputJson, ct)), null);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            return new ActivityOutcome(null, Failures.From(failure));
        }
    }

    /// <summary>Calls an activity and counts it.</summary>
    public Task<object?> CallAsync(string activity, string? inputJson, CancellationToken ct)
    {
        Runs.AddOrUpdate(activity, 1, (_, count) => count + 1);
        return _activities[activity](inputJson, ct);
    }
}
