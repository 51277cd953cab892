using System.Globalization;
using System.Text.Json;
using LocalPlatform.Cosmos.Values;

namespace LocalPlatform.Cosmos.Containers;

/// <summary>The ranges a container is spread over: equal parts of the hash space.</summary>
internal sealed class PartitionKeyRanges
{
    // Hashes have their two highest bits clear.
    private const int HashSpace = 0x40;

    private readonly ContainerState _container;
    private readonly EpkRange[] _ranges;

    public PartitionKeyRanges(ContainerState container, int count)
    {
        string Bound(int i) => i == 0 ? "" : i == count ? "FF" : (HashSpace * i / count).ToString("X2", null);
        _container = container;
        _ranges = [.. Enumerable.Range(0, count).Select(i => new EpkRange(Bound(i), Bound(i + 1)))];
        ETag = Values.ETag.Text(container.Number, count);
    }

    public int Count => _ranges.Length;

    public EpkRange this[int number] => _ranges[number];

    public string ETag { get; }

    /// <summary>The range that holds a partition key.</summary>
    public int Of(byte[] partitionKey)
    {
        if (Count == 1)
            return 0;
        var epk = EffectivePartitionKey.Of(partitionKey);
        return Array.FindIndex(_ranges, range => range.Contains(epk));
    }

    public void WriteTo(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("_rid", _container.Rid);
        writer.WriteStartArray("PartitionKeyRanges");
        for (var number = 0; number < Count; number++)
            WriteRange(writer, number);
        writer.WriteEndArray();
        writer.WriteNumber("_count", Count);
        writer.WriteEndObject();
    }

    private void WriteRange(Utf8JsonWriter writer, int number)
    {
        var rid = ResourceId.PartitionKeyRange(_container.RidBytes, number);
        writer.WriteStartObject();
        writer.WriteString("_rid", rid);
        writer.WriteString("id", number.ToString(CultureInfo.InvariantCulture));
        writer.WriteString("_etag", ETag);
        writer.WriteString("minInclusive", _ranges[number].Min);
        writer.WriteString("maxExclusive", _ranges[number].Max);
        writer.WriteNumber("ridPrefix", number);
        writer.WriteString("_self", $"{_container.Self}pkranges/{rid}/");
        writer.WriteNumber("throughputFraction", 1.0 / Count);
        writer.WriteString("status", "online");
        writer.WriteStartArray("parents");
        writer.WriteEndArray();
        writer.WriteNumber("_ts", _container.Timestamp);
        writer.WriteEndObject();
    }
}
