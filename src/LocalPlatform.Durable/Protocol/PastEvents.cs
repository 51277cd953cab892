using Google.Protobuf;

namespace LocalPlatform.Durable.Protocol;

/// <summary>
/// The history of an execution in the form in which it is stored and sent. A stored turn is a fragment of an
/// <see cref="P.OrchestratorRequest"/>, with its events in the field <c>pastEvents</c>; fragments one after another are one message of
/// all their events. So a request is made without reading or writing the past anew. Not thread safe.
/// </summary>
internal sealed class PastEvents
{
    private byte[] _buffer = [];

    /// <summary>Bytes of history.</summary>
    public int Length { get; private set; }

    /// <summary>The events of a turn as they are stored.</summary>
    public static byte[] ToFragment(IEnumerable<P.HistoryEvent> events) =>
        new P.OrchestratorRequest { PastEvents = { events } }.ToByteArray();

    public static IList<P.HistoryEvent> Read(ReadOnlySpan<byte> fragments) =>
        P.OrchestratorRequest.Parser.ParseFrom(fragments).PastEvents;

    public IList<P.HistoryEvent> Read() => Read(_buffer.AsSpan(0, Length));

    public void Append(ReadOnlySpan<byte> fragment)
    {
        fragment.CopyTo(Reserve(fragment.Length));
        Length += fragment.Length;
    }

    /// <summary>The past and the rest of a request as one message, valid until the next call of anything here.</summary>
    public ReadOnlyMemory<byte> ToRequest(P.OrchestratorRequest rest)
    {
        var size = rest.CalculateSize();
        rest.WriteTo(Reserve(size)[..size]);
        return _buffer.AsMemory(0, Length + size);
    }

    /// <summary>Room behind the history.</summary>
    private Span<byte> Reserve(int size)
    {
        if (_buffer.Length < Length + size)
            Array.Resize(ref _buffer, Math.Max(Length + size, 2 * Length));
        return _buffer.AsSpan(Length);
    }
}
