using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using LocalPlatform.Cosmos.Queries.Sql;
using static LocalPlatform.Cosmos.Queries.Functions.SqlFunction;

namespace LocalPlatform.Cosmos.Queries.Functions;

/// <summary>Functions on strings; undefined when an argument is of another kind.</summary>
internal static class StringFunctions
{
    private const int ReplicateLengthMax = 10_000;

    private static readonly TimeSpan MatchTimeout = TimeSpan.FromSeconds(1);

    public static readonly SqlFunction[] All =
    [
        Many("STARTSWITH", 2, 3, a => Test(a, (text, part, comparison) => text.StartsWith(part, comparison))),
        Many("ENDSWITH", 2, 3, a => Test(a, (text, part, comparison) => text.EndsWith(part, comparison))),
        Many("CONTAINS", 2, 3, a => Test(a, (text, part, comparison) => text.Contains(part, comparison))),
        Many("STRINGEQUALS", 2, 3, a => Test(a, (text, other, comparison) => text.Equals(other, comparison))),
        Many("CONCAT", 2, 64, Concat),
        Many("INDEX_OF", 2, 3, IndexOf),
        One("LENGTH", v => v.Kind == SqlKind.String ? SqlValue.Of(v.Text.Length) : SqlValue.Undefined),
        One("LOWER", v => Map(v, text => text.ToLowerInvariant())),
        One("UPPER", v => Map(v, text => text.ToUpperInvariant())),
        One("LTRIM", v => Map(v, text => text.TrimStart())),
        One("RTRIM", v => Map(v, text => text.TrimEnd())),
        One("TRIM", v => Map(v, text => text.Trim())),
        One("REVERSE", v => Map(v, Reverse)),
        Two("LEFT", (v, n) => Cut(v, 0, n)),
        Two("RIGHT", (v, n) => v.Kind == SqlKind.String ? Cut(v, Math.Max(0, v.Text.Length - Math.Max(0, n.Number)), n) : SqlValue.Undefined),
        Many("SUBSTRING", 3, 3, a => a[1].Kind == SqlKind.Number ? Cut(a[0], a[1].Number, a[2]) : SqlValue.Undefined),
        Many("REPLACE", 3, 3, Replace),
        Two("REPLICATE", Replicate),
        Many("REGEXMATCH", 2, 3, RegexMatch),
        One("TOSTRING", ToText),
        One("STRINGTONUMBER", v => Parsed(v, SqlKind.Number)),
        One("STRINGTOBOOLEAN", v => Parsed(v, SqlKind.Boolean)),
        One("STRINGTONULL", v => Parsed(v, SqlKind.Null)),
        One("STRINGTOARRAY", v => Parsed(v, SqlKind.Array)),
        One("STRINGTOOBJECT", v => Parsed(v, SqlKind.Object)),
        Many("STRINGJOIN", 2, 2, a => Join(a[0], a[1])),
        Many("STRINGSPLIT", 2, 2, a => Split(a[0], a[1])),
    ];

    private static SqlValue Test(SqlValue[] a, Func<string, string, StringComparison, bool> test)
    {
        if (a[0].Kind != SqlKind.String || a[1].Kind != SqlKind.String || (a.Length > 2 && a[2].Kind != SqlKind.Boolean))
            return SqlValue.Undefined;
        var ignoreCase = a.Length > 2 && a[2].IsTrue;
        return SqlValue.Of(test(a[0].Text, a[1].Text, ignoreCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal));
    }

    private static SqlValue Map(SqlValue value, Func<string, string> map) =>
        value.Kind == SqlKind.String ? SqlValue.Of(map(value.Text)) : SqlValue.Undefined;

    private static SqlValue Concat(SqlValue[] a) =>
        Array.TrueForAll(a, v => v.Kind == SqlKind.String) ? SqlValue.Of(string.Concat(a.Select(v => v.Text))) : SqlValue.Undefined;

    private static SqlValue IndexOf(SqlValue[] a)
    {
        if (a[0].Kind != SqlKind.String || a[1].Kind != SqlKind.String || (a.Length > 2 && a[2].Kind != SqlKind.Number))
            return SqlValue.Undefined;
        var start = a.Length > 2 ? a[2].Number : 0;
        if (start < 0 || start > a[0].Text.Length)
            return SqlValue.Of(-1);
        return SqlValue.Of(a[0].Text.IndexOf(a[1].Text, (int)start, StringComparison.Ordinal));
    }

    private static SqlValue Cut(SqlValue value, double start, SqlValue length)
    {
        if (value.Kind != SqlKind.String || length.Kind != SqlKind.Number)
            return SqlValue.Undefined;
        var text = value.Text;
        var from = (int)Math.Clamp(start, 0, text.Length);
        return SqlValue.Of(text.Substring(from, (int)Math.Clamp(length.Number, 0, text.Length - from)));
    }

    private static SqlValue Replace(SqlValue[] a)
    {
        if (!Array.TrueForAll(a, v => v.Kind == SqlKind.String))
            return SqlValue.Undefined;
        return a[1].Text.Length == 0 ? a[0] : SqlValue.Of(a[0].Text.Replace(a[1].Text, a[2].Text, StringComparison.Ordinal));
    }

    private static SqlValue Replicate(SqlValue value, SqlValue times)
    {
        if (value.Kind != SqlKind.String || times.Kind != SqlKind.Number || times.Number < 0)
            return SqlValue.Undefined;
        return value.Text.Length * times.Number > ReplicateLengthMax
            ? SqlValue.Undefined
            : SqlValue.Of(new StringBuilder().Insert(0, value.Text, (int)times.Number).ToString());
    }

    private static SqlValue RegexMatch(SqlValue[] a)
    {
        if (!Array.TrueForAll(a, v => v.Kind == SqlKind.String))
            return SqlValue.Undefined;
        var options = RegexOptions.CultureInvariant;
        foreach (var modifier in a.Length > 2 ? a[2].Text : "")
        {
            options |= modifier switch
            {
                'i' => RegexOptions.IgnoreCase,
                'm' => RegexOptions.Multiline,
                's' => RegexOptions.Singleline,
                'x' => RegexOptions.IgnorePatternWhitespace,
                _ => throw new SqlException($"REGEXMATCH does not know the modifier '{modifier}'."),
            };
        }
        try
        {
            return SqlValue.Of(Regex.IsMatch(a[0].Text, a[1].Text, options, MatchTimeout));
        }
        catch (ArgumentException invalid)
        {
            throw new SqlException($"REGEXMATCH: the pattern is invalid: {invalid.Message}");
        }
    }

    private static SqlValue ToText(SqlValue value) => value.Kind switch
    {
        SqlKind.Undefined => value,
        SqlKind.String => value,
        SqlKind.Number => SqlValue.Of(value.Number.ToString("R", CultureInfo.InvariantCulture)),
        _ => SqlValue.Of(Encoding.UTF8.GetString(JsonText.Write(value, (writer, v) => v.WriteTo(writer)).Span)),
    };

    private static SqlValue Parsed(SqlValue value, SqlKind expected)
    {
        if (value.Kind != SqlKind.String)
            return SqlValue.Undefined;
        try
        {
            var parsed = SqlValue.Of(JsonElement.Parse(value.Text));
            return parsed.Kind == expected ? parsed : SqlValue.Undefined;
        }
        catch (JsonException)
        {
            return SqlValue.Undefined;
        }
    }

    private static SqlValue Join(SqlValue list, SqlValue separator) =>
        list.Kind == SqlKind.Array && separator.Kind == SqlKind.String && list.Elements.All(item => item.Kind == SqlKind.String)
            ? SqlValue.Of(string.Join(separator.Text, list.Elements.Select(item => item.Text)))
            : SqlValue.Undefined;

    private static SqlValue Split(SqlValue text, SqlValue separator) =>
        text.Kind == SqlKind.String && separator.Kind == SqlKind.String
            ? SqlValue.Of(text.Text.Split(separator.Text).Select(SqlValue.Of).ToArray())
            : SqlValue.Undefined;

    private static string Reverse(string text)
    {
        var characters = text.ToCharArray();
        Array.Reverse(characters);
        return new string(characters);
    }
}
