using System.Text.RegularExpressions;
using LocalPlatform.Cosmos.Queries.Execution;
using LocalPlatform.Cosmos.Queries.Functions;

namespace LocalPlatform.Cosmos.Queries.Sql;

/// <summary>A built-in scalar function.</summary>
internal sealed class CallExpression(SqlFunction function, IReadOnlyList<SqlExpression> arguments) : SqlExpression
{
    public string Name => function.Name;

    public override IReadOnlyList<SqlExpression> Operands { get; } = arguments;

    public override bool IsConstant => Operands.All(operand => operand.IsConstant);

    public override SqlValue Evaluate(SqlScope scope)
    {
        var values = new SqlValue[Operands.Count];
        for (var i = 0; i < values.Length; i++)
            values[i] = Operands[i].Evaluate(scope);
        return function.Apply(values, scope.Context);
    }

    public override string ToString() => $"{Name}({string.Join(", ", Operands)})";
}

/// <summary>COUNT, SUM, AVG, MIN or MAX over the rows of a group.</summary>
internal sealed class AggregateExpression(AggregateKind kind, SqlExpression operand) : SqlExpression
{
    public AggregateKind Kind { get; } = kind;

    public SqlExpression Operand { get; } = operand;

    /// <summary>Place among the aggregates of its query, given when the query is prepared.</summary>
    public int Index { get; set; }

    public override IReadOnlyList<SqlExpression> Operands { get; } = [operand];

    public override bool IsConstant => false;

    public override SqlValue Evaluate(SqlScope scope) => scope.Aggregates is { } results ? results[Index] : SqlValue.Undefined;

    public override string ToString() => $"{Kind.ToSql()}({Operand})";
}

/// <summary><c>x LIKE pattern [ESCAPE c]</c> with <c>%</c>, <c>_</c>, <c>[a-z]</c> and <c>[^a-z]</c>.</summary>
internal sealed class LikeExpression(SqlExpression value, SqlExpression pattern, SqlExpression? escape) : SqlExpression
{
    // Evaluated for every row with, nearly always, one pattern.
    private (string Pattern, string? Escape, Regex Regex)? _last;

    public SqlExpression Value { get; } = value;

    public SqlExpression Pattern { get; } = pattern;

    public override IReadOnlyList<SqlExpression> Operands { get; } = escape is null ? [value, pattern] : [value, pattern, escape];

    public override SqlValue Evaluate(SqlScope scope)
    {
        var text = Value.Evaluate(scope);
        var like = Pattern.Evaluate(scope);
        var escaped = escape?.Evaluate(scope) ?? SqlValue.Undefined;
        if (text.Kind != SqlKind.String || like.Kind != SqlKind.String)
            return SqlValue.Undefined;
        return SqlValue.Of(RegexOf(like.Text, escaped.Kind == SqlKind.String ? escaped.Text : null).IsMatch(text.Text));
    }

    public override string ToString() => $"({Value} LIKE {Pattern}{(escape is null ? "" : $" ESCAPE {escape}")})";

    private Regex RegexOf(string pattern, string? escape)
    {
        if (_last is { } last && last.Pattern == pattern && last.Escape == escape)
            return last.Regex;
        var regex = LikePattern.ToRegex(pattern, escape is { Length: 1 } ? escape[0] : null);
        _last = (pattern, escape, regex);
        return regex;
    }
}

internal static class LikePattern
{
    private static readonly TimeSpan MatchTimeout = TimeSpan.FromSeconds(1);

    public static Regex ToRegex(string pattern, char? escape)
    {
        var regex = new System.Text.StringBuilder("^");
        for (var i = 0; i < pattern.Length; i++)
        {
            var c = pattern[i];
            if (c == escape && i + 1 < pattern.Length)
                regex.Append(Regex.Escape(pattern[++i].ToString()));
            else if (c == '%')
                regex.Append(".*");
            else if (c == '_')
                regex.Append('.');
            else if (c == '[' && pattern.IndexOf(']', i + 1) is var end && end > i + 1)
            {
                regex.Append('[').Append(pattern[(i + 1)..end].Replace("\\", "\\\\", StringComparison.Ordinal)).Append(']');
                i = end;
            }
            else
                regex.Append(Regex.Escape(c.ToString()));
        }
        return new Regex(
            regex.Append('$').ToString(), RegexOptions.Singleline | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking, MatchTimeout);
    }

    /// <summary>The text every match must begin with.</summary>
    public static string Prefix(string pattern)
    {
        var end = pattern.AsSpan().IndexOfAny("%_[\\");
        return end < 0 ? pattern : pattern[..end];
    }
}

/// <summary>What a subquery is used for.</summary>
internal enum SubqueryKind
{
    /// <summary>Its single value.</summary>
    Scalar,

    /// <summary>Whether it has a row.</summary>
    Exists,

    /// <summary>All its values.</summary>
    Array,
}

/// <summary><c>(SELECT ...)</c>, <c>EXISTS(SELECT ...)</c> or <c>ARRAY(SELECT ...)</c>; its FROM starts at values of the row at hand.</summary>
internal sealed class SubqueryExpression(SubqueryKind kind, SqlQuery query) : SqlExpression
{
    private readonly QueryShape _shape = QueryShape.Of(query);

    public SubqueryKind Kind { get; } = kind;

    public SqlQuery Query { get; } = query;

    public override bool IsConstant => false;

    public override SqlValue Evaluate(SqlScope scope)
    {
        var values = SubqueryRun.Values(_shape, scope);
        return Kind switch
        {
            SubqueryKind.Exists => SqlValue.Of(values.Any()),
            SubqueryKind.Array => SqlValue.Of(values.ToArray()),
            _ => values.FirstOrDefault(),
        };
    }

    public override string ToString() => Kind switch
    {
        SubqueryKind.Exists => $"EXISTS({Query})",
        SubqueryKind.Array => $"ARRAY({Query})",
        _ => $"({Query})",
    };
}
