using LocalPlatform.Cosmos.Queries.Sql;

namespace LocalPlatform.Cosmos.Queries.Execution;

/// <summary>A query with what its execution needs to know beforehand: its aggregates and whether it groups.</summary>
internal sealed class QueryShape
{
    private QueryShape(SqlQuery query, AggregateExpression[] aggregates)
    {
        Query = query;
        Aggregates = aggregates;
    }

    public SqlQuery Query { get; }

    public AggregateExpression[] Aggregates { get; }

    public bool IsGrouped => Query.GroupBy.Count > 0 || Aggregates.Length > 0;

    /// <summary>Numbers the aggregates of a query and checks where they stand.</summary>
    public static QueryShape Of(SqlQuery query)
    {
        var aggregates = query.Select.Expressions.SelectMany(item => item.SelfAndDescendants()).OfType<AggregateExpression>().ToArray();
        for (var i = 0; i < aggregates.Length; i++)
            aggregates[i].Index = i;
        Check(query, aggregates);
        return new QueryShape(query, aggregates);
    }

    /// <summary>The result row of a scope; undefined for a VALUE that is, which yields no row.</summary>
    public SqlValue Project(SqlScope scope)
    {
        var select = Query.Select;
        if (select.IsStar)
            return scope.Find(Query.From[0].Alias);
        if (select.Value is not null)
            return select.Value.Evaluate(scope);
        var members = new KeyValuePair<string, SqlValue>[select.Items.Count];
        var unnamed = 0;
        for (var i = 0; i < members.Length; i++)
        {
            var name = select.Items[i].Name ?? $"${++unnamed}";
            members[i] = KeyValuePair.Create(name, select.Items[i].Expression.Evaluate(scope));
        }
        return SqlValue.Of(members);
    }

    private static void Check(SqlQuery query, AggregateExpression[] aggregates)
    {
        if (query.Select.IsStar && query.From.Count != 1)
            throw new SqlException("'SELECT *' is only valid with a single input set.");
        var elsewhere = query.Expressions.Except(query.Select.Expressions).SelectMany(item => item.SelfAndDescendants());
        if (elsewhere.OfType<AggregateExpression>().FirstOrDefault() is { } stray)
            throw new SqlException($"The aggregate function {stray.Kind.ToString().ToUpperInvariant()} is only valid in the SELECT clause.");
        if (aggregates.Any(aggregate => aggregate.Operand.SelfAndDescendants().OfType<AggregateExpression>().Any()))
            throw new SqlException("Cannot perform an aggregate function on an expression containing an aggregate.");
        CheckGrouping(query, aggregates.Length > 0 || query.GroupBy.Count > 0);
        // Over a single row, what an aggregate without GROUP BY gives, any order is the same.
        if (query.OrderBy.Count > 0 && query.GroupBy.Count > 0)
            throw SqlException.Unsupported("ORDER BY in combination with GROUP BY");
    }

    // In a grouping query every value must be one of the group: an aggregate, a GROUP BY expression or a constant.
    private static void CheckGrouping(SqlQuery query, bool isGrouped)
    {
        if (!isGrouped)
            return;
        if (query.Select.IsStar)
            throw new SqlException("'SELECT *' is not valid in a query that groups or aggregates.");
        var keys = query.GroupBy.Select(key => key.ToString()).ToHashSet();
        foreach (var expression in query.Select.Expressions)
            if (!IsOfGroup(expression, keys))
                throw new SqlException(
                    $"'{expression}' is invalid in the select list because it is not contained in either an aggregate function or the GROUP BY clause.");
    }

    private static bool IsOfGroup(SqlExpression expression, HashSet<string> keys) =>
        expression is AggregateExpression || expression.IsConstant || keys.Contains(expression.ToString())
        || (expression is not (AliasExpression or SubqueryExpression) && expression.Operands.All(operand => IsOfGroup(operand, keys)));
}
