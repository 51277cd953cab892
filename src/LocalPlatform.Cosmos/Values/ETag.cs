using System.Text;

namespace LocalPlatform.Cosmos.Values;

/// <summary>
/// Entity tags: a quoted GUID made of the change's log sequence number and its second, so none has to be stored and no two
/// changes of a container share one, also when a container is dropped and made again.
/// </summary>
internal static class ETag
{
    /// <summary>Characters of a tag, quotes included.</summary>
    public const int Length = 38;

    public static string Text(long lsn, long timestamp)
    {
        Span<byte> bytes = stackalloc byte[Length];
        Write(bytes, lsn, timestamp);
        return Encoding.ASCII.GetString(bytes);
    }

    public static void Write(Span<byte> target, long lsn, long timestamp)
    {
        "\"00000000-0000-0700-0000-000000000000\""u8.CopyTo(target);
        WriteHex(target[1..9], (uint)lsn);
        WriteHex(target[10..14], (uint)(lsn >> 32) & 0xFFFF);
        WriteHex(target[25..33], (uint)timestamp);
    }

    /// <summary>Whether an If-Match or If-None-Match value names this change: <c>*</c>, or the tag with or without quotes.</summary>
    public static bool Matches(string condition, long lsn, long timestamp)
    {
        if (condition == "*")
            return true;
        Span<byte> bytes = stackalloc byte[Length];
        Write(bytes, lsn, timestamp);
        return condition.Length == Length ? Ascii.Equals(bytes, condition) : Ascii.Equals(bytes[1..^1], condition);
    }

    private static void WriteHex(Span<byte> target, uint value)
    {
        for (var i = target.Length - 1; i >= 0; i--, value >>= 4)
            target[i] = "0123456789abcdef"u8[(int)(value & 0xF)];
    }
}
