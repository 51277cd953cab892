using System.Text.Json;
using System.Text.Json.Nodes;
using LocalPlatform.Cosmos.Values;

namespace LocalPlatform.Cosmos.Containers;

/// <summary>What a container was created with, checked and completed with the service's defaults.</summary>
internal sealed record ContainerDefinition(
    string Id, byte[] Json, DocumentPath PartitionKey, int? DefaultTtlSeconds, IndexingPolicy Indexing)
{
    // Whatever else a definition asks for would be missing, and nobody would notice.
    private static readonly string[] Supported =
        ["id", "partitionKey", "indexingPolicy", "defaultTtl", "conflictResolutionPolicy", "geospatialConfig"];

    /// <summary>Reads a definition, or says in <paramref name="error"/> what is wrong with it.</summary>
    public static ContainerDefinition? TryParse(ReadOnlyMemory<byte> json, out string error)
    {
        using var document = JsonText.TryParse(json);
        if (document is not { RootElement.ValueKind: JsonValueKind.Object })
            return Refuse("The request payload is invalid. Ensure to provide a valid request payload.", out error);
        var root = JsonNode.Parse(document.RootElement.GetRawText())!.AsObject();
        foreach (var (name, _) in root.Where(property => property.Value is null || property.Key.StartsWith('_')).ToArray())
            root.Remove(name);
        if (root["id"] is not JsonValue id || !id.TryGetValue<string>(out var text) || !ResourceName.IsValid(text))
            return Refuse(ResourceName.Rule, out error);
        if (root.FirstOrDefault(property => !Supported.Contains(property.Key) && !IsEmpty(property.Value)).Key is { } unknown)
            return Refuse($"The local gateway does not support '{unknown}' of a container.", out error);
        if (ReadPartitionKey(root, out error) is not { } partitionKey || !TryReadTtl(root, out var ttl, out error)
            || IndexingPolicy.Complete(root, out error) is not { } indexing)
            return null;
        root["conflictResolutionPolicy"] ??= JsonNode.Parse(
            """{"mode":"LastWriterWins","conflictResolutionPath":"/_ts","conflictResolutionProcedure":""}""");
        root["geospatialConfig"] ??= JsonNode.Parse("""{"type":"Geography"}""");
        return new ContainerDefinition(text, JsonSerializer.SerializeToUtf8Bytes((JsonNode)root), partitionKey, ttl, indexing);
    }

    private static DocumentPath? ReadPartitionKey(JsonObject root, out string error)
    {
        error = "The partition key definition is missing or invalid: paths must name one property, starting with '/'.";
        if (root["partitionKey"] is not JsonObject { } key || key["paths"] is not JsonArray { Count: > 0 } paths
            || paths[0] is not JsonValue value || !value.TryGetValue<string>(out var text) || text is not ['/', _, ..])
            return null;
        error = "The local gateway does not support partition keys of several paths, or of another kind than 'Hash' of version 2.";
        if (paths.Count > 1 || (key["kind"] ??= "Hash").ToString() != "Hash" || (key["version"] ??= 2).ToString() != "2")
            return null;
        return DocumentPath.Parse(text);
    }

    private static bool TryReadTtl(JsonObject root, out int? seconds, out string error)
    {
        error = "The value of 'defaultTtl' is invalid: it must be -1 or a positive number of seconds.";
        seconds = null;
        if (root["defaultTtl"] is not { } ttl)
            return true;
        if (ttl is not JsonValue value || !value.TryGetValue<int>(out var number) || number is 0 or < -1)
            return false;
        seconds = number;
        return true;
    }

    // Clients send the empty forms of what they do not ask for.
    private static bool IsEmpty(JsonNode? node) => node switch
    {
        null => true,
        JsonArray list => list.Count == 0,
        JsonObject members => members.All(member => IsEmpty(member.Value)),
        _ => false,
    };

    private static ContainerDefinition? Refuse(string message, out string error)
    {
        error = message;
        return null;
    }
}
