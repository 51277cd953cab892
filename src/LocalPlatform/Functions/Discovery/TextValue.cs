using System.Collections.Concurrent;
using System.ComponentModel;
using System.Globalization;

namespace LocalPlatform.Functions;

/// <summary>Text from a route or from a trigger's metadata as a value of a parameter's type.</summary>
internal static class TextValue
{
    private static readonly ConcurrentDictionary<Type, TypeConverter> Converters = [];

    /// <summary>Whether the type is text, a number, a boolean, a date, a GUID, an enumeration, or a nullable one of these.</summary>
    public static bool CanParse(Type type)
    {
        var bare = Nullable.GetUnderlyingType(type) ?? type;
        return bare.IsPrimitive || bare.IsEnum || bare == typeof(string) || bare == typeof(decimal) || bare == typeof(Guid)
            || bare == typeof(DateTime) || bare == typeof(DateTimeOffset) || bare == typeof(DateOnly) || bare == typeof(TimeSpan);
    }

    /// <summary>The value; the type's default when there is no text (an optional part of a route).</summary>
    /// <exception cref="FormatException">The text is not such a value.</exception>
    public static T? Parse<T>(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return default;
        var converter = Converters.GetOrAdd(typeof(T), static type => TypeDescriptor.GetConverter(Nullable.GetUnderlyingType(type) ?? type));
        try
        {
            return (T?)converter.ConvertFromString(null, CultureInfo.InvariantCulture, text);
        }
        catch (ArgumentException unreadable)
        {
            // The converters of numbers wrap the FormatException or OverflowException that says what is wrong.
            throw new FormatException($"'{text}' is not a {typeof(T).Name}.", unreadable);
        }
    }
}
