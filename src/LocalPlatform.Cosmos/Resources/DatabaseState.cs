using System.Collections.Concurrent;
using System.Text.Json;

namespace LocalPlatform.Cosmos.Resources;

/// <summary>A database as the gateway knows it in memory.</summary>
internal sealed class DatabaseState(int number, string id, long timestamp)
{
    public int Number { get; } = number;

    public string Id { get; } = id;

    public string Rid { get; } = ResourceId.Database(number);

    public long Timestamp { get; } = timestamp;

    public string ETag { get; } = Items.ETag.Text(number, timestamp);

    public ConcurrentDictionary<string, ContainerState> Containers { get; } = new(StringComparer.Ordinal);

    /// <summary>By name, or by resource id as some calls address it.</summary>
    public ContainerState? FindContainer(string nameOrRid) =>
        Containers.GetValueOrDefault(nameOrRid)
        ?? Containers.Values.FirstOrDefault(container => container.Rid == nameOrRid);

    public void WriteTo(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("id", Id);
        writer.WriteString("_rid", Rid);
        writer.WriteString("_self", $"dbs/{Rid}/");
        writer.WriteString("_etag", ETag);
        writer.WriteString("_colls", "colls/");
        writer.WriteNumber("_ts", Timestamp);
        writer.WriteEndObject();
    }
}
