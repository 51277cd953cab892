using System.Text.Json;
using LocalPlatform.Cosmos.Items;

namespace LocalPlatform.Cosmos.Resources;

/// <summary>A span of effective partition keys, upper-case hex, lower bound inclusive, upper bound exclusive.</summary>
internal readonly record struct EpkRange(string Min, string Max)
{
    public static readonly EpkRange All = new("", "FF");

    public bool IsAll => Min.Length == 0 && Max == "FF";

    public bool Contains(string epk) => string.CompareOrdinal(epk, Min) >= 0 && string.CompareOrdinal(epk, Max) < 0;

    public EpkRange? Intersect(EpkRange other)
    {
        var min = string.CompareOrdinal(Min, other.Min) >= 0 ? Min : other.Min;
        var max = string.CompareOrdinal(Max, other.Max) <= 0 ? Max : other.Max;
        return string.CompareOrdinal(min, max) < 0 ? new EpkRange(min, max) : null;
    }
}

/// <summary>The ranges a container is spread over: equal parts of the hash space, fixed for its life.</summary>
internal sealed class PartitionKeyRanges
{
    // Hashes have their two highest bits clear.
    private const int HashSpace = 0x40;

    private readonly ContainerState _container;
    private readonly EpkRange[] _ranges;

    private PartitionKeyRanges(ContainerState container, EpkRange[] ranges)
    {
        _container = container;
        _ranges = ranges;
    }

    public int Count => _ranges.Length;

    public EpkRange this[int number] => _ranges[number];

    public static PartitionKeyRanges Split(ContainerState container, int count)
    {
        string Bound(int i) => i == 0 ? "" : i == count ? "FF" : (HashSpace * i / count).ToString("X2", null);
        return new PartitionKeyRanges(container, [.. Enumerable.Range(0, count).Select(i => new EpkRange(Bound(i), Bound(i + 1)))]);
    }

    /// <summary>The range that holds a partition key.</summary>
    public int Of(byte[] partitionKey)
    {
        var epk = EffectivePartitionKey.Of(partitionKey);
        return Array.FindIndex(_ranges, range => range.Contains(epk));
    }

    public string ETag => Items.ETag.Text(_container.Number, Count);

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
        writer.WriteString("id", number.ToString(System.Globalization.CultureInfo.InvariantCulture));
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
