using System.Buffers;
using System.Text.Json;
using LocalPlatform.Cosmos.Containers;
using LocalPlatform.Cosmos.Values;

namespace LocalPlatform.Cosmos.Feeds;

/// <summary>One page of results as it is written: <c>{"_rid":..,"Documents":[..],"_count":n}</c>.</summary>
internal sealed class DocumentPage : IDisposable
{
    /// <summary>The service answers at most this many bytes at once.</summary>
    private const int BytesMax = 4 * 1024 * 1024;

    private readonly ArrayBufferWriter<byte> _buffer = new(4096);
    private readonly Utf8JsonWriter _writer;
    private readonly ContainerState _container;
    private readonly int _countMax;
    private byte[] _rendered = [];

    public DocumentPage(ContainerState container, int countMax)
    {
        _container = container;
        _countMax = countMax;
        _writer = new Utf8JsonWriter(_buffer, JsonText.WriterOptions);
        _writer.WriteStartObject();
        _writer.WriteString("_rid", container.Rid);
        _writer.WriteStartArray("Documents");
    }

    public int Count { get; private set; }

    public bool IsFull => Count >= _countMax || _writer.BytesCommitted + _writer.BytesPending >= BytesMax;

    /// <summary>Adds what <paramref name="write"/> writes.</summary>
    public void Add<TState>(Action<Utf8JsonWriter, TState> write, TState state)
    {
        write(_writer, state);
        Count++;
    }

    /// <summary>Adds a document as it is, without taking it apart.</summary>
    public void Add(StoredDocument document, bool withLsn = false)
    {
        var length = document.RenderedLengthMax(_container);
        if (_rendered.Length < length)
            _rendered = new byte[Math.Max(length, 2 * _rendered.Length)];
        _writer.WriteRawValue(_rendered.AsSpan(0, document.Render(_rendered, _container, withLsn)), skipInputValidation: true);
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
