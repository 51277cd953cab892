using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Commerce.Functions.Http;

/// <summary>
/// A JSON answer, written once into a buffer that its thread keeps, so that Content-Length is known and nothing is allocated for it.
/// </summary>
internal sealed class JsonAnswer<T>(int status, T value, JsonTypeInfo<T> type) : IResult, IStatusCodeHttpResult
{
    public string ContentType { get; init; } = JsonHeaders.ContentType;

    public string? ETag { get; init; }

    public string? Location { get; init; }

    /// <summary>Further response headers.</summary>
    public IReadOnlyList<(string Name, string Value)> Headers { get; init; } = [];

    public int Status => status;

    int? IStatusCodeHttpResult.StatusCode => status;

    public T Value => value;

    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = status;
        response.BeginJson(ContentType);
        // What is read here must be exact at the moment of reading: caches may keep it, but must ask.
        response.Headers.CacheControl = "no-cache";
        if (ETag is not null)
            response.Headers.ETag = ETag;
        if (Location is not null)
            response.Headers.Location = Location;
        foreach (var (name, text) in Headers)
            response.Headers[name] = text;
        var body = JsonBuffer.Serialize(value, type);
        response.ContentLength = body.Length;
        response.BodyWriter.Write(body);
        var flush = response.BodyWriter.FlushAsync(httpContext.RequestAborted);
        return flush.IsCompletedSuccessfully ? Task.CompletedTask : flush.AsTask();
    }
}

/// <summary>What all JSON is sent with.</summary>
internal static class JsonHeaders
{
    public const string ContentType = "application/json; charset=utf-8";

    public static void BeginJson(this HttpResponse response, string contentType = ContentType)
    {
        response.ContentType = contentType;
        // Names and texts of users come as they are (UnsafeRelaxedJsonEscaping), and a browser must not take them for a page.
        response.Headers.XContentTypeOptions = "nosniff";
    }
}

/// <summary>A serializer's buffer per thread.</summary>
internal static class JsonBuffer
{
    private const int KeptCapacityMax = 256 * 1024;

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _buffer;

    [ThreadStatic]
    private static Utf8JsonWriter? _writer;

    /// <summary>The JSON of a value. Valid until the same thread serializes again, so it must be used at once.</summary>
    public static ReadOnlySpan<byte> Serialize<T>(T value, JsonTypeInfo<T> type)
    {
        if (_buffer is null || _buffer.Capacity > KeptCapacityMax)
        {
            _buffer = new ArrayBufferWriter<byte>(4096);
            // The writer's encoder is its own, not that of the type's options.
            _writer = new Utf8JsonWriter(_buffer, new JsonWriterOptions { Encoder = type.Options.Encoder, SkipValidation = true });
        }
        _buffer.ResetWrittenCount();
        _writer!.Reset(_buffer);
        JsonSerializer.Serialize(_writer, value, type);
        return _buffer.WrittenSpan;
    }
}
