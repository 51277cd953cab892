using System.Text.Json;
using LocalPlatform.Hosting;
using LocalPlatform.Http;
using LocalPlatform.Settings;
using LocalPlatform.Timers;
using LocalPlatform.Worker.Rpc;
using static LocalPlatform.Worker.Rpc.RpcRetryOptions.Types.RetryStrategy;

namespace LocalPlatform.Worker;

/// <summary>Reads what the worker says of its functions, and finds what would keep them from running.</summary>
internal sealed class FunctionReader(SettingNames settings)
{
    private readonly List<string> _problems = [];

    /// <exception cref="PlatformStartException">Something cannot run here; all of it is told together.</exception>
    public WorkerFunctions Read(IEnumerable<RpcFunctionMetadata> metadata)
    {
        var functions = metadata.Select(TryRead).OfType<WorkerFunction>().ToList();
        foreach (var same in functions.GroupBy(f => f.Name, StringComparer.OrdinalIgnoreCase).Where(group => group.Count() > 1))
            _problems.Add($"Function name '{same.Key}' is used more than once: "
                + $"{string.Join(" and ", same.Select(f => f.Metadata.EntryPoint))}.");
        return _problems.Count == 0 ? new WorkerFunctions(functions) : throw new PlatformStartException(_problems);
    }

    private WorkerFunction? TryRead(RpcFunctionMetadata function)
    {
        try
        {
            var bindings = function.RawBindings.Select(Parse).ToList();
            var trigger = bindings.Select(ReadTrigger).OfType<TriggerBinding>().FirstOrDefault()
                ?? throw new PlatformStartException("its trigger is of a kind that does not run here.");
            return new WorkerFunction(function, trigger)
            {
                Outputs = [.. bindings.Where(b => Is(b, "type", "serviceBus")).Select(ReadOutput)],
                DurableClientParameter = bindings.Where(b => Is(b, "type", "durableClient")).Select(b => Text(b, "name")).FirstOrDefault(),
                Retry = ReadRetry(function.RetryOptions),
            };
        }
        catch (PlatformStartException problem)
        {
            _problems.Add($"Function '{function.Name}' ({function.EntryPoint}): {problem.Message}");
            return null;
        }
    }

    private static JsonElement Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }

    private TriggerBinding? ReadTrigger(JsonElement binding)
    {
        var name = Text(binding, "name") ?? "";
        return Text(binding, "type")?.ToUpperInvariant() switch
        {
            "HTTPTRIGGER" => new HttpBinding(name, FunctionRoute.Check(Text(binding, "route") ?? ""), Texts(binding, "methods")),
            "TIMERTRIGGER" => new TimerBinding(
                name, TimerSchedule.Parse(Resolved(binding, "schedule")!), Flag(binding, "runOnStartup", false),
                    Flag(binding, "useMonitor", true)),
            "SERVICEBUSTRIGGER" when Flag(binding, "isSessionsEnabled", false) =>
                throw new PlatformStartException("sessions do not run here."),
            "SERVICEBUSTRIGGER" => new ServiceBusBinding(
                name,
                Resolved(binding, "queueName") ?? Resolved(binding, "topicName")!,
                Resolved(binding, "subscriptionName"),
                Is(binding, "cardinality", "Many"),
                Flag(binding, "autoCompleteMessages", true),
                binding.TryGetProperty("properties", out var properties) && Is(properties, "supportsDeferredBinding", "True")),
            "ORCHESTRATIONTRIGGER" => new OrchestrationBinding(name, Text(binding, "orchestration") ?? ""),
            "ACTIVITYTRIGGER" => new ActivityBinding(name, Text(binding, "activity") ?? ""),
            _ => null,
        };
    }

    private OutputBinding ReadOutput(JsonElement binding) =>
        new(Text(binding, "name")!, Resolved(binding, "queueOrTopicName")!, Is(binding, "entityType", "Topic"));

    private static RetryPlan? ReadRetry(RpcRetryOptions? retry) => retry switch
    {
        null => null,
        { RetryStrategy: FixedDelay } => new(retry.MaxRetryCount, retry.DelayInterval.ToTimeSpan(), retry.DelayInterval.ToTimeSpan()),
        _ => new(retry.MaxRetryCount, retry.MinimumInterval.ToTimeSpan(), retry.MaximumInterval.ToTimeSpan()),
    };

    private string? Resolved(JsonElement binding, string name) => Text(binding, name) is { } text ? settings.Resolve(text) : null;

    private static bool Is(JsonElement binding, string name, string value) =>
        string.Equals(Text(binding, name), value, StringComparison.OrdinalIgnoreCase);

    private static bool Flag(JsonElement binding, string name, bool otherwise) =>
        bool.TryParse(Text(binding, name), out var value) ? value : otherwise;

    private static string? Text(JsonElement binding, string name) =>
        binding.TryGetProperty(name, out var value) && value.ValueKind is not (JsonValueKind.Null or JsonValueKind.Undefined)
            ? value.ToString() : null;

    private static string[] Texts(JsonElement binding, string name) =>
        binding.TryGetProperty(name, out var values) && values.ValueKind == JsonValueKind.Array
            ? [.. values.EnumerateArray().Select(value => value.ToString().ToUpperInvariant())]
            : [];
}
