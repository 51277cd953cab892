using System.Globalization;
using System.Text;
using ADRaffy.ENSNormalize;
using CsCheck;

namespace Commerce.Shared.Tests;

public sealed class TextRulesTests
{
    private const string Blank = "must not be blank";

    private static string? Check(string text, int lengthMax = 200) => TextRules.Check(text, lengthMax, out _);

    private static string Kept(string text, int lengthMax = 200)
    {
        Assert.Null(TextRules.Check(text, lengthMax, out var kept));
        return kept;
    }

    [Theory]
    [InlineData("White hanging heart")]
    [InlineData("하얀 하트 \U0001F90D")]
    [InlineData("상품 1호 (빨강) ₩3,000")]
    [InlineData("قميص أزرق")]
    [InlineData("می\u200Cخواهم")]
    [InlineData("क्\u200Dष")]
    [InlineData("นมสด ๑ ลิตร")]
    [InlineData("\U0001F468\u200D\U0001F469\u200D\U0001F467")]
    [InlineData("\U0001F9D1\U0001F3FD\u200D\u2695\uFE0F")]
    [InlineData("\u2764\uFE0F\u200D\U0001F525")]
    [InlineData("\U0001F642\u200D\u2194\uFE0F")]
    [InlineData("\U0001F3F4\U000E0067\U000E0062\U000E0065\U000E006E\U000E0067\U000E007F")]
    [InlineData("1\uFE0F\u20E3 \U0001F1F0\U0001F1F7")]
    [InlineData("葛\U000E0100")]
    [InlineData("\u0915\u093E\u200D\u0915")]
    [InlineData("\u2764\uFE0F\u200D\u2694")]
    [InlineData("\U0001F3F4\U000E0020\U000E007F")]
    [InlineData("a\uFE00b\uFE0Fc\U000E0100d\U000E01EFe\u180Bf\u180Dg\u180Fh")]
    [InlineData("a \uFDFF \uFE10 \u180A \u1810")]
    [InlineData("!")]
    [InlineData("<b>&\"'\\")]
    public void Text_of_any_script_and_emoji_are_kept_as_they_are(string text) => Assert.Equal(text, Kept(text));

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData(" \t\r\n ")]
    [InlineData("\u3000\u00A0\u2003")]
    [InlineData("\u3164")]
    [InlineData("\u115F\u1160")]
    [InlineData("\uFFA0")]
    [InlineData("\u2800\u2800")]
    [InlineData("\u00AD")]
    [InlineData("\u034F")]
    [InlineData("\u180E")]
    [InlineData("\u200B\u200C\u200D\u200E\u200F")]
    [InlineData("\u2060\uFEFF")]
    [InlineData("\u2028")]
    [InlineData("\u202E")]
    [InlineData("\uFE0F\uFE0E\U000E0100")]
    [InlineData("\U000E0067\U000E007F")]
    [InlineData("\u0301")]
    [InlineData(" \u0301\u20DD ")]
    [InlineData("\uE000")]
    [InlineData("\0")]
    public void What_cannot_be_seen_is_blank(string text) => Assert.Equal(Blank, Check(text));

    [Theory]
    [InlineData("a\nb", "U+000A, a control character")]
    [InlineData("a\n", "U+000A, a control character")]
    [InlineData("\ta", "U+0009, a control character")]
    [InlineData("a\u0085b", "U+0085, a control character")]
    [InlineData("a\u007Fb", "U+007F, a control character")]
    [InlineData("a\u2028b", "U+2028, the end of a line")]
    [InlineData("a\u2029", "U+2029, the end of a line")]
    [InlineData("a\u202Eb", "U+202E, which cannot be seen")]
    [InlineData("a\u2066b\u2069", "U+2066, which cannot be seen")]
    [InlineData("a\u200Eb", "U+200E, which cannot be seen")]
    [InlineData("a\u200Bb", "U+200B, which cannot be seen")]
    [InlineData("a\u00ADb", "U+00AD, which cannot be seen")]
    [InlineData("\uFEFFa", "U+FEFF, which cannot be seen")]
    [InlineData("가\u3164나", "U+3164, which cannot be seen")]
    [InlineData("a\u200Db", "U+200D, which cannot be seen")]
    [InlineData("\u200D\U0001F467", "U+200D, which cannot be seen")]
    [InlineData("\U0001F467\u200D", "U+200D, which cannot be seen")]
    [InlineData("\U0001F467\u200D \U0001F467", "U+200D, which cannot be seen")]
    [InlineData("\uFE0Fa", "U+FE0F, which cannot be seen")]
    [InlineData("a \uFE00b", "U+FE00, which cannot be seen")]
    [InlineData("a \uFE0Fb", "U+FE0F, which cannot be seen")]
    [InlineData("a \U000E0100b", "U+E0100, which cannot be seen")]
    [InlineData("a \U000E01EFb", "U+E01EF, which cannot be seen")]
    [InlineData("a \u180Bb", "U+180B, which cannot be seen")]
    [InlineData("a \u180Cb", "U+180C, which cannot be seen")]
    [InlineData("a \u180Db", "U+180D, which cannot be seen")]
    [InlineData("a\u180Eb", "U+180E, which cannot be seen")]
    [InlineData("a \u180Fb", "U+180F, which cannot be seen")]
    [InlineData("\u2764\uFE0F\u200Da", "U+200D, which cannot be seen")]
    [InlineData("\u0915\u200Da", "U+200D, which cannot be seen")]
    [InlineData("1\u200D\u0915", "U+200D, which cannot be seen")]
    [InlineData("\u0915\u200B\u0915", "U+200B, which cannot be seen")]
    [InlineData("\U0001F3F4\u200B", "U+200B, which cannot be seen")]
    [InlineData("\U0001F3F4\U000E0067\u200Bb", "U+200B, which cannot be seen")]
    [InlineData("\U0001F3F4\U000E0001", "U+E0001, which cannot be seen")]
    [InlineData("\U0001F3F3\U000E0067", "U+E0067, which cannot be seen")]
    [InlineData("a\U000E0067", "U+E0067, which cannot be seen")]
    [InlineData("a\uE000", "U+E000, which means something else to everybody")]
    [InlineData("a\U00010FFFE", "U+10FFF, which is no character")]
    [InlineData("a\uFDD0", "U+FDD0, which is no character")]
    [InlineData("a\u0378", "U+0378, which is no character")]
    [InlineData("a\uFFFDb", "U+FFFD, which stands for text that was lost")]
    public void What_no_reader_sees_or_agrees_on_is_refused_by_its_code(string text, string what) =>
        Assert.Equal($"must not contain {what}", Check(text));

    [Fact]
    public void Half_a_pair_of_surrogates_is_lost_text()
    {
        foreach (var half in (string[])["a\uD83E", "\uDD0Da", "\uDD0D\uD83E"])
            Assert.Equal("must not contain U+FFFD, which stands for text that was lost", Check(half));
    }

    [Fact]
    public void A_text_is_kept_composed_and_without_spaces_at_its_ends()
    {
        Assert.Equal("caf\u00E9", Kept("cafe\u0301"));
        Assert.Equal("한글", Kept("\u1112\u1161\u11AB\u1100\u1173\u11AF"));
        Assert.Equal("\u03A9 \u1E69", Kept("\u2126 s\u0307\u0323"));
        Assert.Equal("\u0915\u093C", Kept("\u0958"));
        Assert.Equal("하얀  하트", Kept("\u3000 하얀  하트 \u00A0"));
    }

    [Fact]
    public void Length_is_counted_in_code_points_of_what_is_kept()
    {
        var hearts = string.Concat(Enumerable.Repeat("\U0001F90D", 200));
        Assert.Equal(hearts, Kept(hearts));
        Assert.Equal("must be at most 200 characters long", Check(hearts + "a"));
        Assert.Equal(new string('\u00E9', 200), Kept($" {string.Concat(Enumerable.Repeat("e\u0301", 200))} "));
        Assert.Equal("must be at most 200 characters long", Check(new string('\u00E9', 201)));
        // This one is two code points when it is composed.
        Assert.Equal("must be at most 200 characters long", Check(new string('\u0958', 101)));
        Assert.Equal("must be at most 20 characters long", Check("a text of 25 characters..", 20));
        // What cannot become short enough by composing is not looked at.
        Assert.Equal("must not contain U+000A, a control character", Check("a\n345678", 1));
        Assert.Equal("must be at most 1 characters long", Check("a\n3456789", 1));
    }

    [Fact]
    public void A_text_of_any_length_is_refused_at_once()
    {
        // Marks out of order are what normalising takes longest for.
        var marks = "a" + string.Concat(Enumerable.Repeat("\u0301\u0323", 5_000_000));
        Assert.Equal("must be at most 200 characters long", Check(marks));
    }

    private static readonly string[] Pieces =
    [
        "a", "\u00E9", "e\u0301", "\u0323", "가", "\u1100", "\u1161", "\u11A8", " ", "\u200D", "\uFE0F", "\U0001F467", "\uD83E", "\u3164",
            "\n", "\u2028",
    ];

    private static readonly Gen<string> Texts = Gen.OneOf(
        Gen.Int[0, 0x10FFFF].Where(Rune.IsValid).Select(code => new Rune(code).ToString()),
        Gen.OneOf([.. Pieces.Select(Gen.Const)]))
        .Array[0, 12].Select(string.Concat);

    [Fact]
    public void What_is_kept_is_kept_again_and_shows_what_was_sent() => Texts.Sample(sent =>
    {
        if (TextRules.Check(sent, 40, out var kept) is not null)
            return kept.Length == 0;
        return TextRules.Check(kept, 40, out var again) is null && again == kept
            && kept.EnumerateRunes().Count() is >= 1 and <= 40
            && !kept.EnumerateRunes().Any(rune => Rune.GetUnicodeCategory(rune)
                is UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
                    or UnicodeCategory.OtherNotAssigned);
    });

    [Fact]
    public void The_same_text_in_another_form_is_the_same() =>
        Texts.Where(text => !text.Contains('\uD83E', StringComparison.Ordinal)).Sample(sent =>
    {
        var wrong = TextRules.Check(sent, 40, out var kept);
        var decomposed = TextRules.Check(ENSNormalize.NF.NFD(sent), 40, out var keptDecomposed);
        return (wrong, kept) == (decomposed, keptDecomposed);
    });
}
