using System.Collections.Concurrent;
using System.Text.Json;
using LocalPlatform.Cosmos.Values;

namespace LocalPlatform.Cosmos.Containers;

/// <summary>A database as the gateway knows it in memory.</summary>
internal sealed class DatabaseState(int number, string id, long timestamp)
{
    public int Number { get; } = number;

    public string Id { get; } = id;

    public string Rid { get; } = ResourceId.Database(number);

    public string ETag { get; } = Values.ETag.Text(number, timestamp);

    public ConcurrentDictionary<string, ContainerState> Containers { get; } = new(StringComparer.Ordinal);

    /// <summary>By name, or by resource id as some calls address it.</summary>
    public ContainerState? FindContainer(ReadOnlySpan<char> nameOrRid)
    {
        if (Containers.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(nameOrRid, out var named))
            return named;
        foreach (var container in Containers.Values)
            if (nameOrRid.SequenceEqual(container.Rid))
                return container;
        return null;
    }

    public void WriteTo(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("id", Id);
        writer.WriteString("_rid", Rid);
        writer.WriteString("_self", $"dbs/{Rid}/");
        writer.WriteString("_etag", ETag);
        writer.WriteString("_colls", "colls/");
        writer.WriteNumber("_ts", timestamp);
        writer.WriteEndObject();
    }
}
