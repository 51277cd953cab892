using System.Buffers;
using System.Text.Json;
using LocalPlatform.Cosmos.Items;
using LocalPlatform.Cosmos.Sql;
using LocalPlatform.Cosmos.Resources;

namespace LocalPlatform.Cosmos.Queries.Execution;

/// <summary>One page of results as it is written: <c>{"_rid":..,"Documents":[..],"_count":n}</c>.</summary>
internal sealed class QueryPage : IDisposable
{
    /// <summary>The service answers at most this many bytes at once.</summary>
    private const int BytesMax = 4 * 1024 * 1024;

    private readonly ArrayBufferWriter<byte> _buffer = new(4096);
    private readonly Utf8JsonWriter _writer;
    private readonly int _countMax;
    private byte[] _rendered = [];

    public QueryPage(ContainerState container, int countMax)
    {
        _countMax = countMax;
        _writer = new Utf8JsonWriter(_buffer, JsonText.WriterOptions);
        _writer.WriteStartObject();
        _writer.WriteString("_rid", container.Rid);
        _writer.WriteStartArray("Documents");
    }

    public int Count { get; private set; }

    public long Bytes => _writer.BytesCommitted + _writer.BytesPending;

    public bool IsFull => Count >= _countMax || Bytes >= BytesMax;

    public void Add(Projection selection, in SqlRow row)
    {
        selection.TryWrite(_writer, null, row);
        Count++;
    }

    /// <summary>Adds a document as it is, without taking it apart.</summary>
    public void Add(StoredDocument document, ContainerState container, bool withLsn = false)
    {
        var length = document.RenderedLengthMax(container);
        if (_rendered.Length < length)
            _rendered = new byte[Math.Max(length, 2 * _rendered.Length)];
        _writer.WriteRawValue(_rendered.AsSpan(0, document.Render(_rendered, container, withLsn)), skipInputValidation: true);
        Count++;
    }

    public ReadOnlyMemory<byte> Complete()
    {
        _writer.WriteEndArray();
        _writer.WriteNumber("_count", Count);
        _writer.WriteEndObject();
        _writer.Flush();
        return _buffer.WrittenMemory;
    }

    public void Dispose() => _writer.Dispose();
}
