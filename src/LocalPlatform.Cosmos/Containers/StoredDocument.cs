using System.Buffers.Text;
using System.Text.Json;
using LocalPlatform.Cosmos.Values;

namespace LocalPlatform.Cosmos.Containers;

/// <summary>
/// A document as it lies in the store: the client's JSON without system properties, and the numbers these are made of.
/// </summary>
internal sealed record StoredDocument(long Rid, long Lsn, long Timestamp, byte[] Body)
{
    private const int NumberLengthMax = 20;

    public bool Matches(string etagCondition) => Values.ETag.Matches(etagCondition, Lsn, Timestamp);

    public string ETag => Values.ETag.Text(Lsn, Timestamp);

    /// <summary>The JSON a client sees: the body, then <c>_rid</c>, <c>_self</c>, <c>_etag</c>, <c>_attachments</c>, <c>_ts</c>.</summary>
    public ReadOnlyMemory<byte> Render(ContainerState container, bool withLsn = false)
    {
        var text = new byte[Body.Length + container.SelfPrefix.Length + 200];
        return text.AsMemory(0, Render(text, container, withLsn));
    }

    /// <summary>Room <see cref="Render(Span{byte}, ContainerState, bool)"/> may need.</summary>
    public int RenderedLengthMax(ContainerState container) => Body.Length + container.SelfPrefix.Length + 200;

    public int Render(Span<byte> target, ContainerState container, bool withLsn = false)
    {
        var writer = new SpanWriter(target);
        // Without the closing brace; a document always has an id, so a comma follows.
        writer.Append(Body.AsSpan(0, Body.Length - 1));
        writer.Append(",\"_rid\":\""u8);
        var rid = writer.Take(ResourceId.DocumentTextLength);
        ResourceId.WriteDocument(rid, container.RidBytes, Rid);
        writer.Append("\",\"_self\":\""u8);
        writer.Append(container.SelfPrefix);
        writer.Append(rid);
        writer.Append("/\",\"_etag\":\"\\"u8);
        var etag = writer.Take(Values.ETag.Length);
        Values.ETag.Write(etag, Lsn, Timestamp);
        etag[^1] = (byte)'\\';
        writer.Append("\"\",\"_attachments\":\"attachments/\",\"_ts\":"u8);
        writer.Append(Timestamp);
        if (withLsn)
        {
            writer.Append(",\"_lsn\":"u8);
            writer.Append(Lsn);
        }
        writer.Append("}"u8);
        return writer.Length;
    }

    /// <summary>Parses what <see cref="Render(ContainerState, bool)"/> makes.</summary>
    public JsonDocument Parse(ContainerState container) => JsonText.ParseStored(Render(container));

    private ref struct SpanWriter(Span<byte> target)
    {
        private readonly Span<byte> _target = target;

        public int Length { get; private set; }

        public void Append(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Take(bytes.Length));

        public void Append(long number)
        {
            Utf8Formatter.TryFormat(number, _target.Slice(Length, NumberLengthMax), out var written);
            Length += written;
        }

        public Span<byte> Take(int length)
        {
            var span = _target.Slice(Length, length);
            Length += length;
            return span;
        }
    }
}
