using System.Globalization;
using Commerce.Functions.Cosmos;
using Commerce.Shared.Json;

namespace Commerce.Functions.Http;

/// <summary>A page of a list, as a client asks for it.</summary>
/// <param name="List">Which list: a cursor of one list is of no use in another.</param>
/// <param name="Limit">Most items wanted.</param>
/// <param name="After">Position after which the page begins, in the list's own terms; null for the first page.</param>
internal readonly record struct Page(string List, int Limit, string? After)
{
    /// <summary>One more than wanted: it tells whether there is a next page.</summary>
    public int ReadMax => Limit + 1;

    /// <summary>The page as clients see it, and the cursor of the next.</summary>
    /// <param name="found">The items from the position on, at most <see cref="ReadMax"/>.</param>
    /// <param name="view">An item as clients see it.</param>
    /// <param name="position">An item's position.</param>
    public (IReadOnlyList<TView> Items, string? NextCursor) Cut<T, TView>(
        IReadOnlyList<T> found, Func<T, TView> view, Func<T, string> position) =>
        ([.. found.Take(Limit).Select(view)], found.Count > Limit ? CursorAt(position(found[Limit - 1])) : null);

    public string CursorAt(string position) => Cursor.Encode(List, position);

    public static string Position(long sequence) => sequence.ToString(CultureInfo.InvariantCulture);

    public static string Position(TimePosition position) => $"{UtcTimeConverter.Text(position.Time)} {position.Id}";
}
