using LocalPlatform.Cosmos.Queries.Sql;

namespace LocalPlatform.Cosmos.Queries.Execution;

/// <summary>
/// One condition on the order key at a path: equal to one of some keys, or between two bounds (either may be absent).
/// </summary>
internal sealed record KeyCondition(
    string Path, SqlExpression Source, byte[][]? Equal, byte[]? Low = null, bool LowInclusive = true, byte[]? High = null, bool HighInclusive = false)
{
    public bool IsEquality => Equal is { Length: 1 };
}

/// <summary>
/// Takes the WHERE clause apart at its ANDs: what order keys can decide goes to SQLite, the rest is evaluated row by row.
/// </summary>
internal sealed class RowFilter
{
    private readonly List<(SqlExpression Conjunct, KeyCondition? Condition)> _parts = [];
    private readonly string _alias;
    private readonly SqlScope _scope;

    private RowFilter(string alias, SqlScope scope)
    {
        _alias = alias;
        _scope = scope;
    }

    public IEnumerable<KeyCondition> Conditions => _parts.Select(part => part.Condition).OfType<KeyCondition>();

    /// <summary>The conjuncts that remain when the conditions on <paramref name="paths"/> are decided elsewhere.</summary>
    public IReadOnlyList<SqlExpression> Rest(IReadOnlySet<string> paths) =>
        [.. _parts.Where(part => part.Condition is null || !paths.Contains(part.Condition.Path)).Select(part => part.Conjunct)];

    /// <summary>Reads the WHERE clause of a query whose first source is the container under <paramref name="alias"/>.</summary>
    public static RowFilter Of(SqlExpression? where, string alias, SqlScope scope)
    {
        var filter = new RowFilter(alias, scope);
        if (where is not null)
            filter.Split(where);
        return filter;
    }

    private void Split(SqlExpression expression)
    {
        if (expression is LogicalExpression { IsAnd: true } and)
        {
            Split(and.Left);
            Split(and.Right);
        }
        else
            _parts.Add((expression, ConditionOf(expression)));
    }

    private KeyCondition? ConditionOf(SqlExpression expression) => expression switch
    {
        BinaryExpression binary => Comparison(binary),
        BetweenExpression { Low.IsConstant: true, High.IsConstant: true } between when PathOf(between.Value) is { } path =>
            Between(between, path),
        InExpression list when list.List.All(item => item.IsConstant) && PathOf(list.Value) is { } path => OneOf(list, path),
        CallExpression { Name: "STARTSWITH", Operands: [var text, { IsConstant: true } prefix] } when PathOf(text) is { } path =>
            Prefix(text, path, prefix.Evaluate(_scope)),
        CallExpression { Name: "IS_DEFINED", Operands: [var value] } when PathOf(value) is { } path =>
            new KeyCondition(path, value, null, Low: [0]),
        _ => null,
    };

    private KeyCondition? Comparison(BinaryExpression binary)
    {
        if (binary.Right.IsConstant && PathOf(binary.Left) is { } path)
            return Comparison(path, binary.Left, binary.Symbol, binary.Right.Evaluate(_scope));
        if (binary.Left.IsConstant && PathOf(binary.Right) is { } other)
            return Comparison(other, binary.Right, Mirror(binary.Symbol), binary.Left.Evaluate(_scope));
        return null;
    }

    private static KeyCondition? Comparison(string path, SqlExpression source, string symbol, SqlValue value)
    {
        // Keys do not tell one array or object from another.
        if (value.Kind is SqlKind.Undefined or SqlKind.Array or SqlKind.Object)
            return null;
        var key = value.ToOrderKey()!;
        byte[] kindStart = [key[0]], kindEnd = [(byte)(key[0] + 1)];
        if (symbol != "=" && value.Kind is SqlKind.Null or SqlKind.Boolean)
            return null;
        return symbol switch
        {
            "=" => new KeyCondition(path, source, [key]),
            ">" => new KeyCondition(path, source, null, key, LowInclusive: false, kindEnd),
            ">=" => new KeyCondition(path, source, null, key, LowInclusive: true, kindEnd),
            "<" => new KeyCondition(path, source, null, kindStart, LowInclusive: true, key),
            "<=" => new KeyCondition(path, source, null, kindStart, LowInclusive: true, key, HighInclusive: true),
            _ => null,
        };
    }

    private KeyCondition? Between(BetweenExpression between, string path)
    {
        var low = between.Low.Evaluate(_scope);
        var high = between.High.Evaluate(_scope);
        return low.Kind == high.Kind && low.Kind is SqlKind.Number or SqlKind.String
            ? new KeyCondition(path, between.Value, null, low.ToOrderKey(), LowInclusive: true, high.ToOrderKey(), HighInclusive: true)
            : null;
    }

    private KeyCondition? OneOf(InExpression list, string path)
    {
        var values = list.List.Select(item => item.Evaluate(_scope)).ToList();
        return values.TrueForAll(value => value.Kind is not (SqlKind.Undefined or SqlKind.Array or SqlKind.Object))
            ? new KeyCondition(path, list.Value, [.. values.Select(value => value.ToOrderKey()!)])
            : null;
    }

    private static KeyCondition? Prefix(SqlExpression source, string path, SqlValue prefix)
    {
        if (prefix.Kind != SqlKind.String)
            return null;
        var low = prefix.ToOrderKey()!;
        // No UTF-8 text holds 0xFF: this lies behind everything that begins with the prefix.
        return new KeyCondition(path, source, null, low, LowInclusive: true, [.. low, 0xFF]);
    }

    private string? PathOf(SqlExpression expression) =>
        (expression as MemberExpression)?.AsPath() is var (alias, path) && alias == _alias ? path : null;

    private static string Mirror(string symbol) => symbol switch
    {
        "<" => ">",
        "<=" => ">=",
        ">" => "<",
        ">=" => "<=",
        _ => symbol,
    };
}
