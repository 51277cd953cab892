using System.Globalization;
using System.Text.RegularExpressions;

namespace Commerce.Load.Data;

/// <summary>
/// The rules that turn rows of the UCI data set <em>Online Retail</em> into goods of a shop in Korea. samples/README.md states them.
/// </summary>
internal static partial class RetailRules
{
    /// <summary>Who buys when the row names no customer.</summary>
    public const string GuestUserId = "guest";

    private const decimal WonPerPound = 1_750m;
    private const decimal PoundsMax = 1_000_000m;
    private const int ScarceOneIn = 37;

    /// <summary>
    /// Goods have five digits and at most four letters, or are gift-shop articles (DCGS...); all else is postage, fees or bookkeeping.
    /// </summary>
    [GeneratedRegex("^([0-9]{5}[A-Z]{0,4}|DCGS[A-Z0-9]{1,12})$")]
    private static partial Regex GoodsCode();

    [GeneratedRegex("^[A-Za-z0-9_-]{1,64}$")]
    private static partial Regex SafeId();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();

    /// <summary>The product id of a stock code (upper case: the source writes 85123a for 85123A), or null when it is not goods.</summary>
    public static string? ProductId(string stockCode)
    {
        var code = stockCode.Trim().ToUpperInvariant();
        return GoodsCode().IsMatch(code) ? code : null;
    }

    /// <summary>The user id of a customer number ("17850", or "17850.0" as spreadsheets export it); null when it cannot be one.</summary>
    public static string? UserId(string customer)
    {
        var id = customer.Trim();
        if (id.EndsWith(".0", StringComparison.Ordinal))
            id = id[..^2];
        if (id.Length == 0)
            return GuestUserId;
        return SafeId().IsMatch(id) ? id : null;
    }

    /// <summary>Whether <paramref name="id"/> can stand in a path and a key as it is.</summary>
    public static bool IsSafeId(string id) => SafeId().IsMatch(id);

    /// <summary>Pounds to whole won: 1 GBP = 1,750 KRW, to the nearest 10 won (a half goes up), at least 10 won.</summary>
    public static long ToWon(decimal pounds)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(pounds);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(pounds, PoundsMax);
        var tens = Math.Round(pounds * WonPerPound / 10m, MidpointRounding.AwayFromZero);
        return Math.Max(10L, (long)tens * 10L);
    }

    /// <summary>A unit price of the source in pounds; null when it is none, zero, negative or absurd.</summary>
    public static decimal? Pounds(string text) =>
        decimal.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite,
            CultureInfo.InvariantCulture, out var pounds)
        && pounds is > 0 and <= PoundsMax ? pounds : null;

    /// <summary>A product's name: single spaces, at most 200 characters.</summary>
    public static string Name(string description)
    {
        var name = Spaces().Replace(description, " ").Trim();
        return name.Length <= 200 ? name : name[..200];
    }

    /// <summary>
    /// Stock for what the file asks for in all: twice that and 100 more, rounded up to tens; but a product whose five digits
    /// divide by 37 is scarce and has half of it, so that some orders are refused.
    /// </summary>
    public static int Stock(string productId, long demand)
    {
        if (productId.Length >= 5 && int.TryParse(productId.AsSpan(0, 5), NumberStyles.None, CultureInfo.InvariantCulture, out var digits)
            && digits % ScarceOneIn == 0)
            return (int)Math.Min(demand / 2, int.MaxValue);
        return (int)Math.Min(((demand * 2) + 109) / 10 * 10, 1_000_000_000);
    }
}
