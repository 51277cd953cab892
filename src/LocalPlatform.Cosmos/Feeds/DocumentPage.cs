using System.Buffers;
using System.Globalization;
using System.Text;
using LocalPlatform.Cosmos.Containers;

namespace LocalPlatform.Cosmos.Feeds;

/// <summary>
/// One page of results as it is written: <c>{"_rid":..,"Documents":[..],"_count":n}</c>. It grows in a rented buffer, and documents are
/// rendered where they are to stand.
/// </summary>
internal sealed class DocumentPage : IDisposable
{
    /// <summary>The service answers at most this many bytes at once.</summary>
    private const int BytesMax = 4 * 1024 * 1024;

    private const int InitialBytes = 16 * 1024;

    private readonly ContainerState _container;
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(InitialBytes);
    private int _length;

    public DocumentPage(ContainerState container, int countMax)
    {
        _container = container;
        CountMax = countMax;
        Append($"{{\"_rid\":\"{container.Rid}\",\"Documents\":[");
    }

    public int Count { get; private set; }

    public int CountMax { get; }

    public bool IsFull => Count >= CountMax || _length >= BytesMax;

    /// <summary>Adds a result as it is.</summary>
    public void Add(ReadOnlySpan<byte> json)
    {
        json.CopyTo(Next(json.Length));
        _length += json.Length;
    }

    /// <summary>Adds a document without taking it apart.</summary>
    public void Add(StoredDocument document, bool withLsn = false)
    {
        var target = Next(document.RenderedLengthMax(_container));
        _length += document.Render(target, _container, withLsn);
    }

    /// <summary>The whole page.</summary>
    public byte[] Complete()
    {
        Append(string.Create(CultureInfo.InvariantCulture, $"],\"_count\":{Count}}}"));
        return _buffer.AsSpan(0, _length).ToArray();
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(_buffer);

    // Room for one more result, behind a comma unless it is the first.
    private Span<byte> Next(int length)
    {
        var target = Reserve(length + 1);
        if (Count++ == 0)
            return target;
        target[0] = (byte)',';
        _length++;
        return target[1..];
    }

    private void Append(string text) => _length += Encoding.ASCII.GetBytes(text, Reserve(text.Length));

    private Span<byte> Reserve(int length)
    {
        if (_buffer.Length - _length < length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(2 * _buffer.Length, _length + length));
            _buffer.AsSpan(0, _length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }
        return _buffer.AsSpan(_length);
    }
}
