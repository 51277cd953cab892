using System.Buffers.Binary;
using System.Text;
using System.Text.Json;

namespace LocalPlatform.Cosmos.Values;

/// <summary>
/// Values as bytes whose plain comparison is the order of the query language: null, false, true, numbers, strings, arrays,
/// objects. Undefined has no key (null, the least). Arrays and objects are told apart from other values, not from one another.
/// </summary>
internal static class OrderKey
{
    public static readonly byte[] Null = [1];
    public static readonly byte[] False = [2];
    public static readonly byte[] True = [3];
    public static readonly byte[] Array = [10];
    public static readonly byte[] Object = [11];

    private const byte NumberMark = 5;
    private const byte StringMark = 8;

    public static byte[]? Of(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => Null,
        JsonValueKind.False => False,
        JsonValueKind.True => True,
        JsonValueKind.Number => Of(value.GetDouble()),
        JsonValueKind.String => Of(value.GetString()!),
        JsonValueKind.Array => Array,
        JsonValueKind.Object => Object,
        _ => null,
    };

    public static byte[] Of(double number)
    {
        var key = new byte[9];
        key[0] = NumberMark;
        // Two zeros are one value. Negative numbers are inverted whole, others get the sign bit set: then bytes sort as numbers.
        var bits = BitConverter.DoubleToInt64Bits(number == 0 ? 0 : number);
        BinaryPrimitives.WriteInt64BigEndian(key.AsSpan(1), bits < 0 ? ~bits : bits ^ long.MinValue);
        return key;
    }

    public static byte[] Of(string text)
    {
        var key = new byte[1 + Encoding.UTF8.GetByteCount(text)];
        key[0] = StringMark;
        Encoding.UTF8.GetBytes(text, key.AsSpan(1));
        return key;
    }

    /// <summary>The string behind a key, or null when it is of another kind.</summary>
    public static string? TryReadText(byte[] key) => key[0] == StringMark ? Encoding.UTF8.GetString(key.AsSpan(1)) : null;

    /// <summary>The number behind a key, or null when it is of another kind.</summary>
    public static double? TryReadNumber(byte[] key)
    {
        if (key[0] != NumberMark)
            return null;
        var bits = BinaryPrimitives.ReadInt64BigEndian(key.AsSpan(1));
        return BitConverter.Int64BitsToDouble(bits < 0 ? bits ^ long.MinValue : ~bits);
    }

    /// <summary>Undefined (null) sorts first.</summary>
    public static int Compare(byte[]? left, byte[]? right) => (left, right) switch
    {
        (null, null) => 0,
        (null, _) => -1,
        (_, null) => 1,
        _ => left.AsSpan().SequenceCompareTo(right),
    };
}
