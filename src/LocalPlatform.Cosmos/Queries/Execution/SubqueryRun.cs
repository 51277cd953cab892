using LocalPlatform.Cosmos.Items;
using LocalPlatform.Cosmos.Queries.Functions;
using LocalPlatform.Cosmos.Queries.Sql;

namespace LocalPlatform.Cosmos.Queries.Execution;

/// <summary>Runs a query over values at hand: subqueries, and the joins of the outer query.</summary>
internal static class SubqueryRun
{
    /// <summary>All result rows of a subquery inside <paramref name="scope"/>.</summary>
    public static IEnumerable<SqlValue> Values(QueryShape shape, SqlScope scope) =>
        Values(shape, scope, Bind(scope, shape.Query.From, 0));

    /// <summary>All result rows of a query over a list of values.</summary>
    public static IEnumerable<SqlValue> Values(QueryShape shape, SqlScope scope, IEnumerable<SqlValue> source) =>
        Values(shape, scope, source.SelectMany(value => Bind(scope.With(shape.Query.From[0].Alias, value), shape.Query.From, 1)));

    /// <summary>Like <see cref="Values(QueryShape, SqlScope, IEnumerable{SqlValue})"/>, without TOP, OFFSET and LIMIT.</summary>
    public static IEnumerable<SqlValue> All(QueryShape shape, SqlScope scope, IEnumerable<SqlValue> source) =>
        All(shape, scope, source.SelectMany(value => Bind(scope.With(shape.Query.From[0].Alias, value), shape.Query.From, 1)));

    private static IEnumerable<SqlValue> Values(QueryShape shape, SqlScope scope, IEnumerable<SqlScope> rows)
    {
        var query = shape.Query;
        var values = All(shape, scope, rows);
        if (query.Offset is not null)
            values = values.Skip(Count(query.Offset, scope)).Take(Count(query.Limit!, scope));
        return query.Select.Top is null ? values : values.Take(Count(query.Select.Top, scope));
    }

    private static IEnumerable<SqlValue> All(QueryShape shape, SqlScope scope, IEnumerable<SqlScope> rows)
    {
        var query = shape.Query;
        if (query.Where is not null)
            rows = rows.Where(row => query.Where.Evaluate(row).IsTrue);
        var values = shape.IsGrouped ? Grouped(shape, scope, rows) : Ordered(query, rows).Select(shape.Project);
        values = values.Where(value => value.IsDefined);
        return query.Select.Distinct ? values.DistinctBy(value => value.ToIdentity()) : values;
    }

    /// <summary>One scope for each combination of the sources from <paramref name="first"/> on.</summary>
    public static IEnumerable<SqlScope> Bind(SqlScope scope, IReadOnlyList<FromSource> sources, int first)
    {
        if (first == sources.Count)
            return [scope];
        var source = sources[first];
        var value = source.Source is null ? scope.Find(source.ContainerName!) : source.Source.Evaluate(scope);
        if (!source.Iterates)
            return value.IsDefined ? Bind(scope.With(source.Alias, value), sources, first + 1) : [];
        return value.Kind == SqlKind.Array
            ? value.Elements.SelectMany(item => Bind(scope.With(source.Alias, item), sources, first + 1))
            : [];
    }

    /// <summary>The value of TOP, OFFSET or LIMIT.</summary>
    public static int Count(SqlExpression expression, SqlScope scope)
    {
        var value = expression.Evaluate(scope);
        return value.Kind == SqlKind.Number && value.Number >= 0 && value.Number == Math.Truncate(value.Number)
            ? (int)Math.Min(value.Number, int.MaxValue)
            : throw new SqlException($"TOP, OFFSET and LIMIT take a whole number that is not negative; '{expression}' is none.");
    }

    private static IEnumerable<SqlValue> Grouped(QueryShape shape, SqlScope scope, IEnumerable<SqlScope> rows)
    {
        var groups = new Grouping(shape, scope);
        foreach (var row in rows)
            groups.Add(row);
        return groups.Results();
    }

    private static IEnumerable<SqlScope> Ordered(SqlQuery query, IEnumerable<SqlScope> rows)
    {
        IOrderedEnumerable<SqlScope>? ordered = null;
        foreach (var item in query.OrderBy)
        {
            byte[]? Key(SqlScope row) => item.Expression.Evaluate(row).ToOrderKey();
            ordered = (ordered, item.Descending) switch
            {
                (null, false) => rows.OrderBy(Key, KeyOrder),
                (null, true) => rows.OrderByDescending(Key, KeyOrder),
                (_, false) => ordered.ThenBy(Key, KeyOrder),
                _ => ordered.ThenByDescending(Key, KeyOrder),
            };
        }
        return ordered ?? rows;
    }

    private static readonly Comparer<byte[]?> KeyOrder = Comparer<byte[]?>.Create(OrderKey.Compare);
}

/// <summary>Rows in groups by the GROUP BY expressions; one group of all rows when there are none.</summary>
internal sealed class Grouping(QueryShape shape, SqlScope scope)
{
    private readonly Dictionary<string, (SqlScope First, Accumulator[] Accumulators)> _groups = [];

    public void Add(SqlScope row)
    {
        var key = string.Join('\0', shape.Query.GroupBy.Select(expression => expression.Evaluate(row).ToIdentity()));
        if (!_groups.TryGetValue(key, out var group))
            _groups[key] = group = (row, NewAccumulators());
        foreach (var aggregate in shape.Aggregates)
            group.Accumulators[aggregate.Index].Add(aggregate.Operand.Evaluate(row));
    }

    public IEnumerable<SqlValue> Results()
    {
        if (_groups.Count == 0 && shape.Query.GroupBy.Count == 0)
            _groups[""] = (scope, NewAccumulators());
        foreach (var (first, accumulators) in _groups.Values)
        {
            var results = Array.ConvertAll(accumulators, accumulator => accumulator.Result());
            var value = shape.Project(first.WithAggregates(results));
            if (value.IsDefined)
                yield return value;
        }
    }

    private Accumulator[] NewAccumulators() => Array.ConvertAll(shape.Aggregates, aggregate => new Accumulator(aggregate.Kind));
}
