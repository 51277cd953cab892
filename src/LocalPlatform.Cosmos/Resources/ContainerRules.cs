using System.Text.Json.Nodes;

namespace LocalPlatform.Cosmos.Resources;

/// <summary>What a container's definition must hold to beyond its id and partition key, and what of it is not supported here.</summary>
internal static class ContainerRules
{
    // Accepting these silently would answer queries wrongly later.
    private static readonly (string Name, string Feature)[] Unsupported =
    [
        ("computedProperties", "computed properties"),
        ("vectorEmbeddingPolicy", "vector embeddings"),
        ("fullTextPolicy", "full-text search"),
        ("materializedViewDefinition", "materialized views"),
    ];

    /// <summary>Checks the definition, or says in <paramref name="error"/> which rule it breaks.</summary>
    public static bool Hold(JsonObject root, out string error)
    {
        error = Unsupported.Where(part => root[part.Name] is JsonArray { Count: > 0 } or JsonObject { Count: > 0 })
            .Select(part => $"The local gateway does not support {part.Feature} ('{part.Name}').").FirstOrDefault("");
        return error.Length == 0 && CheckTtl(root, out error) && CheckUniqueKeys(root, out error) && CheckSpatialIndexes(root, out error);
    }

    private static bool CheckTtl(JsonObject root, out string error)
    {
        error = "The value of 'defaultTtl' is invalid: it must be -1 or a positive number of seconds.";
        if (root["defaultTtl"] is { } ttl)
            return ttl is JsonValue value && value.TryGetValue<int>(out var seconds) && (seconds == -1 || seconds > 0);
        root.Remove("defaultTtl");
        error = "A 'ttlPropertyPath' needs a 'defaultTtl'.";
        return root["ttlPropertyPath"] is null;
    }

    private static bool CheckUniqueKeys(JsonObject root, out string error)
    {
        error = "The unique key policy is invalid: every unique key needs at least one path, each starting with '/'.";
        return root["uniqueKeyPolicy"]?["uniqueKeys"] is not JsonArray keys || keys.All(key =>
            key?["paths"] is JsonArray { Count: > 0 } paths
            && paths.All(path => path is JsonValue value && value.TryGetValue<string>(out var text) && text is ['/', _, ..]));
    }

    private static bool CheckSpatialIndexes(JsonObject root, out string error)
    {
        error = "";
        var isGeometry = root["geospatialConfig"]?["type"]?.ToString() == "Geometry";
        foreach (var index in root["indexingPolicy"]?["spatialIndexes"] as JsonArray ?? [])
        {
            var box = index?["boundingBox"] as JsonObject;
            if (isGeometry != box is not null)
                error = isGeometry
                    ? $"Required parameter 'boundingBox' for 'Geometry' collection is missing in spatial path '{index?["path"]}'."
                    : $"Incorrect parameter 'boundingBox' specified for 'Geography' collection in spatial path '{index?["path"]}'.";
            else if (box is not null && !(Number(box, "xmin") < Number(box, "xmax") && Number(box, "ymin") < Number(box, "ymax")))
                error = $"The maxima of parameter 'boundingBox' must be greater than its minima in spatial path '{index?["path"]}'.";
        }
        return error.Length == 0;
    }

    private static double Number(JsonObject box, string name) =>
        box[name] is JsonValue value && value.TryGetValue<double>(out var number) ? number : double.NaN;
}
