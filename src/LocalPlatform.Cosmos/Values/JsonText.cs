using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace LocalPlatform.Cosmos.Values;

/// <summary>How the gateway reads and writes JSON.</summary>
internal static class JsonText
{
    public static readonly JavaScriptEncoder RelaxedEncoder = new PlainEncoder();

    // Bodies are checked when they are parsed; checking what we write again would be a second pass.
    public static readonly JsonWriterOptions WriterOptions = new() { Encoder = RelaxedEncoder, SkipValidation = true };

    // A name twice in one object has no agreed meaning, and a document that had it could not be patched.
    private static readonly JsonDocumentOptions DocumentOptions = new() { MaxDepth = DepthMax, AllowDuplicateProperties = false };

    private static readonly JsonDocumentOptions StoredOptions = new() { MaxDepth = DepthMax + 1 };

    private const int DepthMax = 128;

    private const int BufferSize = 4 * 1024;

    // Larger ones are left to the collector, so that no thread keeps what one document needed.
    private const int BufferSizeMax = 64 * 1024;

    // A text is written into the thread's buffer and copied out once its length is known.
    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _idleBuffer;

    [ThreadStatic]
    private static Utf8JsonWriter? _idleWriter;

    /// <summary>Writes one JSON text into a fresh array.</summary>
    public static byte[] Write<TState>(TState state, Action<Utf8JsonWriter, TState> write)
    {
        var buffer = _idleBuffer ?? new ArrayBufferWriter<byte>(BufferSize);
        var writer = _idleWriter ?? new Utf8JsonWriter(buffer, WriterOptions);
        _idleBuffer = null;
        _idleWriter = null;
        buffer.ResetWrittenCount();
        writer.Reset(buffer);
        write(writer, state);
        writer.Flush();
        if (buffer.Capacity <= BufferSizeMax)
            (_idleBuffer, _idleWriter) = (buffer, writer);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>The document, or null when the text is not JSON.</summary>
    public static JsonDocument? TryParse(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            return JsonDocument.Parse(WithoutByteOrderMark(utf8), DocumentOptions);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Parses what the store wrote, which was checked when it came.</summary>
    public static JsonDocument ParseStored(ReadOnlyMemory<byte> utf8) => JsonDocument.Parse(utf8, StoredOptions);

    /// <inheritdoc cref="ParseStored(ReadOnlyMemory{byte})"/>
    public static JsonNode NodeOfStored(ReadOnlySpan<byte> utf8) => JsonNode.Parse(utf8, documentOptions: StoredOptions)!;

    // Stream APIs of the SDK let callers send what a StreamWriter made, mark included.
    private static ReadOnlyMemory<byte> WithoutByteOrderMark(ReadOnlyMemory<byte> utf8) =>
        utf8.Span.StartsWith("\uFEFF"u8) ? utf8[3..] : utf8;
}
