using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace LocalPlatform.Cosmos.Values;

/// <summary>
/// A partition key as canonical bytes: a type mark and its payload (numbers as doubles, strings closed by 0xFF). These are the bytes
/// the service hashes into the effective partition key, so one form serves as key and as hash input.
/// </summary>
internal static class PartitionKeyValue
{
    private const byte NumberMark = 5;
    private const byte StringMark = 8;
    private const byte StringEnd = 0xFF;

    private static readonly byte[] Undefined = [0];
    private static readonly byte[] Null = [1];
    private static readonly byte[] False = [2];
    private static readonly byte[] True = [3];

    /// <summary>
    /// Reads the header form, a JSON array: <c>["p1"]</c>, <c>[1.0]</c>, <c>[{}]</c> (undefined), <c>[]</c> (none).
    /// Null when it is not one.
    /// </summary>
    public static byte[]? FromHeader(string header)
    {
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(header));
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray || !reader.Read())
                return null;
            // "None" reaches the same logical partition as documents that lack the key.
            if (reader.TokenType == JsonTokenType.EndArray)
                return Undefined;
            var key = reader.TokenType == JsonTokenType.StartObject
                ? reader.Read() && reader.TokenType == JsonTokenType.EndObject ? Undefined : null
                : OfScalar(ref reader);
            return reader.Read() && reader.TokenType == JsonTokenType.EndArray ? key : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The key inside a document; null when it is an array or an object.</summary>
    public static byte[]? FromDocument(JsonElement document, DocumentPath path)
    {
        var value = path.Find(document);
        if (value.ValueKind == JsonValueKind.Undefined)
            return Undefined;
        var reader = new Utf8JsonReader(JsonMarshal.GetRawUtf8Value(value));
        return reader.Read() ? OfScalar(ref reader) : null;
    }

    /// <summary>The key that has this order key; null when that is of an array or an object.</summary>
    public static byte[]? FromOrderKey(byte[] orderKey)
    {
        if (OrderKey.TryReadNumber(orderKey) is { } number)
            return Of(number);
        if (orderKey[0] == StringMark)
            return [.. orderKey, StringEnd];
        // The marks of null, false and true are the same in both.
        return orderKey[0] <= True[0] ? orderKey : null;
    }

    private static byte[]? OfScalar(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.String => Of(ref reader),
        JsonTokenType.Number => Of(reader.GetDouble()),
        JsonTokenType.True => True,
        JsonTokenType.False => False,
        JsonTokenType.Null => Null,
        _ => null,
    };

    private static byte[] Of(double number)
    {
        var key = new byte[9];
        key[0] = NumberMark;
        BinaryPrimitives.WriteDoubleLittleEndian(key.AsSpan(1), number == 0 ? 0 : number);
        return key;
    }

    private static byte[] Of(ref Utf8JsonReader reader)
    {
        // Unescaped, a text is never longer than it was.
        var text = reader.ValueSpan.Length <= 256 ? stackalloc byte[256] : new byte[reader.ValueSpan.Length];
        text = text[..reader.CopyString(text)];
        var key = new byte[text.Length + 2];
        key[0] = StringMark;
        text.CopyTo(key.AsSpan(1));
        key[^1] = StringEnd;
        return key;
    }
}
