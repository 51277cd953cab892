using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using System.Text.Json;

namespace LocalPlatform.Cosmos.Items;

/// <summary>
/// A partition key as canonical bytes: per component a type mark and its payload (numbers as doubles, strings closed by 0xFF).
/// These are the bytes the service hashes into the effective partition key, so one form serves as key and as hash input.
/// </summary>
internal static class PartitionKeyValue
{
    private const byte Undefined = 0;
    private const byte Null = 1;
    private const byte False = 2;
    private const byte True = 3;
    private const byte Number = 5;
    private const byte String = 8;
    private const byte StringEnd = 0xFF;

    /// <summary>
    /// Reads the header form, a JSON array: <c>["p1"]</c>, <c>[1.0]</c>, <c>[{}]</c> (undefined), <c>[]</c> (none).
    /// Null when it is not one.
    /// </summary>
    public static byte[]? FromHeader(string header)
    {
        var key = new ArrayBufferWriter<byte>(header.Length + 2);
        try
        {
            var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(header));
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray)
                return null;
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                if (!AppendToken(key, ref reader))
                    return null;
        }
        catch (JsonException)
        {
            return null;
        }
        // "None" reaches the same logical partition as documents that lack the key.
        return key.WrittenCount == 0 ? [Undefined] : key.WrittenSpan.ToArray();
    }

    /// <summary>The key inside a document; null when a component is an array or an object.</summary>
    public static byte[]? FromDocument(JsonElement document, DocumentPath[] paths)
    {
        var key = new ArrayBufferWriter<byte>(32);
        foreach (var path in paths)
            if (!Append(key, path.Find(document)))
                return null;
        return key.WrittenSpan.ToArray();
    }

    /// <summary>The key whose components have these order keys; null when one is an array or an object.</summary>
    public static byte[]? FromOrderKeys(IEnumerable<byte[]> orderKeys)
    {
        var key = new ArrayBufferWriter<byte>(32);
        foreach (var orderKey in orderKeys)
        {
            if (OrderKey.TryReadText(orderKey) is { } text)
                AppendString(key, text);
            else if (OrderKey.TryReadNumber(orderKey) is { } number)
                AppendNumber(key, number);
            else if (orderKey.AsSpan().SequenceEqual(OrderKey.Null))
                AppendMark(key, Null);
            else if (orderKey.AsSpan().SequenceEqual(OrderKey.False) || orderKey.AsSpan().SequenceEqual(OrderKey.True))
                AppendMark(key, orderKey[0] == OrderKey.True[0] ? True : False);
            else
                return null;
        }
        return key.WrittenSpan.ToArray();
    }

    /// <summary>Splits a key into its components, each with its mark.</summary>
    public static List<ReadOnlyMemory<byte>> Components(byte[] key)
    {
        var components = new List<ReadOnlyMemory<byte>>();
        for (var start = 0; start < key.Length;)
        {
            var length = key[start] switch
            {
                Number => 9,
                String => key.AsSpan(start).IndexOf(StringEnd) + 1,
                _ => 1,
            };
            components.Add(key.AsMemory(start, length));
            start += length;
        }
        return components;
    }

    private static bool AppendToken(ArrayBufferWriter<byte> key, ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                AppendString(key, reader.GetString()!);
                return true;
            case JsonTokenType.Number:
                AppendNumber(key, reader.GetDouble());
                return true;
            case JsonTokenType.True or JsonTokenType.False or JsonTokenType.Null:
                AppendMark(key, Mark(reader.TokenType));
                return true;
            case JsonTokenType.StartObject:
                AppendMark(key, Undefined);
                return reader.Read() && reader.TokenType == JsonTokenType.EndObject;
            default:
                return false;
        }
    }

    private static byte Mark(JsonTokenType type) => type switch
    {
        JsonTokenType.True => True,
        JsonTokenType.False => False,
        _ => Null,
    };

    private static bool Append(ArrayBufferWriter<byte> key, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                AppendString(key, value.GetString()!);
                return true;
            case JsonValueKind.Number:
                AppendNumber(key, value.GetDouble());
                return true;
            case JsonValueKind.Array or JsonValueKind.Object:
                return false;
            default:
                AppendMark(key, value.ValueKind switch
                {
                    JsonValueKind.Null => Null,
                    JsonValueKind.False => False,
                    JsonValueKind.True => True,
                    _ => Undefined,
                });
                return true;
        }
    }

    private static void AppendMark(ArrayBufferWriter<byte> key, byte mark)
    {
        key.GetSpan(1)[0] = mark;
        key.Advance(1);
    }

    private static void AppendNumber(ArrayBufferWriter<byte> key, double number)
    {
        var span = key.GetSpan(9);
        span[0] = Number;
        BinaryPrimitives.WriteDoubleLittleEndian(span[1..], number == 0 ? 0 : number);
        key.Advance(9);
    }

    private static void AppendString(ArrayBufferWriter<byte> key, string text)
    {
        var span = key.GetSpan(Encoding.UTF8.GetMaxByteCount(text.Length) + 2);
        span[0] = String;
        var length = Encoding.UTF8.GetBytes(text, span[1..]);
        span[1 + length] = StringEnd;
        key.Advance(length + 2);
    }
}
