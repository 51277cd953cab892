using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace EndToEnd.Tests.Contract;

/// <param name="Json">The value as JSON.</param>
/// <param name="IsInside">Whether the schema admits it.</param>
internal sealed record BoundaryValue(string Json, bool IsInside)
{
    /// <summary>A string as it is; null for what is none.</summary>
    public string? Text => Json.StartsWith('"') ? JsonSerializer.Deserialize<string>(Json) : null;
}

/// <summary>Values at and beyond the bounds of a schema, as JSON Schema counts: code points, and numbers by their value.</summary>
internal static class BoundaryValues
{
    private static readonly string[] NoStrings = ["1", "true", "null", "{}", "[]"];
    private static readonly string[] NoNumbers = ["\"1\"", "true", "null", "{}", "[]", "\"\"", "1.5", "-0.5", "1e-1", "1e400", "-1e400",
        "1e999999999999"];
    private static readonly string[] OddNumbers = ["1.0", "1e0", "10e-1", "1E+2", "1e5", "100000.0", "-0.0", "0e999999999999",
        "9007199254740993.0"];

    private static readonly string[] Texts =
    [
        "", " ", "a b", "a\tb", "a\nb", "a\n", "\u00E9", "a/b", "-a", "_a", ".a", "a.-~:@+|b", "a#b", "a?b", "a%b", "a'b", "가나다",
            "\U0001F469\u200D\U0001F469\u200D\U0001F467",
        "\u3164", "\u2800", "\u200B\u200F", "\u00AD", "\u0301", "a\u2028b", "a\u2029b", "a\uFFFDb", "unknown",
        "o-AAAAAAAAAAAAAAAAAAAAA9", "o-_-AAAAAAAAAAAAAAAAAAAA", "o-AAAAAAAAAAAAAAAAAAAA==", "o-AAAAAAAAAAAAAAAAAAAAA ",
            "O-AAAAAAAAAAAAAAAAAAAAAA",
    ];

    public static IEnumerable<BoundaryValue> Of(JsonObject schema) => (string?)schema["type"] switch
    {
        "integer" => Integers(schema).Distinct(),
        "string" => Strings(schema).Distinct(),
        null when schema.ContainsKey("enum") => Strings(schema).Distinct(),
        var other => throw new NotSupportedException($"The requests of the document have {other} now."),
    };

    private static IEnumerable<BoundaryValue> Integers(JsonObject schema)
    {
        static BigInteger Number(JsonNode? bound) => BigInteger.Parse(bound!.ToJsonString(), CultureInfo.InvariantCulture);

        var (min, max, excluded) = (Number(schema["minimum"]), Number(schema["maximum"]), Excluded(schema).Select(Number).ToList());
        BoundaryValue Judge(BigInteger value, string written) => new(written, value >= min && value <= max && !excluded.Contains(value));

        foreach (var value in (BigInteger[])[min - 1, min, min + 1, max - 1, max, max + 1, .. excluded])
        {
            foreach (var form in (string[])["{0}", "{0}.0", "{0}e0", "{0}.00E+0", "{0}.5"])
                yield return form.EndsWith(".5", StringComparison.Ordinal) ? new($"{value}.5", false)
                    : Judge(value, string.Format(CultureInfo.InvariantCulture, form, value));
        }
        foreach (var odd in OddNumbers)
        {
            var value = decimal.Parse(odd.Replace("e999999999999", "", StringComparison.Ordinal), NumberStyles.Float,
                CultureInfo.InvariantCulture);
            yield return Judge((BigInteger)value, odd);
        }
        foreach (var none in NoNumbers)
            yield return new(none, false);
    }

    private static IEnumerable<BoundaryValue> Strings(JsonObject schema)
    {
        var lengths = new[] { (int?)schema["minLength"], (int?)schema["maxLength"] }.OfType<int>()
            .SelectMany(bound => (int[])[bound - 1, bound, bound + 1]).Where(length => length >= 0);
        // One code point of one, two, three and four bytes each; the last is two UTF-16 code units.
        var measured = lengths.SelectMany(length => ((string[])["a", "\u00E9", "가", "🤍"])
            .Select(letter => new StringBuilder().Insert(0, letter, length).ToString()));
        var listed = (schema["enum"]?.AsArray() ?? []).Select(value => value!.GetValue<string>());
        foreach (var text in (string[])[.. measured, .. Texts, .. listed, .. Excluded(schema).Select(value => value.GetValue<string>())])
            yield return new(JsonSerializer.Serialize(text), Admits(schema, text));
        foreach (var none in NoStrings)
            yield return new(none, false);
    }

    private static bool Admits(JsonObject schema, string text)
    {
        var length = text.EnumerateRunes().Count();
        return length >= ((int?)schema["minLength"] ?? 0) && length <= ((int?)schema["maxLength"] ?? int.MaxValue)
            && (schema["pattern"] is not { } pattern || Regex.IsMatch(text, EcmaScript((string)pattern!)))
            && (schema["enum"] is not { } listed || listed.AsArray().Any(value => (string?)value == text))
            && !Excluded(schema).Any(value => (string?)value == text)
            && (schema["not"]?["pattern"] is not { } unwanted || !Regex.IsMatch(text, EcmaScript((string)unwanted!)));
    }

    /// <summary>In ECMAScript's expressions <c>$</c> is the very end, not before a last line break.</summary>
    private static string EcmaScript(string pattern) => Regex.Replace(pattern, @"\$(?=\)|$)", @"\z");

    private static IEnumerable<JsonNode> Excluded(JsonObject schema) => (schema["not"]?["enum"]?.AsArray() ?? []).OfType<JsonNode>();
}
