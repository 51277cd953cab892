namespace Commerce.Shared;

/// <summary>What names and reasons may look like.</summary>
public static class TextRules
{
    /// <summary>What is wrong with a text, to be read after its name, or null. It must be one line, not blank, not too long.</summary>
    /// <param name="text">The text.</param>
    /// <param name="lengthMax">Longest length allowed, in UTF-16 code units.</param>
    public static string? Check(ReadOnlySpan<char> text, int lengthMax)
    {
        if (text.IsWhiteSpace())
            return "must not be blank";
        if (text.Length > lengthMax)
            return $"must be at most {lengthMax} characters long";
        foreach (var character in text)
        {
            if (char.IsControl(character))
                return "must not contain control characters";
        }
        return null;
    }
}
