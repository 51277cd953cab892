using System.Globalization;
using System.Text;
using ADRaffy.ENSNormalize;

namespace Commerce.Shared;

/// <summary>
/// What names and reasons may look like: one line of which something can be seen, and nothing in it that cannot but what writing needs. A
/// text is kept in Unicode's normalisation form C and without spaces at its ends, so that the same text sent in another form is the same.
/// </summary>
public static class TextRules
{
    private const string Spaces = " \u00A0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200A\u202F\u205F\u3000";

    /// <summary>
    /// What is drawn as nothing though Unicode counts it among letters, marks and symbols: fillers, joiners, the blank of Braille.
    /// </summary>
    private const string Unseen = "\u034F\u115F\u1160\u17B4\u17B5\u2800\u3164\uFFA0";

    /// <summary>Most UTF-16 code units that become one code point: four code points of two units (Unicode's annex 15).</summary>
    private const int UnitsPerCodePoint = 8;

    private static readonly Rune BlackFlag = new(0x1F3F4);

    /// <summary>What is wrong with a text, to be read after its name, or null.</summary>
    /// <param name="sent">The text as it was sent.</param>
    /// <param name="lengthMax">Longest length allowed, in code points of what is kept.</param>
    /// <param name="kept">The text as it is to be kept.</param>
    public static string? Check(string sent, int lengthMax, out string kept)
    {
        kept = "";
        var trimmed = sent.AsSpan().Trim(Spaces);
        // No normalisation makes so much short enough, and its cost must not be the sender's choice.
        if (trimmed.Length > lengthMax * UnitsPerCodePoint)
            return TooLong(lengthMax);
        foreach (var rune in trimmed.EnumerateRunes())
        {
            // A surrogate alone is read as this, too.
            if (rune == Rune.ReplacementChar)
                return "must not contain U+FFFD, which stands for text that was lost";
        }
        var text = Normalize(trimmed.ToString());
        Rune[] runes = [.. text.EnumerateRunes()];
        if (!Array.Exists(runes, IsSeen))
            return "must not be blank";
        if (Fault(runes) is { } fault)
            return fault;
        if (runes.Length > lengthMax)
            return TooLong(lengthMax);
        kept = text;
        return null;
    }

    private static string TooLong(int lengthMax) => $"must be at most {lengthMax} characters long";

    /// <summary>Normalisation form C. The runtime's own does nothing where globalization is invariant, as it is here.</summary>
    private static string Normalize(string text) =>
        // Nothing below the first combining mark composes or decomposes in this form.
        text.AsSpan().ContainsAnyExceptInRange('\0', '\u02FF') ? ENSNormalize.NF.NFC(text) : text;

    private static string? Fault(Rune[] runes)
    {
        for (var i = 0; i < runes.Length; i++)
        {
            var (before, after) = (i > 0 ? runes[i - 1] : default, i + 1 < runes.Length ? runes[i + 1] : default);
            if (Fault(before, runes[i], after) is { } what)
                return $"must not contain U+{runes[i].Value:X4}, {what}";
        }
        return null;
    }

    private static string? Fault(Rune before, Rune rune, Rune after) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.Control => "a control character",
        UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => "the end of a line",
        UnicodeCategory.PrivateUse => "which means something else to everybody",
        UnicodeCategory.OtherNotAssigned => "which is no character",
        UnicodeCategory.Format when !Joins(before, rune, after) && !Tags(before, rune) => "which cannot be seen",
        _ when IsUnseen(rune) || (IsSelector(rune) && !IsSeen(before)) => "which cannot be seen",
        _ => null,
    };

    private static bool IsSeen(Rune rune) =>
        (Rune.IsLetter(rune) || Rune.IsNumber(rune) || Rune.IsPunctuation(rune) || Rune.IsSymbol(rune)) && !IsUnseen(rune);

    private static bool IsUnseen(Rune rune) => rune.IsBmp && Unseen.Contains((char)rune.Value, StringComparison.Ordinal);

    /// <summary>Chooses between the shapes of what stands before it.</summary>
    private static bool IsSelector(Rune rune) =>
        rune.Value is (>= 0xFE00 and <= 0xFE0F) or (>= 0xE0100 and <= 0xE01EF) or (>= 0x180B and <= 0x180D) or 0x180F;

    /// <summary>
    /// The joiners where scripts and emoji need them: between letters without case or pictures, and after a mark such as a virama.
    /// </summary>
    private static bool Joins(Rune before, Rune rune, Rune after) =>
        rune.Value is 0x200C or 0x200D
        && Rune.GetUnicodeCategory(before) switch
        {
            UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark when !IsSelector(before) => true,
            UnicodeCategory.NonSpacingMark or UnicodeCategory.OtherLetter or UnicodeCategory.OtherSymbol
                or UnicodeCategory.ModifierSymbol =>
                Rune.GetUnicodeCategory(after) is UnicodeCategory.OtherLetter or UnicodeCategory.OtherSymbol or UnicodeCategory.MathSymbol,
            _ => false,
        };

    /// <summary>The letters after a black flag that make it England's, Scotland's or Wales's.</summary>
    private static bool Tags(Rune before, Rune rune) => IsTag(rune) && (before == BlackFlag || IsTag(before));

    private static bool IsTag(Rune rune) => rune.Value is >= 0xE0020 and <= 0xE007F;
}
