using System.Globalization;

namespace LocalPlatform.Cosmos.Queries.Sql;

/// <summary>A binary operator: undefined where the kinds of its operands do not fit.</summary>
internal sealed class BinaryExpression(string symbol, SqlExpression left, SqlExpression right) : SqlExpression
{
    private readonly Func<SqlValue, SqlValue, SqlValue> _apply = Operators.Find(symbol);

    public string Symbol { get; } = symbol;

    public SqlExpression Left { get; } = left;

    public SqlExpression Right { get; } = right;

    public override IReadOnlyList<SqlExpression> Operands { get; } = [left, right];

    public override SqlValue Evaluate(SqlScope scope) => _apply(Left.Evaluate(scope), Right.Evaluate(scope));

    public override string ToString() => $"({Left} {Symbol} {Right})";
}

/// <summary>AND and OR: a side that decides does so whatever the other is, undefined included.</summary>
internal sealed class LogicalExpression(bool isAnd, SqlExpression left, SqlExpression right) : SqlExpression
{
    public bool IsAnd { get; } = isAnd;

    public SqlExpression Left { get; } = left;

    public SqlExpression Right { get; } = right;

    public override IReadOnlyList<SqlExpression> Operands { get; } = [left, right];

    public override SqlValue Evaluate(SqlScope scope)
    {
        var left = Left.Evaluate(scope);
        if (Decides(left))
            return left;
        var right = Right.Evaluate(scope);
        if (Decides(right))
            return right;
        return left.Kind == SqlKind.Boolean && right.Kind == SqlKind.Boolean ? right : SqlValue.Undefined;
    }

    // A chain is printed flat: nested, it could not be parsed again when it is long.
    public override string ToString()
    {
        var operands = new List<SqlExpression>();
        SqlExpression node = this;
        for (; node is LogicalExpression chain && chain.IsAnd == IsAnd; node = chain.Left)
            operands.Add(chain.Right);
        operands.Add(node);
        operands.Reverse();
        return $"({string.Join(IsAnd ? " AND " : " OR ", operands)})";
    }

    private bool Decides(SqlValue value) => IsAnd ? value.IsFalse : value.IsTrue;
}

internal sealed class UnaryExpression(string symbol, SqlExpression operand) : SqlExpression
{
    public override IReadOnlyList<SqlExpression> Operands { get; } = [operand];

    public override SqlValue Evaluate(SqlScope scope)
    {
        var value = operand.Evaluate(scope);
        return symbol switch
        {
            "NOT" => value.Kind == SqlKind.Boolean ? SqlValue.Of(value.IsFalse) : SqlValue.Undefined,
            _ when value.Kind != SqlKind.Number => SqlValue.Undefined,
            "-" => SqlValue.Of(-value.Number),
            "~" => SqlValue.Of(~Operators.ToInt32(value)),
            _ => value,
        };
    }

    public override string ToString() => symbol == "NOT" ? $"(NOT {operand})" : $"({symbol}{operand})";
}

/// <summary><c>x IN (a, b)</c>.</summary>
internal sealed class InExpression(SqlExpression value, IReadOnlyList<SqlExpression> list) : SqlExpression
{
    public SqlExpression Value { get; } = value;

    public IReadOnlyList<SqlExpression> List { get; } = list;

    public override IReadOnlyList<SqlExpression> Operands { get; } = [value, .. list];

    public override SqlValue Evaluate(SqlScope scope)
    {
        var value = Value.Evaluate(scope);
        if (!value.IsDefined)
            return value;
        foreach (var item in List)
            if (item.Evaluate(scope).SameAs(value))
                return SqlValue.True;
        return SqlValue.False;
    }

    public override string ToString() => $"({Value} IN ({string.Join(", ", List)}))";
}

/// <summary><c>x BETWEEN low AND high</c>, bounds included.</summary>
internal sealed class BetweenExpression(SqlExpression value, SqlExpression low, SqlExpression high) : SqlExpression
{
    public SqlExpression Value { get; } = value;

    public SqlExpression Low { get; } = low;

    public SqlExpression High { get; } = high;

    public override IReadOnlyList<SqlExpression> Operands { get; } = [value, low, high];

    public override SqlValue Evaluate(SqlScope scope)
    {
        var value = Value.Evaluate(scope);
        var above = Operators.Compare(value, Low.Evaluate(scope), order => order >= 0);
        var below = Operators.Compare(value, High.Evaluate(scope), order => order <= 0);
        return above.IsFalse || below.IsFalse ? SqlValue.False : above.IsTrue && below.IsTrue ? SqlValue.True : SqlValue.Undefined;
    }

    public override string ToString() => $"({Value} BETWEEN {Low} AND {High})";
}

internal static class Operators
{
    public static Func<SqlValue, SqlValue, SqlValue> Find(string symbol) => symbol switch
    {
        "=" => (a, b) => a.IsDefined && b.IsDefined ? SqlValue.Of(a.SameAs(b)) : SqlValue.Undefined,
        "!=" or "<>" => (a, b) => a.IsDefined && b.IsDefined ? SqlValue.Of(!a.SameAs(b)) : SqlValue.Undefined,
        "<" => (a, b) => Compare(a, b, order => order < 0),
        "<=" => (a, b) => Compare(a, b, order => order <= 0),
        ">" => (a, b) => Compare(a, b, order => order > 0),
        ">=" => (a, b) => Compare(a, b, order => order >= 0),
        "??" => (a, b) => a.IsDefined ? a : b,
        "||" => Concatenate,
        "+" => (a, b) => Arithmetic(a, b, (x, y) => x + y),
        "-" => (a, b) => Arithmetic(a, b, (x, y) => x - y),
        "*" => (a, b) => Arithmetic(a, b, (x, y) => x * y),
        "/" => (a, b) => Arithmetic(a, b, (x, y) => x / y),
        "%" => (a, b) => Arithmetic(a, b, (x, y) => x % y),
        "&" => (a, b) => Bitwise(a, b, (x, y) => x & y),
        "|" => (a, b) => Bitwise(a, b, (x, y) => x | y),
        "^" => (a, b) => Bitwise(a, b, (x, y) => x ^ y),
        "<<" => (a, b) => Bitwise(a, b, (x, y) => x << y),
        ">>" => (a, b) => Bitwise(a, b, (x, y) => x >> y),
        ">>>" => (a, b) => Bitwise(a, b, (x, y) => (int)((uint)x >>> y)),
        _ => throw new ArgumentOutOfRangeException(nameof(symbol), symbol, "Not an operator of the grammar."),
    };

    /// <summary>Ordering comparisons hold within one kind of scalar; across kinds, and on arrays and objects, they are undefined.</summary>
    public static SqlValue Compare(SqlValue left, SqlValue right, Func<int, bool> holds)
    {
        if (left.Kind != right.Kind)
            return SqlValue.Undefined;
        return left.Kind switch
        {
            SqlKind.Number or SqlKind.Boolean => SqlValue.Of(holds(left.Number.CompareTo(right.Number))),
            SqlKind.String => SqlValue.Of(holds(string.CompareOrdinal(left.Text, right.Text))),
            SqlKind.Null => SqlValue.Of(holds(0)),
            _ => SqlValue.Undefined,
        };
    }

    public static int ToInt32(SqlValue number) => unchecked((int)(long)number.Number);

    private static SqlValue Concatenate(SqlValue left, SqlValue right) =>
        left.Kind == SqlKind.String && right.Kind == SqlKind.String
            ? SqlValue.Of(string.Concat(left.Text, right.Text))
            : SqlValue.Undefined;

    private static SqlValue Arithmetic(SqlValue left, SqlValue right, Func<double, double, double> apply) =>
        left.Kind == SqlKind.Number && right.Kind == SqlKind.Number
            ? SqlValue.Of(apply(left.Number, right.Number))
            : SqlValue.Undefined;

    private static SqlValue Bitwise(SqlValue left, SqlValue right, Func<int, int, int> apply) =>
        left.Kind == SqlKind.Number && right.Kind == SqlKind.Number
            ? SqlValue.Of(apply(ToInt32(left), ToInt32(right)))
            : SqlValue.Undefined;
}

/// <summary>A query that cannot be answered, with the text a caller sees.</summary>
internal sealed class SqlException(string message) : Exception(message)
{
    public static SqlException Unsupported(string construct) =>
        new(string.Create(CultureInfo.InvariantCulture, $"Unsupported construct: {construct}."));
}
