using LocalPlatform.Cosmos.Sql;

namespace LocalPlatform.Cosmos.Queries.Planning;

/// <summary>
/// Splits a query between the ranges and the client: what each range is asked (a rewritten query), and how the client merges,
/// orders and cuts the answers. The rewritten forms are those the service sends and the SDK expects.
/// </summary>
internal static class QueryPlanner
{
    /// <summary>The client puts its own filter here when it resumes.</summary>
    public const string FilterPlaceholder = "{documentdb-formattableorderbyquery-filter}";

    /// <summary>The plan of a query.</summary>
    public static QueryPlan Plan(SqlQuery query, RowWindow window)
    {
        var plan = new QueryPlan { Window = window, HasSelectValue = query.IsValue };
        if (query.Count is not null)
            return plan with { Aggregates = ["Count"], RewrittenQuery = query.ToString() };
        if (query.OrderBy.Count > 0)
            return plan with { OrderBy = query.OrderBy, RewrittenQuery = Ordered(query, window) };
        return window.Offset is null ? plan : plan with { RewrittenQuery = Widened(query, window).ToString() };
    }

    private static string Ordered(SqlQuery query, RowWindow window)
    {
        var items = string.Join(", ", query.OrderBy.Select(item => $"{{\"item\": {item.Path}}}"));
        var where = query.Where?.ToString() ?? "true";
        if (query is { IsValue: true, Selection: ValueProjection value })
            where = $"({where} AND IS_DEFINED({value}))";
        var cut = Widened(query, window);
        return $"SELECT {(cut.Top is null ? "" : $"TOP {cut.Top} ")}{query.Alias}._rid, [{items}] AS orderByItems, "
            + $"{query.Selection?.ToString() ?? query.Alias} AS payload FROM {query.Alias} WHERE ({where} AND ({FilterPlaceholder})) "
            + $"ORDER BY {string.Join(", ", query.OrderBy)}{(cut.Offset is null ? "" : $" OFFSET {cut.Offset} LIMIT {cut.Limit}")}";
    }

    // Which rows are left out is known only behind all ranges: each gives its first ones.
    private static SqlQuery Widened(SqlQuery query, RowWindow window) => query with
    {
        Top = Literal(window.Top),
        Offset = Literal(window.Offset is null ? null : 0),
        Limit = Literal((long?)window.Offset + window.Limit),
    };

    private static LiteralExpression? Literal(long? rows) =>
        rows is { } number ? new LiteralExpression(SqlValue.Of((double)Math.Min(number, int.MaxValue))) : null;
}
