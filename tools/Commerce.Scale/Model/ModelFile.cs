using System.Text.Json;
using System.Text.Json.Serialization;

namespace Commerce.Scale.Model;

/// <summary>Reads and checks a model file.</summary>
internal static class ModelFile
{
    /// <summary>The committed model, which is copied beside the tool.</summary>
    public static string DefaultPath { get; } = Path.Combine(AppContext.BaseDirectory, "model.json");

    // Whatever is below it is 0 for all that is computed here.
    private const double Least = 1e-9;

    // Those that the tool itself speaks of.
    private static readonly string[] DocumentNames = ["product", "movement", "payment", "order"];
    private static readonly string[] TierNames = ["dev", "prod"];

    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
        Converters = { new JsonStringEnumConverter<StepKind>(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
    };

    /// <exception cref="InputException">The file is not there, is no model, or has a number that cannot be.</exception>
    public static CostModel Read(string path)
    {
        try
        {
            var text = File.ReadAllText(path);
            var model = JsonSerializer.Deserialize<CostModel>(text, Options) ?? throw new InputException($"--model: {path} is empty");
            using var document = JsonDocument.Parse(text);
            Check(document.RootElement, "");
            CheckNames(model);
            CheckBounds(model);
            return model;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new InputException($"--model: {exception.Message}");
        }
    }

    /// <summary>Each figure of the file with its path, in the order of the file.</summary>
    public static IEnumerable<(string Name, string Value, string Unit, string Source)> Figures(string path)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(path));
        return Walk(document.RootElement, "").ToList();
    }

    private static IEnumerable<(string, string, string, string)> Walk(JsonElement node, string name)
    {
        if (node.ValueKind != JsonValueKind.Object)
            return [];
        var source = node.TryGetProperty("source", out var text) ? text.GetString()! : "";
        if (node.TryGetProperty("value", out var value))
            return [(name, value.GetRawText(), node.GetProperty("unit").GetString()!, source)];
        if (node.TryGetProperty("median", out var median))
            return [(name, $"{median.GetRawText()}, p99 {node.GetProperty("p99").GetRawText()}", "ms", source)];
        if (node.TryGetProperty("bytes", out var bytes))
        {
            var perLine = node.GetProperty("bytesPerLine").GetRawText();
            return [(name, perLine == "0" ? bytes.GetRawText() : $"{bytes.GetRawText()} + {perLine} a line", "bytes", source)];
        }
        return node.EnumerateObject().SelectMany(member => Walk(member.Value, name.Length == 0 ? member.Name : $"{name}.{member.Name}"));
    }

    private static void Check(JsonElement node, string name)
    {
        if (node.ValueKind == JsonValueKind.Number && node.GetDouble() is var value && (value < 0 || !double.IsFinite(value)))
            throw new InputException($"--model: {name} is {node.GetRawText()}; no figure is negative");
        if (node.ValueKind != JsonValueKind.Object)
            return;
        foreach (var member in node.EnumerateObject())
            Check(member.Value, name.Length == 0 ? member.Name : $"{name}.{member.Name}");
    }

    private static void CheckNames(CostModel model)
    {
        var named = model.Operations.SelectMany(static operation => operation.Steps).Select(static step => step.Document)
            .Concat(DocumentNames);
        if (named.FirstOrDefault(document => !model.Documents.ContainsKey(document)) is { } missing)
            throw new InputException($"--model: there is no document '{missing}'");
        if (TierNames.FirstOrDefault(tier => !model.Tiers.ContainsKey(tier)) is { } tier)
            throw new InputException($"--model: there is no tier '{tier}'");
    }

    /// <summary>What is divided by, and what a simulation that has none of it would wait for without end.</summary>
    private static void CheckBounds(CostModel model)
    {
        var (latencies, limits) = (model.Latencies, model.Limits);
        (string Name, double Value, double Min)[] bounds =
        [
            ("limits.batchOperations", limits.BatchOperations, 2),
            ("limits.partitionRuPerSecond", limits.PartitionRuPerSecond, Least),
            ("limits.serverlessRuPerSecond", limits.ServerlessRuPerSecond, Least),
            ("limits.budgetBurstSeconds", limits.BudgetBurstSeconds, Least),
            ("limits.deliveryShards", limits.DeliveryShards, 1),
            ("limits.auditRuPerSecond", limits.AuditRuPerSecond, Least),
            ("work.auditRuPerDocument", model.Work.AuditRuPerDocument, Least),
            .. new[] { ("readMs", latencies.ReadMs), ("writeMs", latencies.WriteMs), ("publishMs", latencies.PublishMs) }
                .SelectMany(static entry => new[]
                {
                    ($"latencies.{entry.Item1}.median", entry.Item2.Median, Least),
                    ($"latencies.{entry.Item1}.p99", entry.Item2.P99, entry.Item2.Median),
                }),
            .. model.Groups.All.Select(static group => ($"groups, places for {group.Name}", group.Places.Value, 1.0)),
            .. model.Tiers.SelectMany(static tier => new[]
            {
                ($"tiers.{tier.Key}.instanceGb", tier.Value.InstanceGb, Least),
                ($"tiers.{tier.Key}.instanceCores", tier.Value.InstanceCores, Least),
            }),
        ];
        if (bounds.FirstOrDefault(static bound => !(bound.Value >= bound.Min)) is { Name: { } name, Min: var min })
            throw new InputException($"--model: {name} must be {(min == Least ? "above 0" : Format.Text($"{min} or more"))}");
    }
}

/// <summary>Input that cannot be worked with; the message says which option and why.</summary>
#pragma warning disable CA1032 // It always has a message.
internal sealed class InputException(string message) : Exception(message);
#pragma warning restore CA1032
