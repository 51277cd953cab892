using System.Text.Json;
using System.Text.Json.Nodes;
using LocalPlatform.Cosmos.Items;

namespace LocalPlatform.Cosmos.Resources;

/// <summary>What a container was created or replaced with, checked and completed with the service's defaults.</summary>
internal sealed record ContainerDefinition(
    string Id,
    byte[] Json,
    DocumentPath[] PartitionKey,
    bool IsHierarchical,
    int PartitionKeyVersion,
    int? DefaultTtlSeconds,
    IndexingPolicy Indexing,
    DocumentPath[][] UniqueKeys)
{
    // Never indexed, whatever the policy.
    private const string ETagPath = "/\"_etag\"/?";

    private const string DefaultIndexingPolicy =
        """
        {"indexingMode":"consistent","automatic":true,"includedPaths":[{"path":"/*"}],"excludedPaths":[{"path":"/\"_etag\"/?"}]}
        """;

    /// <summary>Reads a definition, or says in <paramref name="error"/> what is wrong with it.</summary>
    public static ContainerDefinition? TryParse(ReadOnlyMemory<byte> json, out string error)
    {
        using var document = JsonText.TryParse(json);
        if (document is not { RootElement.ValueKind: JsonValueKind.Object })
            return Refuse("The request payload is invalid. Ensure to provide a valid request payload.", out error);
        var root = JsonNode.Parse(document.RootElement.GetRawText())!.AsObject();
        var id = Text(root, "id");
        if (!ResourceName.IsValid(id))
            return Refuse("The input name '" + id + "' is invalid. Ensure to provide a unique non-empty string less than '255' characters.", out error);
        foreach (var name in root.Select(property => property.Key).Where(name => name.StartsWith('_')).ToArray())
            root.Remove(name);
        if (!CompletePartitionKey(root, out error) || !ContainerRules.Hold(root, out error))
            return null;
        Complete(root);
        return Read(id!, root);
    }

    /// <summary>Reads what <see cref="TryParse"/> has completed and the store kept.</summary>
    public static ContainerDefinition FromStored(byte[] json)
    {
        var root = JsonNode.Parse(json)!.AsObject();
        return Read(Text(root, "id")!, root);
    }

    private static ContainerDefinition Read(string id, JsonObject root)
    {
        var key = root["partitionKey"]!;
        return new ContainerDefinition(
            id,
            JsonSerializer.SerializeToUtf8Bytes((JsonNode)root),
            [.. key["paths"]!.AsArray().Select(path => DocumentPath.Parse(path!.GetValue<string>()))],
            key["kind"]!.GetValue<string>() == "MultiHash",
            key["version"]!.GetValue<int>(),
            root["defaultTtl"]?.GetValue<int>(),
            IndexingPolicy.Read(root["indexingPolicy"]!),
            ReadUniqueKeys(root));
    }

    private static bool CompletePartitionKey(JsonObject root, out string error)
    {
        error = "The partition key definition is missing or invalid: paths must name one to three properties, each starting with '/'.";
        if (root["partitionKey"] is not JsonObject key)
        {
            // Containers without a key are what old clients make: all their documents lie in one partition.
            root["partitionKey"] = key = new JsonObject { ["paths"] = new JsonArray("/_partitionKey"), ["systemKey"] = true };
        }
        if (key["paths"] is not JsonArray { Count: >= 1 and <= 3 } paths
            || paths.Any(path => path is not JsonValue value || !value.TryGetValue<string>(out var text) || text is not ['/', _, ..]))
            return false;
        if (paths.Count > 1 && key["kind"]?.GetValue<string>() == "Hash")
            return false;
        key["kind"] ??= paths.Count > 1 ? "MultiHash" : "Hash";
        key["version"] ??= 2;
        return true;
    }

    private static void Complete(JsonObject root)
    {
        // Policies are shown as the service shows them: with the defaults a client leaves out.
        var defaults = JsonNode.Parse(DefaultIndexingPolicy)!.AsObject();
        if (root["indexingPolicy"] is not JsonObject policy)
            root["indexingPolicy"] = policy = [];
        if (IsOff(policy))
            defaults["includedPaths"] = defaults["excludedPaths"] = null;
        foreach (var (name, value) in defaults.Where(property => property.Value is not null))
        {
            if (policy[name] is null || (name == "includedPaths" && IsEmptyDefault(policy)))
                policy[name] = value!.DeepClone();
        }
        if (policy["excludedPaths"] is JsonArray excluded && !IsOff(policy) && !excluded.Any(path => Text(path!.AsObject(), "path") == ETagPath))
            excluded.Add(new JsonObject { ["path"] = ETagPath });
        root["conflictResolutionPolicy"] ??= JsonNode.Parse(
            """{"mode":"LastWriterWins","conflictResolutionPath":"/_ts","conflictResolutionProcedure":""}""");
        root["geospatialConfig"] ??= JsonNode.Parse("""{"type":"Geography"}""");
    }

    private static bool IsOff(JsonObject policy) =>
        string.Equals(Text(policy, "indexingMode"), "none", StringComparison.OrdinalIgnoreCase);

    // An empty list of included paths means "everything" unless the policy says that everything is excluded or indexing is off.
    private static bool IsEmptyDefault(JsonObject policy) =>
        policy["includedPaths"] is JsonArray { Count: 0 }
        && !IsOff(policy)
        && policy["excludedPaths"] is not JsonArray { Count: > 0 };

    private static DocumentPath[][] ReadUniqueKeys(JsonObject root) =>
        root["uniqueKeyPolicy"]?["uniqueKeys"] is JsonArray keys
            ? [.. keys.Select(key => key!["paths"]!.AsArray().Select(path => DocumentPath.Parse(path!.GetValue<string>())).ToArray())]
            : [];

    private static string? Text(JsonObject node, string name) =>
        node[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    private static ContainerDefinition? Refuse(string message, out string error)
    {
        error = message;
        return null;
    }
}
