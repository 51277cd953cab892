using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Commerce.Functions.Http;

/// <summary>
/// Positions in lists, as opaque text. A cursor names the last item that was seen, not a count, so pages neither skip nor repeat
/// what was there all along while others come and go.
/// </summary>
internal static class Cursor
{
    private const int LengthMax = 400;
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static string Encode(string list, string position) => Base64Url.EncodeToString(Utf8.GetBytes($"{list}\n{position}"));

    public static bool TryDecode(string list, string cursor, [NotNullWhen(true)] out string? position)
    {
        position = null;
        if (cursor.Length > LengthMax || !Base64Url.IsValid(cursor))
            return false;
        try
        {
            var text = Utf8.GetString(Base64Url.DecodeFromChars(cursor));
            if (!text.StartsWith($"{list}\n", StringComparison.Ordinal))
                return false;
            position = text[(list.Length + 1)..];
            return true;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }
}
