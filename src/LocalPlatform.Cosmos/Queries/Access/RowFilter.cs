using LocalPlatform.Cosmos.Sql;

namespace LocalPlatform.Cosmos.Queries.Access;

/// <summary>
/// One condition on the order key at a path: equal to one of some keys, or between two bounds (either may be absent).
/// </summary>
internal sealed record KeyCondition(
    PathExpression Place, byte[][]? Equal, byte[]? Low = null, bool LowInclusive = true, byte[]? High = null, bool HighInclusive = false)
{
    public string Path => Place.Path!;

    public bool IsEquality => Equal is { Length: 1 };

    private bool IsRange => Equal is null;

    /// <summary>
    /// The conditions of one path with its ranges as one. SQLite walks an index by the first bound that it is given on a side, and would
    /// look at all between that one and the next.
    /// </summary>
    public static IEnumerable<KeyCondition> Narrowed(IEnumerable<KeyCondition> ofPath)
    {
        var conditions = ofPath.ToList();
        var ranges = conditions.FindAll(static condition => condition.IsRange);
        return ranges.Count < 2
            ? conditions
            : conditions.Where(static condition => !condition.IsRange).Append(ranges.Aggregate(static (one, other) => one.And(other)));
    }

    private KeyCondition And(KeyCondition other)
    {
        var (low, high) = (Compare(Low, other.Low, ifNone: -1), Compare(High, other.High, ifNone: 1));
        return this with
        {
            Low = low >= 0 ? Low : other.Low,
            LowInclusive = low == 0 ? LowInclusive && other.LowInclusive : low > 0 ? LowInclusive : other.LowInclusive,
            High = high <= 0 ? High : other.High,
            HighInclusive = high == 0 ? HighInclusive && other.HighInclusive : high < 0 ? HighInclusive : other.HighInclusive,
        };
    }

    // A bound that is absent lies before all others, or behind them.
    private static int Compare(byte[]? one, byte[]? other, int ifNone) => (one, other) switch
    {
        (null, null) => 0,
        (null, _) => ifNone,
        (_, null) => -ifNone,
        _ => one.AsSpan().SequenceCompareTo(other),
    };
}

/// <summary>
/// Takes the WHERE clause apart at its ANDs: what order keys can decide goes to SQLite, the rest is evaluated row by row.
/// </summary>
internal sealed class RowFilter
{
    private readonly List<(SqlExpression Conjunct, KeyCondition? Condition)> _parts = [];
    private readonly SqlRow _constants;

    public RowFilter(SqlExpression? where, IReadOnlyDictionary<string, SqlValue> parameters)
    {
        _constants = new SqlRow(SqlValue.Undefined, parameters);
        if (where is not null)
            Split(where);
    }

    public IEnumerable<KeyCondition> Conditions => _parts.Select(part => part.Condition).OfType<KeyCondition>()
        .GroupBy(static condition => condition.Path).SelectMany(KeyCondition.Narrowed);

    /// <summary>The conjuncts that remain when the conditions on <paramref name="paths"/> are decided elsewhere.</summary>
    public IReadOnlyList<SqlExpression> Rest(IReadOnlySet<string> paths) =>
        [.. _parts.Where(part => part.Condition is null || !paths.Contains(part.Condition.Path)).Select(part => part.Conjunct)];

    private void Split(SqlExpression expression)
    {
        if (expression is LogicalExpression { IsAnd: true } and)
            foreach (var operand in and.Operands)
                Split(operand);
        else
            _parts.Add((expression, ConditionOf(expression)));
    }

    private KeyCondition? ConditionOf(SqlExpression expression) => expression switch
    {
        ComparisonExpression { Left: PathExpression { Path: not null } left, Right.IsConstant: true } comparison =>
            Comparison(left, comparison.Symbol, comparison.Right.Evaluate(_constants)),
        ComparisonExpression { Left.IsConstant: true, Right: PathExpression { Path: not null } right } comparison =>
            Comparison(right, Mirror(comparison.Symbol), comparison.Left.Evaluate(_constants)),
        InExpression { Value: PathExpression { Path: not null } place } list when list.List.All(item => item.IsConstant) =>
            OneOf(place, list.List),
        CallExpression { Name: "STARTSWITH", Operands: [PathExpression { Path: not null } place, { IsConstant: true } prefix] } =>
            Prefix(place, prefix.Evaluate(_constants)),
        CallExpression { Name: "IS_DEFINED", Operands: [PathExpression { Path: not null } place] } =>
            new KeyCondition(place, null, Low: [0]),
        _ => null,
    };

    private static KeyCondition? Comparison(PathExpression place, string symbol, SqlValue value)
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
            "=" => new KeyCondition(place, [key]),
            ">" => new KeyCondition(place, null, key, LowInclusive: false, kindEnd),
            ">=" => new KeyCondition(place, null, key, LowInclusive: true, kindEnd),
            "<" => new KeyCondition(place, null, kindStart, LowInclusive: true, key),
            "<=" => new KeyCondition(place, null, kindStart, LowInclusive: true, key, HighInclusive: true),
            _ => null,
        };
    }

    private KeyCondition? OneOf(PathExpression place, IReadOnlyList<SqlExpression> list)
    {
        var values = list.Select(item => item.Evaluate(_constants)).ToList();
        return values.TrueForAll(value => value.Kind is not (SqlKind.Undefined or SqlKind.Array or SqlKind.Object))
            ? new KeyCondition(place, [.. values.Select(value => value.ToOrderKey()!)])
            : null;
    }

    private static KeyCondition? Prefix(PathExpression place, SqlValue prefix)
    {
        if (prefix.Kind != SqlKind.String)
            return null;
        var low = prefix.ToOrderKey()!;
        // No UTF-8 text holds 0xFF: this lies behind everything that begins with the prefix.
        return new KeyCondition(place, null, low, LowInclusive: true, [.. low, 0xFF]);
    }

    private static string Mirror(string symbol) => symbol switch
    {
        "<" => ">",
        "<=" => ">=",
        ">" => "<",
        ">=" => "<=",
        _ => symbol,
    };
}
