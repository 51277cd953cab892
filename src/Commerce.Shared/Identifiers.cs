using System.Buffers;

namespace Commerce.Shared;

/// <summary>
/// What user and product ids may look like. They come from other systems (mail addresses, SKUs), travel in URLs and become partition
/// keys, so: visible ASCII without the characters that mean something in a URL, 1 to <see cref="Limits.IdentifierLengthMax"/> long.
/// </summary>
public static class Identifiers
{
    /// <summary>What an id must look like, for error messages.</summary>
    public const string UserIdRule =
        "must be 1 to 64 letters, digits or any of . _ - ~ : @ + | and begin with a letter, a digit or _";

    /// <inheritdoc cref="UserIdRule"/>
    public const string ProductIdRule =
        "must be 1 to 64 letters, digits, inner spaces or any of . _ - ~ : @ + |, begin with a letter, a digit or _, "
        + "and not be top or import";

    /// <summary>
    /// What stands in a route where a product's id may stand (<c>GET /api/products/top</c>, <c>POST /api/ops/products/import</c>), in any
    /// case, since routes do not tell case.
    /// </summary>
    private static readonly string[] ReservedProductIds = ["top", "import"];

    private const string FirstCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_";
    private static readonly SearchValues<char> First = SearchValues.Create(FirstCharacters);
    private static readonly SearchValues<char> UserIdCharacters = SearchValues.Create(FirstCharacters + ".-~:@+|");
    // Real catalogs have codes with spaces inside: "BANK CHARGES" in UCI Online Retail.
    private static readonly SearchValues<char> ProductIdCharacters = SearchValues.Create(FirstCharacters + ".-~:@+| ");

    public static bool IsUserId(ReadOnlySpan<char> id) => HasShape(id) && !id.ContainsAnyExcept(UserIdCharacters);

    public static bool IsProductId(ReadOnlySpan<char> id) =>
        HasShape(id) && id[^1] != ' ' && !id.ContainsAnyExcept(ProductIdCharacters) && !IsReserved(id);

    private static bool IsReserved(ReadOnlySpan<char> id)
    {
        foreach (var word in ReservedProductIds)
        {
            if (id.Equals(word, StringComparison.OrdinalIgnoreCase))
                return true;
        }
        return false;
    }

    private static bool HasShape(ReadOnlySpan<char> id) => id.Length is > 0 and <= Limits.IdentifierLengthMax && First.Contains(id[0]);
}
