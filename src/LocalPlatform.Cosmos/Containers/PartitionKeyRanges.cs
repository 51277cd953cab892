using System.Globalization;
using System.Text.Json;
using LocalPlatform.Cosmos.Values;

namespace LocalPlatform.Cosmos.Containers;

/// <summary>The ranges a container is spread over: at first equal parts of the hash space, and after a split halves of them.</summary>
internal sealed class PartitionKeyRanges
{
    // Hashes have their two highest bits clear. Bounds have four digits at most, of which the last two are for splits.
    private const int HashSpace = 0x4000;

    private readonly ContainerState _container;
    private readonly IReadOnlyList<PartitionKeyRange> _ranges;

    public PartitionKeyRanges(ContainerState container, int count)
        : this(container, [.. Enumerable.Range(0, count).Select(
            i => new PartitionKeyRange(i, HashSpace * i / count, HashSpace * (i + 1) / count, []))])
    {
    }

    private PartitionKeyRanges(ContainerState container, IReadOnlyList<PartitionKeyRange> ranges)
    {
        _container = container;
        _ranges = ranges;
        ETag = Values.ETag.Text(container.Number, ranges.Count);
    }

    public int Count => _ranges.Count;

    public string ETag { get; }

    /// <summary>The span of a range; null when there is none of that id, or none any more.</summary>
    public EpkRange? Find(int id) => _ranges.FirstOrDefault(range => range.Id == id)?.Span;

    /// <summary>The id of the range that holds a partition key.</summary>
    public int Of(byte[] partitionKey)
    {
        if (Count == 1)
            return _ranges[0].Id;
        var epk = EffectivePartitionKey.Of(partitionKey);
        return _ranges.First(range => range.Span.Contains(epk)).Id;
    }

    /// <summary>Each range in two, under new ids: who asks for a former one is told that it is gone.</summary>
    public PartitionKeyRanges Split()
    {
        var next = _ranges.Max(range => range.Id) + 1;
        return new(_container, [.. _ranges.SelectMany((range, i) => range.Split(next + (2 * i)))]);
    }

    public void WriteTo(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("_rid", _container.Rid);
        writer.WriteStartArray("PartitionKeyRanges");
        foreach (var range in _ranges)
            WriteRange(writer, range);
        writer.WriteEndArray();
        writer.WriteNumber("_count", Count);
        writer.WriteEndObject();
    }

    private void WriteRange(Utf8JsonWriter writer, PartitionKeyRange range)
    {
        var rid = ResourceId.PartitionKeyRange(_container.RidBytes, range.Id);
        writer.WriteStartObject();
        writer.WriteString("_rid", rid);
        writer.WriteString("id", range.Id.ToString(CultureInfo.InvariantCulture));
        writer.WriteString("_etag", ETag);
        writer.WriteString("minInclusive", range.Span.Min);
        writer.WriteString("maxExclusive", range.Span.Max);
        writer.WriteNumber("ridPrefix", range.Id);
        writer.WriteString("_self", $"{_container.Self}pkranges/{rid}/");
        writer.WriteNumber("throughputFraction", 1.0 / Count);
        writer.WriteString("status", "online");
        writer.WriteStartArray("parents");
        foreach (var parent in range.Parents)
            writer.WriteStringValue(parent.ToString(CultureInfo.InvariantCulture));
        writer.WriteEndArray();
        writer.WriteNumber("_ts", _container.Timestamp);
        writer.WriteEndObject();
    }

    /// <param name="Id">Its number, never given twice.</param>
    /// <param name="Start">Where it begins in the hash space.</param>
    /// <param name="End">Where it ends.</param>
    /// <param name="Parents">The ranges that it was a part of.</param>
    private sealed record PartitionKeyRange(int Id, int Start, int End, IReadOnlyList<int> Parents)
    {
        public EpkRange Span { get; } = new(Start == 0 ? "" : Bound(Start), End == HashSpace ? "FF" : Bound(End));

        public IEnumerable<PartitionKeyRange> Split(int firstId)
        {
            var middle = (Start + End) / 2;
            IReadOnlyList<int> parents = [.. Parents, Id];
            return [new(firstId, Start, middle, parents), new(firstId + 1, middle, End, parents)];
        }

        private static string Bound(int at) => at % 0x100 == 0 ? (at / 0x100).ToString("X2", null) : at.ToString("X4", null);
    }
}
