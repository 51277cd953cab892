using System.Globalization;
using System.Text.Json;
using LocalPlatform.Durable;
using LocalPlatform.Hosting;

namespace LocalPlatform.Settings;

/// <summary>What the host honours of <c>host.json</c>. What is not set has the original's default.</summary>
internal sealed record HostJson
{
    /// <summary>The first part of each HTTP function's path; may be empty.</summary>
    public string RoutePrefix { get; init; } = "api";

    /// <summary>How long a run may take; null for no limit.</summary>
    public TimeSpan? FunctionTimeout { get; init; } = TimeSpan.FromMinutes(30);

    public ServiceBusSettings ServiceBus { get; init; } = new();

    public DurableOptions Durable { get; init; } = new();

    /// <summary>Log levels by category.</summary>
    public IReadOnlyDictionary<string, string> LogLevels { get; init; } = new Dictionary<string, string>();

    /// <summary>Reads the file; a missing one is all defaults.</summary>
    /// <exception cref="PlatformStartException">The file is not JSON, or a value is of the wrong kind.</exception>
    public static HostJson Load(string path)
    {
        using var document = SettingsFile.Read(path);
        if (document is null)
            return new HostJson();
        var file = new SettingsReader(path, document.RootElement);
        var defaults = new HostJson();
        return new HostJson
        {
            RoutePrefix = file.Text("extensions:http:routePrefix")?.Trim('/') ?? defaults.RoutePrefix,
            FunctionTimeout = file.Text("functionTimeout") == "-1" ? null : file.Time("functionTimeout") ?? defaults.FunctionTimeout,
            ServiceBus = ReadServiceBus(file),
            Durable = ReadDurable(file),
            LogLevels = file.Texts("logging:logLevel"),
        };
    }

    private static ServiceBusSettings ReadServiceBus(SettingsReader file)
    {
        var defaults = new ServiceBusSettings();
        return new ServiceBusSettings
        {
            MaxConcurrentCalls = file.Count("extensions:serviceBus:maxConcurrentCalls") ?? defaults.MaxConcurrentCalls,
            MaxMessageBatchSize = file.Count("extensions:serviceBus:maxMessageBatchSize") ?? defaults.MaxMessageBatchSize,
            AutoCompleteMessages = file.Flag("extensions:serviceBus:autoCompleteMessages") ?? defaults.AutoCompleteMessages,
            MaxAutoLockRenewalDuration =
                file.Time("extensions:serviceBus:maxAutoLockRenewalDuration") ?? defaults.MaxAutoLockRenewalDuration,
        };
    }

    private static DurableOptions ReadDurable(SettingsReader file)
    {
        var defaults = new DurableOptions();
        return defaults with
        {
            DefaultVersion = file.Text("extensions:durableTask:defaultVersion"),
            MaxConcurrentActivityFunctions =
                file.Count("extensions:durableTask:maxConcurrentActivityFunctions") ?? defaults.MaxConcurrentActivityFunctions,
            MaxConcurrentOrchestratorFunctions =
                file.Count("extensions:durableTask:maxConcurrentOrchestratorFunctions") ?? defaults.MaxConcurrentOrchestratorFunctions,
        };
    }
}

/// <summary>The <c>serviceBus</c> part of <c>host.json</c>.</summary>
internal sealed record ServiceBusSettings
{
    /// <summary>Runs of one function at the same time.</summary>
    public int MaxConcurrentCalls { get; init; } = 16 * Environment.ProcessorCount;

    /// <summary>Messages in one run of a batched function.</summary>
    public int MaxMessageBatchSize { get; init; } = 1000;

    public bool AutoCompleteMessages { get; init; } = true;

    /// <summary>How long a message's lock is renewed while its function runs.</summary>
    public TimeSpan MaxAutoLockRenewalDuration { get; init; } = TimeSpan.FromMinutes(5);
}

/// <summary>JSON settings files: comments and trailing commas are allowed, as in the original.</summary>
internal static class SettingsFile
{
    /// <summary>The file, or null when it does not exist.</summary>
    public static JsonDocument? Read(string path)
    {
        if (!File.Exists(path))
            return null;
        try
        {
            return JsonDocument.Parse(
                File.ReadAllBytes(path),
                    new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        }
        catch (JsonException malformed)
        {
            throw new PlatformStartException($"{path} is not valid JSON: {malformed.Message}");
        }
    }
}

/// <summary>Values of a settings file by their path, with errors that name the path.</summary>
internal sealed class SettingsReader(string file, JsonElement root)
{
    public string? Text(string path) => Find(path) is { } value ? value.ToString() : null;

    public int? Count(string path) => Find(path) is not { } value ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= 1 ? number
        : throw Wrong(path, "a whole number of at least 1");

    public bool? Flag(string path) => Find(path) is not { } value ? null
        : value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean()
        : throw Wrong(path, "true or false");

    public TimeSpan? Time(string path) => Find(path) is not { } value ? null
        : TimeSpan.TryParse(value.ToString(), CultureInfo.InvariantCulture, out var time) && time > TimeSpan.Zero ? time
        : throw Wrong(path, "a time of the form HH:mm:ss");

    /// <summary>The text members of an object; empty when there is no such object.</summary>
    public Dictionary<string, string> Texts(string path) => Find(path) is { ValueKind: JsonValueKind.Object } values
        ? values.EnumerateObject().ToDictionary(p => p.Name, p => p.Value.ToString())
        : [];

    private JsonElement? Find(string path)
    {
        var element = root;
        foreach (var name in path.Split(':'))
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element))
                return null;
        }
        return element.ValueKind == JsonValueKind.Null ? null : element;
    }

    private PlatformStartException Wrong(string path, string wanted) =>
        new($"{file}: '{path.Replace(':', '.')}' is '{Text(path)}'; it must be {wanted}.");
}
