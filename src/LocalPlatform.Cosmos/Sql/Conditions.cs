namespace LocalPlatform.Cosmos.Sql;

/// <summary>A comparison: undefined where a side is, and for an order between kinds or of arrays and objects.</summary>
internal sealed class ComparisonExpression(string symbol, SqlExpression left, SqlExpression right) : SqlExpression
{
    public string Symbol { get; } = symbol;

    public SqlExpression Left { get; } = left;

    public SqlExpression Right { get; } = right;

    public override IReadOnlyList<SqlExpression> Operands { get; } = [left, right];

    public override SqlValue Evaluate(in SqlRow row)
    {
        var left = Left.Evaluate(row);
        var right = Right.Evaluate(row);
        if (!left.IsDefined || !right.IsDefined)
            return SqlValue.Undefined;
        if (Symbol is "=" or "!=" or "<>")
            return SqlValue.Of(left.SameAs(right) == (Symbol == "="));
        return left.CompareTo(right) is not { } order ? SqlValue.Undefined : SqlValue.Of(Symbol switch
        {
            "<" => order < 0,
            "<=" => order <= 0,
            ">" => order > 0,
            _ => order >= 0,
        });
    }

    public override string ToString() => $"({Left} {Symbol} {Right})";
}

/// <summary>
/// AND and OR over any number of operands, so that a chain of a thousand is no deeper than one of two. An operand that decides does
/// so whatever the others are, undefined included.
/// </summary>
internal sealed class LogicalExpression(bool isAnd, IReadOnlyList<SqlExpression> operands) : SqlExpression
{
    public bool IsAnd { get; } = isAnd;

    public override IReadOnlyList<SqlExpression> Operands { get; } = operands;

    public override SqlValue Evaluate(in SqlRow row)
    {
        var areBooleans = true;
        foreach (var operand in Operands)
        {
            var value = operand.Evaluate(row);
            if (IsAnd ? value.IsFalse : value.IsTrue)
                return value;
            areBooleans &= value.Kind == SqlKind.Boolean;
        }
        return areBooleans ? SqlValue.Of(IsAnd) : SqlValue.Undefined;
    }

    public override string ToString() => $"({string.Join(IsAnd ? " AND " : " OR ", Operands)})";
}

internal sealed class NotExpression(SqlExpression operand) : SqlExpression
{
    public override IReadOnlyList<SqlExpression> Operands { get; } = [operand];

    public override SqlValue Evaluate(in SqlRow row)
    {
        var value = Operands[0].Evaluate(row);
        return value.Kind == SqlKind.Boolean ? SqlValue.Of(value.IsFalse) : SqlValue.Undefined;
    }

    public override string ToString() => $"(NOT {Operands[0]})";
}

/// <summary><c>x IN (a, b)</c>.</summary>
internal sealed class InExpression(SqlExpression value, IReadOnlyList<SqlExpression> list) : SqlExpression
{
    public SqlExpression Value { get; } = value;

    public IReadOnlyList<SqlExpression> List { get; } = list;

    public override IReadOnlyList<SqlExpression> Operands { get; } = [value, .. list];

    public override SqlValue Evaluate(in SqlRow row)
    {
        var value = Value.Evaluate(row);
        if (!value.IsDefined)
            return value;
        foreach (var item in List)
            if (item.Evaluate(row).SameAs(value))
                return SqlValue.True;
        return SqlValue.False;
    }

    public override string ToString() => $"({Value} IN ({string.Join(", ", List)}))";
}
