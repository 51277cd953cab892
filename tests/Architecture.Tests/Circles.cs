namespace Architecture.Tests;

/// <summary>Finds who knows itself by way of others.</summary>
internal static class Circles
{
    /// <summary>Those that are on a circle, each once.</summary>
    /// <param name="known">Whom each one knows.</param>
    public static IEnumerable<string> MembersIn(ILookup<string, string> known)
    {
        return known.Select(static pair => pair.Key).Where(one => Reaches(one, one, []));

        bool Reaches(string from, string to, HashSet<string> seen) =>
            known[from].Any(next => next == to || (seen.Add(next) && Reaches(next, to, seen)));
    }
}
