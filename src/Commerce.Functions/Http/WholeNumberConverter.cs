using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization;
using Commerce.Shared;

namespace Commerce.Functions.Http;

/// <summary>
/// Whole numbers as JSON Schema counts them: what has no fraction, however it is written (<c>100000.0</c>, <c>1e5</c>). They are read
/// exactly; one that 64 bits do not hold is read as the nearest that they do, for no bound reaches that far. <c>null</c> is none.
/// </summary>
internal sealed class WholeNumberConverter : JsonConverter<long?>
{
    /// <summary>More than there are digits in a body.</summary>
    private const int ExponentMax = 1_000_000_000;

    private static readonly Int128 Beyond = (Int128)long.MaxValue + 1;

    private const string Rule = "must be a whole number";

    public override bool HandleNull => true;

    public override long? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.Number)
            throw new JsonException(Rule);
        if (reader.TryGetInt64(out var value))
            return value;
        return ReadExactly(reader.HasValueSequence ? reader.ValueSequence.ToArray() : reader.ValueSpan) ?? throw new JsonException(Rule);
    }

    public override void Write(Utf8JsonWriter writer, long? value, JsonSerializerOptions options)
    {
        if (value is { } number)
            writer.WriteNumberValue(SumConverter.Bounded(number));
        else
            writer.WriteNullValue();
    }

    /// <summary>
    /// The value of a JSON number; null when it has a fraction. Takes as many steps as there are digits, whatever the exponent.
    /// </summary>
    private static long? ReadExactly(ReadOnlySpan<byte> number)
    {
        var mark = number.IndexOfAny((byte)'e', (byte)'E');
        var digits = (mark < 0 ? number : number[..mark]).TrimStart((byte)'-');
        var point = digits.IndexOf((byte)'.');
        // How many of the digits stand before the decimal point once the exponent has moved it.
        var wholeDigits = (point < 0 ? digits.Length : point) + (mark < 0 ? 0 : ReadExponent(number[(mark + 1)..]));

        var (value, position) = ((Int128)0, 0);
        foreach (var digit in digits)
        {
            if (digit == '.')
                continue;
            if (position++ < wholeDigits)
                value = Append(value, digit - '0');
            else if (digit != '0')
                return null;
        }
        while (position++ < wholeDigits && value > 0 && value < Beyond)
            value = Append(value, 0);
        return (long)Int128.Clamp(number[0] == '-' ? -value : value, long.MinValue, long.MaxValue);
    }

    private static Int128 Append(Int128 value, int digit) => Int128.Min((value * 10) + digit, Beyond);

    private static int ReadExponent(ReadOnlySpan<byte> text)
    {
        var exponent = 0L;
        foreach (var digit in text.TrimStart("+-"u8))
            exponent = Math.Min((exponent * 10) + digit - '0', ExponentMax);
        return (int)(text[0] == '-' ? -exponent : exponent);
    }
}

/// <summary>
/// What answers count. It is never beyond what a reader holds exactly: of a sum that nothing else bounds (revenue of many buyers, an
/// audit's difference) the largest such number says "at least so much".
/// </summary>
internal sealed class SumConverter : JsonConverter<long>
{
    private static readonly WholeNumberConverter Reader = new();

    public override long Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Reader.Read(ref reader, typeToConvert, options)!.Value;

    public override void Write(Utf8JsonWriter writer, long value, JsonSerializerOptions options) => writer.WriteNumberValue(Bounded(value));

    public static long Bounded(long value) => Math.Clamp(value, -Limits.MoneyMax, Limits.MoneyMax);
}
