using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Commerce.Shared;

namespace Commerce.Functions.Http;

/// <summary>Reads a JSON body, or says what is wrong with it and where.</summary>
internal static class StrictJson
{
    private const string Body = "body";
    private const string MediaType = "application/json";

    private static ReadOnlySpan<byte> Utf8Bom => [0xEF, 0xBB, 0xBF];

    public static async ValueTask<Result<T>> ReadAsync<T>(HttpRequest request, JsonTypeInfo<T> type)
        where T : class
    {
        if (CheckHeaders(request) is { } failure)
            return failure;
        var reader = request.BodyReader;
        while (true)
        {
            var read = await RequestBody.ReadAsync(request);
            if (read.Buffer.Length > Limits.BodySizeMax)
            {
                reader.AdvanceTo(read.Buffer.End);
                return TooLarge;
            }
            if (read.IsCompleted)
            {
                var result = Parse(read.Buffer, type);
                reader.AdvanceTo(read.Buffer.End);
                return result;
            }
            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    private static Failure TooLarge =>
        Failure.OfField(ErrorCode.PayloadTooLarge, Body, $"must be at most {Limits.BodySizeMax} bytes");

    private static Failure? CheckHeaders(HttpRequest request)
    {
        if (!IsJson(request))
            return Failure.OfField(ErrorCode.UnsupportedMediaType, "Content-Type", "must be application/json, in UTF-8 and not compressed");
        return request.ContentLength > Limits.BodySizeMax ? TooLarge : null;
    }

    // JSON is UTF-8 wherever systems exchange it (RFC 8259, 8.1). Nearly all requests say so in one of two ways.
    private static bool IsJson(HttpRequest request) =>
        (request.ContentType is MediaType or $"{MediaType}; charset=utf-8" && request.Headers.ContentEncoding.Count == 0)
        || BodyCharset.Of(request, MediaType) is UTF8Encoding;

    private static Result<T> Parse<T>(ReadOnlySequence<byte> body, JsonTypeInfo<T> type)
        where T : class
    {
        var bytes = body.IsSingleSegment ? body.FirstSpan : body.ToArray();
        if (bytes.StartsWith(Utf8Bom))
            bytes = bytes[Utf8Bom.Length..];
        try
        {
            return JsonSerializer.Deserialize(bytes, type) is { } value
                ? value
                : Failure.Validation(Body, "must be a JSON object, not null");
        }
        catch (JsonException wrong)
        {
            return Failure.Validation(FieldOf(wrong.Path), Message(wrong));
        }
    }

    /// <summary><c>$.items[2].quantity</c> is <c>items[2].quantity</c> to the client.</summary>
    private static string FieldOf(string? path) => path switch
    {
        null or "$" or "" => Body,
        _ when path.StartsWith("$.", StringComparison.Ordinal) => Shorten(path[2..]),
        _ => Shorten(path[1..]),
    };

    // A field's name is the client's text: it is echoed, but not at any length.
    private static string Shorten(string field) => field.Length <= 100 ? field : field[..100] + "...";

    private static string Message(JsonException wrong) => wrong switch
    {
        { InnerException: InvalidOperationException } => "must be a string of valid Unicode",
        { InnerException: not null } => $"is not valid JSON near line {wrong.LineNumber + 1}, byte {wrong.BytePositionInLine + 1}",
        _ when wrong.Message.StartsWith("must ", StringComparison.Ordinal) => wrong.Message,
        _ when wrong.Message.StartsWith("Duplicate ", StringComparison.Ordinal) => "is given more than once",
        _ when wrong.Message.StartsWith("The JSON property ", StringComparison.Ordinal) => "is not known here",
        _ => "has the wrong type",
    };
}
