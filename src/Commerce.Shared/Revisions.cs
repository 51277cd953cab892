namespace Commerce.Shared;

/// <summary>
/// The names of a document's last writes, newest first, with spaces between them. The document carries them, so that a writer who did not
/// hear what became of its write finds it there, also when others have written since.
/// </summary>
public static class Revisions
{
    /// <summary>
    /// Most names that are kept. More writes than that, while one writer waits for its answer, cannot be told apart any more.
    /// </summary>
    public const int KeptMax = 12;

    /// <summary>The names with one more.</summary>
    /// <param name="revisions">The names so far.</param>
    /// <param name="name">Of the write that is to be made; without spaces.</param>
    public static string With(string revisions, string name) => string.Join(' ', Split(revisions).Take(KeptMax - 1).Prepend(name));

    /// <summary>True when a write is among the last.</summary>
    public static bool Contains(string revisions, string name) => Split(revisions).Contains(name);

    /// <summary>True when a write is the last.</summary>
    public static bool IsLast(string revisions, string name) => Split(revisions).FirstOrDefault() == name;

    /// <summary>True when every write since an earlier version is still named.</summary>
    /// <param name="revisions">The names now.</param>
    /// <param name="before">The names in the earlier version; none for a document that was not there.</param>
    public static bool TellAllSince(string revisions, string before) =>
        Split(before).FirstOrDefault() is { } last ? Contains(revisions, last) : Split(revisions).Length < KeptMax;

    private static string[] Split(string revisions) => revisions.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
