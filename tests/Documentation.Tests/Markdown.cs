using System.Text;
using System.Text.RegularExpressions;

namespace Documentation.Tests;

/// <summary>As much of Markdown as the checks need.</summary>
internal static partial class Markdown
{
    [GeneratedRegex(@"^(```|~~~).*?^\1\s*$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex(@"`[^`\n]*`")]
    private static partial Regex CodeSpan();

    [GeneratedRegex(@"\]\(\s*<?([^)\s>]+)>?(?:\s+""[^""]*"")?\s*\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"^#{1,6}\s+(.+?)\s*#*$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    public static IEnumerable<string> Links(string text) =>
        Link().Matches(CodeSpan().Replace(Fence().Replace(text, ""), "``")).Select(match => match.Groups[1].Value);

    /// <summary>The anchors that GitHub makes of the headings: a repeated one gets -1, -2 and so on.</summary>
    public static HashSet<string> Anchors(string text)
    {
        var anchors = new HashSet<string>(StringComparer.Ordinal);
        foreach (Match heading in Heading().Matches(Fence().Replace(text, "")))
        {
            var anchor = Slug(heading.Groups[1].Value);
            for (var repeat = 1; !anchors.Add(repeat == 1 ? anchor : $"{anchor}-{repeat - 1}"); repeat++)
            {
            }
        }
        return anchors;
    }

    /// <summary>The code of all fenced blocks of a language.</summary>
    public static IEnumerable<string> CodeBlocks(string text, string language) =>
        Regex.Matches(text, $"^```{Regex.Escape(language)}\\s*\\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)
            .Select(match => match.Groups[1].Value);

    /// <summary>The cells of each table row, separators and headings left out.</summary>
    public static IEnumerable<string[]> TableRows(string text) => text.Split('\n')
        .Where(line => line.StartsWith('|'))
        .Select(line => line.Trim().Trim('|').Split(" | ").Select(cell => cell.Trim(' ', '|')).ToArray())
        .Where(cells => !cells.All(cell => cell.Trim('-', ':', ' ', '|').Length == 0));

    private static string Slug(string heading)
    {
        var slug = new StringBuilder();
        foreach (var character in heading.ToLowerInvariant())
        {
            if (char.IsLetterOrDigit(character) || character is '-' or '_')
                slug.Append(character);
            else if (character == ' ')
                slug.Append('-');
        }
        return slug.ToString();
    }
}
