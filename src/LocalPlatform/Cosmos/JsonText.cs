using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace LocalPlatform.Cosmos;

/// <summary>How the gateway reads and writes JSON.</summary>
internal static class JsonText
{
    public static readonly JavaScriptEncoder RelaxedEncoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;

    // Bodies are checked when they are parsed; checking what we write again would be a second pass.
    public static readonly JsonWriterOptions WriterOptions = new() { Encoder = RelaxedEncoder, SkipValidation = true };

    private static readonly JsonDocumentOptions DocumentOptions = new() { MaxDepth = 128 };

    /// <summary>Writes one JSON text into a fresh array.</summary>
    public static ReadOnlyMemory<byte> Write<TState>(TState state, Action<Utf8JsonWriter, TState> write)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(buffer, WriterOptions))
            write(writer, state);
        return buffer.WrittenMemory;
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

    // Stream APIs of the SDK let callers send what a StreamWriter made, mark included.
    private static ReadOnlyMemory<byte> WithoutByteOrderMark(ReadOnlyMemory<byte> utf8) =>
        utf8.Span.StartsWith("\uFEFF"u8) ? utf8[3..] : utf8;
}
