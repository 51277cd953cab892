using System.Text.Encodings.Web;

namespace LocalPlatform.Cosmos.Values;

/// <summary>
/// Escapes no more than JSON demands. The framework's most relaxed encoder writes what lies outside the basic plane, an emoji, in twelve
/// bytes instead of four: a document that is patched would grow by it beyond what a document may have.
/// </summary>
internal sealed unsafe class PlainEncoder : JavaScriptEncoder
{
    public override int MaxOutputCharactersPerInputCharacter => UnsafeRelaxedJsonEscaping.MaxOutputCharactersPerInputCharacter;

    public override bool WillEncode(int unicodeScalar) =>
        unicodeScalar <= char.MaxValue && UnsafeRelaxedJsonEscaping.WillEncode(unicodeScalar);

    public override int FindFirstCharacterToEncode(char* text, int textLength)
    {
        for (var i = 0; ; i += 2)
        {
            var found = UnsafeRelaxedJsonEscaping.FindFirstCharacterToEncode(text + i, textLength - i);
            if (found < 0)
                return -1;
            i += found;
            if (i + 1 >= textLength || !char.IsSurrogatePair(text[i], text[i + 1]))
                return i;
        }
    }

    public override bool TryEncodeUnicodeScalar(int unicodeScalar, char* buffer, int bufferLength, out int numberOfCharactersWritten) =>
        UnsafeRelaxedJsonEscaping.TryEncodeUnicodeScalar(unicodeScalar, buffer, bufferLength, out numberOfCharactersWritten);
}
