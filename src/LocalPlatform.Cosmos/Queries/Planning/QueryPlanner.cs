using LocalPlatform.Cosmos.Queries.Execution;
using LocalPlatform.Cosmos.Queries.Functions;
using LocalPlatform.Cosmos.Queries.Sql;

namespace LocalPlatform.Cosmos.Queries.Planning;

/// <summary>
/// Splits a query between the ranges and the client: what each range is asked (a rewritten query), and how the client merges,
/// orders, groups and cuts the answers. The rewritten forms are those the service sends and the SDK expects.
/// </summary>
internal sealed class QueryPlanner
{
    // The client puts its own filter here when it resumes.
    private const string FilterPlaceholder = "{documentdb-formattableorderbyquery-filter}";

    private readonly SqlQuery _query;
    private readonly SqlScope _scope;

    private QueryPlanner(SqlQuery query, SqlContext context)
    {
        _query = query;
        _scope = new SqlScope(context);
    }

    /// <summary>The plan of a query.</summary>
    /// <exception cref="SqlException">The query cannot be split.</exception>
    public static QueryPlan Plan(PreparedQuery prepared, SqlContext context)
    {
        var planner = new QueryPlanner(prepared.Query, context);
        if (prepared.Query.From is [{ Source: SubqueryExpression derived }, ..])
            return planner.DistinctCount(derived.Query);
        if (prepared.Shape.IsGrouped)
            return planner.Grouped();
        return prepared.Query.OrderBy.Count > 0 ? planner.Ordered() : planner.Plain();
    }

    private int? Top => _query.Select.Top is null ? null : SubqueryRun.Count(_query.Select.Top, _scope);

    private int? Offset => _query.Offset is null ? null : SubqueryRun.Count(_query.Offset, _scope);

    private int? Limit => _query.Limit is null ? null : SubqueryRun.Count(_query.Limit, _scope);

    private string Sources => _query.From.Count == 0 ? "" : " FROM " + string.Join(" JOIN ", _query.From);

    private QueryPlan Plain()
    {
        // Which rows are distinct is known only behind all ranges, so what cuts them comes after.
        var cut = _query.Select.Distinct
            ? _query with { Select = _query.Select with { Top = null }, Offset = null, Limit = null }
            : _query with { Offset = Window(Offset, 0), Limit = Window(Limit, Offset + Limit) };
        return new QueryPlan
        {
            DistinctType = _query.Select.Distinct ? "Unordered" : "None",
            Top = Top,
            Offset = Offset,
            Limit = Limit,
            HasSelectValue = _query.Select.Value is not null,
            RewrittenQuery = _query.Offset is null && !_query.Select.Distinct ? "" : cut.ToString(),
        };
    }

    private QueryPlan Ordered()
    {
        var root = RootAlias();
        var items = string.Join(", ", _query.OrderBy.Select(item => $"{{\"item\": {item.Expression}}}"));
        var top = Top is null || _query.Select.Distinct ? "" : $"TOP {Top} ";
        var filter = Filter(_query.Select.Value is { } value ? $"IS_DEFINED({value})" : null);
        var window = Offset is null || _query.Select.Distinct ? "" : $" OFFSET 0 LIMIT {Total(Offset.Value, Limit!.Value)}";
        return new QueryPlan
        {
            DistinctType = !_query.Select.Distinct ? "None" : IsOrderedDistinct() ? "Ordered" : "Unordered",
            Top = Top,
            Offset = Offset,
            Limit = Limit,
            HasSelectValue = _query.Select.Value is not null,
            OrderBy = [.. _query.OrderBy.Select(item => item.Descending)],
            OrderByExpressions = [.. _query.OrderBy.Select(item => item.Expression.ToString()!)],
            RewrittenQuery = $"SELECT {top}{root}._rid, [{items}] AS orderByItems, {Payload()} AS payload{Sources} "
                + $"WHERE ({filter} AND ({FilterPlaceholder})) ORDER BY {string.Join(", ", _query.OrderBy)}{window}",
        };
    }

    private QueryPlan Grouped()
    {
        var where = _query.Where is null ? "" : $" WHERE {_query.Where}";
        var groupBy = _query.GroupBy.Count == 0 ? "" : " GROUP BY " + string.Join(", ", _query.GroupBy);
        var keys = _query.GroupBy.Count == 0
            ? ""
            : $"[{string.Join(", ", _query.GroupBy.Select(item => $"{{\"item\": {item}}}"))}] AS groupByItems, ";
        var plan = new QueryPlan
        {
            DistinctType = _query.Select.Distinct ? "Unordered" : "None",
            Top = Top,
            Offset = Offset,
            Limit = Limit,
            HasSelectValue = _query.Select.Value is not null,
            GroupByExpressions = [.. _query.GroupBy.Select(item => item.ToString()!)],
        };
        if (_query.Select.Value is not { } value)
        {
            var members = Members();
            var payload = string.Join(", ", members.Select(member => $"{Quote(member.Name)}: {Partial(member.Value)}"));
            return plan with
            {
                GroupMembers = [.. members.Select(member => KeyValuePair.Create(member.Name, KindOf(member.Value)))],
                RewrittenQuery = $"SELECT {keys}{{{payload}}} AS payload{Sources}{where}{groupBy}",
            };
        }
        var aggregates = KindOf(value) is { } kind ? (AggregateKind[])[kind] : [];
        var select = keys.Length > 0 ? $"SELECT {keys}{Partial(value)} AS payload" : $"SELECT VALUE [{Partial(value)}]";
        return plan with { Aggregates = aggregates, RewrittenQuery = $"{select}{Sources}{where}{groupBy}" };
    }

    // SELECT COUNT(1) FROM (SELECT DISTINCT ..): the client counts what is distinct over all ranges.
    private QueryPlan DistinctCount(SqlQuery inner)
    {
        var isCount = _query is { From.Count: 1, Where: null, GroupBy.Count: 0, OrderBy.Count: 0, Offset: null }
            && _query.Select.Expressions.ToList() is [AggregateExpression { Kind: AggregateKind.Count, Operand.IsConstant: true }];
        if (!isCount || inner is not { Select.Distinct: true, GroupBy.Count: 0, OrderBy.Count: 0, Offset: null, Select.Top: null })
            throw SqlException.Unsupported("a subquery in FROM other than COUNT over SELECT DISTINCT, when a container has several ranges");
        return new QueryPlan
        {
            DistinctType = "Unordered",
            HasSelectValue = _query.Select.Value is not null,
            DistinctCountAlias = _query.Select.Value is not null ? "" : _query.Select.Items[0].Name ?? "$1",
            RewrittenQuery = inner.ToString(),
        };
    }

    /// <summary>Refuses what no plan can express, as the service does whatever the number of ranges.</summary>
    /// <exception cref="SqlException">An aggregate is part of a larger expression.</exception>
    public static void Check(SqlQuery query)
    {
        if (query.From is [{ Source: null } root, ..]
            && query.OrderBy.Any(item => item.Expression.SelfAndDescendants().OfType<AliasExpression>().Any(alias => alias.Name != root.Alias)))
            throw new SqlException("Unsupported ORDER BY clause. ORDER BY item expression could not be mapped to a document path.");
        foreach (var expression in query.Select.Expressions)
            if (expression is not AggregateExpression && expression.SelfAndDescendants().OfType<AggregateExpression>().Any())
                throw new SqlException("Compositions of aggregates and other expressions are not allowed.");
    }

    private static string Partial(SqlExpression expression)
    {
        if (expression is not AggregateExpression aggregate)
            return expression.ToString();
        var x = aggregate.Operand;
        return aggregate.Kind switch
        {
            AggregateKind.Avg => $"{{\"item\": {{\"sum\": SUM({x}), \"count\": COUNT({x})}}}}",
            AggregateKind.Min => $"{{\"item\": MIN({x}), \"item2\": {{\"min\": MIN({x}), \"count\": COUNT({x})}}}}",
            AggregateKind.Max => $"{{\"item\": MAX({x}), \"item2\": {{\"max\": MAX({x}), \"count\": COUNT({x})}}}}",
            _ => $"{{\"item\": {aggregate}}}",
        };
    }

    private static AggregateKind? KindOf(SqlExpression expression) => (expression as AggregateExpression)?.Kind;

    private List<(string Name, SqlExpression Value)> Members()
    {
        var unnamed = 0;
        return [.. _query.Select.Items.Select(item => (item.Name ?? $"${++unnamed}", item.Expression))];
    }

    private string Payload()
    {
        if (_query.Select.IsStar)
            return _query.From[0].Alias;
        return _query.Select.Value is { } value
            ? value.ToString()
            : $"{{{string.Join(", ", Members().Select(member => $"{Quote(member.Name)}: {member.Value}"))}}}";
    }

    private string Filter(string? more)
    {
        var where = _query.Where is null ? "true" : _query.Where.ToString();
        return more is null ? $"({where})" : $"(({where}) AND {more})";
    }

    private string RootAlias()
    {
        var first = _query.From[0];
        return first.Source is null ? first.Alias : first.Source.SelfAndDescendants().OfType<AliasExpression>().First().Name;
    }

    // Equal rows are neighbours only if everything selected is ordered by.
    private bool IsOrderedDistinct()
    {
        var ordered = _query.OrderBy.Select(item => item.Expression.ToString()).ToHashSet();
        return !_query.Select.IsStar && _query.Select.Expressions.All(item => ordered.Contains(item.ToString()));
    }

    private static LiteralExpression? Window(int? present, int? value) =>
        present is null ? null : new LiteralExpression(SqlValue.Of(Math.Min(value ?? 0, (long)int.MaxValue)));

    private static long Total(int offset, int limit) => (long)offset + limit;

    private static string Quote(string name) => new LiteralExpression(SqlValue.Of(name)).ToString();
}
