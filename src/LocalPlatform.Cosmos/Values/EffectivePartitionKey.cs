using System.Buffers.Binary;
using System.Numerics;

namespace LocalPlatform.Cosmos.Values;

/// <summary>
/// The hash of a partition key (version 2): MurmurHash3 x64 128 of its canonical bytes, reversed, two highest bits clear, as
/// upper-case hex.
/// </summary>
internal static class EffectivePartitionKey
{
    private const ulong C1 = 0x87c37b91114253d5;
    private const ulong C2 = 0x4cf5ad432745937f;

    public static string Of(ReadOnlySpan<byte> key)
    {
        var (low, high) = Murmur3(key);
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, high);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], low);
        bytes[0] &= 0x3F;
        return Convert.ToHexString(bytes);
    }

    private static (ulong Low, ulong High) Murmur3(ReadOnlySpan<byte> key)
    {
        ulong h1 = 0, h2 = 0;
        var rest = key;
        for (; rest.Length >= 16; rest = rest[16..])
        {
            h1 ^= Mix1(BinaryPrimitives.ReadUInt64LittleEndian(rest));
            h1 = ((BitOperations.RotateLeft(h1, 27) + h2) * 5) + 0x52dce729;
            h2 ^= Mix2(BinaryPrimitives.ReadUInt64LittleEndian(rest[8..]));
            h2 = ((BitOperations.RotateLeft(h2, 31) + h1) * 5) + 0x38495ab5;
        }
        Span<byte> tail = stackalloc byte[16];
        rest.CopyTo(tail);
        // Zeroes mix to zero, so the missing bytes of the tail change nothing.
        h2 ^= Mix2(BinaryPrimitives.ReadUInt64LittleEndian(tail[8..]));
        h1 ^= Mix1(BinaryPrimitives.ReadUInt64LittleEndian(tail));
        h1 ^= (ulong)key.Length;
        h2 ^= (ulong)key.Length;
        h1 += h2;
        h2 += h1;
        h1 = Finish(h1);
        h2 = Finish(h2);
        h1 += h2;
        h2 += h1;
        return (h1, h2);
    }

    private static ulong Mix1(ulong k) => BitOperations.RotateLeft(k * C1, 31) * C2;

    private static ulong Mix2(ulong k) => BitOperations.RotateLeft(k * C2, 33) * C1;

    private static ulong Finish(ulong h)
    {
        h = (h ^ (h >> 33)) * 0xff51afd7ed558ccd;
        h = (h ^ (h >> 33)) * 0xc4ceb9fe1a85ec53;
        return h ^ (h >> 33);
    }
}
