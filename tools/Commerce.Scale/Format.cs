using System.Globalization;
using Commerce.Scale.Model;

namespace Commerce.Scale;

/// <summary>Numbers as the tables show them: three digits, or all before the point. What is not finite is left out.</summary>
internal static class Format
{
    public static string Number(double value) =>
        double.IsFinite(value) ? value.ToString(Picture(Math.Abs(value)), CultureInfo.InvariantCulture) : "";

    public static string Percent(double share) => share is > 0 and < 0.0001 ? "< 0.01 %" : $"{Number(share * 100)} %";

    /// <summary>A count with its noun, in the singular if it is one.</summary>
    public static string Count(double count, string noun) => count == 1 ? $"1 {noun}" : $"{Number(count)} {noun}s";

    /// <param name="dollars">What is known of a price.</param>
    /// <param name="isFloor">True when there is more to it.</param>
    public static string Dollars(double dollars, bool isFloor = false)
    {
        if (isFloor && dollars == 0)
            return "not included";
        var text = dollars.ToString(dollars < 9.995 ? "$0.00" : "$#,0", CultureInfo.InvariantCulture);
        return isFloor ? $"at least {text}" : text;
    }

    /// <summary>A text in which all numbers are shown so.</summary>
    public static string Text(FormattableString text) =>
        string.Format(CultureInfo.InvariantCulture, text.Format, [.. text.GetArguments().Select(Shown)]);

    private static object? Shown(object? argument) => argument switch
    {
        double value => Number(value),
        int value => Number(value),
        long value => Number(value),
        Figure figure => Number(figure),
        _ => argument,
    };

    // A number that rounding brings to the next power of ten has the digits of that.
    private static string Picture(double value) => value switch
    {
        >= 99.95 or 0 => "#,0",
        >= 9.995 => "0.#",
        >= 0.9995 => "0.##",
        >= 0.0001 => "0.####",
        _ => "0.#######",
    };
}
