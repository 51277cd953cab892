namespace LocalPlatform.Cosmos.Sql;

/// <summary>A path to order by.</summary>
internal sealed record OrderByItem(PathExpression Path, bool Descending)
{
    public override string ToString() => $"{Path} {(Descending ? "DESC" : "ASC")}";
}

/// <summary>A query over the documents of a container.</summary>
/// <param name="Top">A number or a parameter, as are <paramref name="Offset"/> and <paramref name="Limit"/>.</param>
/// <param name="Selection">What is selected; null for whole documents (<c>*</c>).</param>
/// <param name="IsValue">Whether the selection was written with VALUE.</param>
/// <param name="Alias">The documents' name in the query.</param>
internal sealed record SqlQuery(
    SqlExpression? Top,
    Projection? Selection,
    bool IsValue,
    string Alias,
    SqlExpression? Where,
    IReadOnlyList<OrderByItem> OrderBy,
    SqlExpression? Offset,
    SqlExpression? Limit)
{
    /// <summary>The COUNT, when the query is one.</summary>
    public CountProjection? Count => Selection as CountProjection;

    /// <summary>Every path in the query.</summary>
    public IEnumerable<PathExpression> Paths =>
        (Selection?.Paths ?? []).Concat(Where?.Paths ?? []).Concat(OrderBy.Select(item => item.Path));

    /// <summary>How many rows TOP, OFFSET and LIMIT leave.</summary>
    /// <exception cref="SqlException">A parameter is no such number.</exception>
    public RowWindow Window(IReadOnlyDictionary<string, SqlValue> parameters)
    {
        int? Amount(SqlExpression? expression)
        {
            if (expression is null)
                return null;
            var value = expression.Evaluate(new SqlRow(SqlValue.Undefined, parameters));
            return value.Kind == SqlKind.Number && value.Number >= 0 && value.Number == Math.Truncate(value.Number)
                ? (int)Math.Min(value.Number, int.MaxValue)
                : throw new SqlException($"TOP, OFFSET and LIMIT take a whole number that is not negative; '{expression}' is none.");
        }

        return new RowWindow(Amount(Top), Amount(Offset), Amount(Limit));
    }

    /// <summary>SQL that is answered alike: a list of selected values is written as the object that it makes.</summary>
    public override string ToString() =>
        $"SELECT {(Top is null ? "" : $"TOP {Top} ")}{(Selection is null ? "*" : $"VALUE {Selection}")} FROM {Alias}"
        + (Where is null ? "" : $" WHERE {Where}")
        + (OrderBy.Count == 0 ? "" : $" ORDER BY {string.Join(", ", OrderBy)}")
        + (Offset is null ? "" : $" OFFSET {Offset} LIMIT {Limit}");
}

/// <summary>
/// The rows a query is to answer: <paramref name="Offset"/> are left out, and at most <paramref name="Top"/> or
/// <paramref name="Limit"/> follow.
/// </summary>
internal readonly record struct RowWindow(int? Top, int? Offset, int? Limit)
{
    public int Max => Math.Min(Top ?? int.MaxValue, Limit ?? int.MaxValue);
}

/// <summary>A query that cannot be answered, with the text a caller sees.</summary>
internal sealed class SqlException(string message) : Exception(message)
{
    public static SqlException Unsupported(string construct) => new($"The local gateway does not support {construct} in queries.");
}
