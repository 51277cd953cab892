using System.Buffers.Binary;
using System.Buffers.Text;

namespace LocalPlatform.Cosmos.Values;

/// <summary>
/// Resource ids (<c>_rid</c>) as the service lays them out: base64 of 4 bytes for a database, 8 for a container, 16 for what lies
/// in one; <c>/</c> is written <c>-</c>. Clients parse and compare them, so the layout is not free.
/// </summary>
internal static class ResourceId
{
    public const int DocumentTextLength = 24;

    private const byte PartitionKeyRangeMark = 0x50;

    public static string Database(int number)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, number);
        return Text(bytes);
    }

    public static byte[] ContainerBytes(int databaseNumber, int containerNumber)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt32BigEndian(bytes, databaseNumber);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(4), (uint)containerNumber | 0x8000_0000);
        return bytes;
    }

    public static string PartitionKeyRange(byte[] container, int number)
    {
        Span<byte> bytes = stackalloc byte[16];
        container.CopyTo(bytes);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[8..], number);
        bytes[15] = PartitionKeyRangeMark;
        return Text(bytes);
    }

    /// <summary>Writes the 24 characters of a document's id.</summary>
    public static void WriteDocument(Span<byte> text, byte[] container, long number)
    {
        Span<byte> bytes = stackalloc byte[16];
        container.CopyTo(bytes);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[8..], number);
        Base64.EncodeToUtf8(bytes, text, out _, out _);
        text.Replace((byte)'/', (byte)'-');
    }

    /// <summary>The number inside a document's id, or null when the text is none.</summary>
    public static long? DocumentNumber(string rid)
    {
        Span<byte> bytes = stackalloc byte[18];
        return Convert.TryFromBase64String(rid.Replace('-', '/'), bytes, out var written) && written == 16
            ? BinaryPrimitives.ReadInt64LittleEndian(bytes[8..])
            : null;
    }

    public static string Text(ReadOnlySpan<byte> bytes) => Convert.ToBase64String(bytes).Replace('/', '-');
}
