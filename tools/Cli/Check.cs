using System.CommandLine;

namespace Commerce.Cli;

/// <summary>Validators of option values.</summary>
internal static class Check
{
    public static Option<T> Between<T>(this Option<T> option, T min, T max) where T : struct, IComparable<T> =>
        option.That(value => IsBetween(value, min, max), $"must be from {min} to {max}");

    public static Option<T?> Between<T>(this Option<T?> option, T min, T max) where T : struct, IComparable<T> =>
        option.That(value => value is not { } given || IsBetween(given, min, max), $"must be from {min} to {max}");

    public static Option<T> That<T>(this Option<T> option, Func<T?, bool> holds, string rule)
    {
        option.Validators.Add(result =>
        {
            try
            {
                if (!holds(result.GetValueOrDefault<T>()))
                    result.AddError($"{option.Name} {rule}.");
            }
            catch (InvalidOperationException)
            {
                // Validators are also asked about what is no value of the type.
                result.AddError($"{option.Name} {rule}; '{string.Join(' ', result.Tokens)}' is no such value.");
            }
        });
        return option;
    }

    private static bool IsBetween<T>(T value, T min, T max) where T : struct, IComparable<T> =>
        value.CompareTo(min) >= 0 && value.CompareTo(max) <= 0;
}
