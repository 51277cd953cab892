using System.Text;
using LocalPlatform.Cosmos.Containers;
using LocalPlatform.Cosmos.Sql;

namespace LocalPlatform.Cosmos.Queries.Access;

/// <summary>What an access path has to serve.</summary>
internal sealed record AccessRequest(
    ContainerState Container,
    SqlQuery Query,
    IReadOnlyDictionary<string, SqlValue> Parameters,
    byte[]? PartitionKey,
    QueryContinuation? Continuation,
    long Now)
{
    /// <summary>Whether it matters which rows come first: not when they are only counted.</summary>
    public bool OrderMatters => Query.Count is null;
}

/// <summary>How the rows of a query are fetched: the SQLite statement, and what is left to do row by row.</summary>
internal sealed class AccessPath
{
    private readonly AccessRequest _request;
    private readonly StringBuilder _where = new();
    private readonly List<object?> _arguments = [];
    private readonly IndexSet _indexes;
    private readonly SqlExpression? _filter;

    private AccessPath(AccessRequest request)
    {
        _request = request;
        _indexes = request.Container.Indexes;
        _filter = FilterOf(request);
        Order = new QueryOrder(request.OrderMatters ? request.Query.OrderBy : []);
    }

    /// <summary>Selects number, LSN, second, body and partition key.</summary>
    public string Sql { get; private set; } = "";

    public object?[] Arguments => [.. _arguments];

    /// <summary>Conjuncts of WHERE that SQLite has not decided.</summary>
    public IReadOnlyList<SqlExpression> Residual { get; private set; } = [];

    /// <summary>The order rows are to be returned in; with <see cref="IsOrdered"/> they come in it.</summary>
    public QueryOrder Order { get; private set; }

    public bool IsOrdered { get; private set; }

    /// <summary>The path a query without ORDER BY is walked by, when it is not the document number.</summary>
    public string? ImplicitPath { get; private set; }

    /// <summary>The index that would serve this query best; null when it needs none.</summary>
    public ColumnIndex? Wanted { get; private set; }

    /// <summary>Whether no index leads to the rows: each of the container, or of the partition, is looked at.</summary>
    public bool IsScan { get; private set; }

    public static AccessPath Find(AccessRequest request)
    {
        var path = new AccessPath(request);
        var points = PointLookup.TryFind(request.Container, path._filter, request.Parameters, request.PartitionKey);
        if (points is not null)
            path.LookUp(points);
        else
            path.Scan();
        return path;
    }

    // The service orders by one property from its index, which knows documents without the property only where the policy
    // names the path: elsewhere they are left out.
    private static SqlExpression? FilterOf(AccessRequest request)
    {
        var where = request.Query.Where;
        if (request.Query.OrderBy is not [{ Path: { Path: { } path } place }] || path == IndexingPolicy.IdPath
            || request.Container.Definition.Indexing.Names(path))
            return where;
        var isDefined = CallExpression.Of("IS_DEFINED", [place]);
        return where is null ? isDefined : new LogicalExpression(isAnd: true, [where, isDefined]);
    }

    private void LookUp(List<(byte[] PartitionKey, string Id)> points)
    {
        Residual = [_filter!];
        IsOrdered = Order.IsByNumber;
        if (points.Count == 0)
            _where.Append("false");
        else
        {
            var pairs = points.Select(point => $"({Argument(point.PartitionKey)}, {Argument(point.Id)})");
            _where.Append("(pk, id) IN (VALUES ").AppendJoin(',', pairs).Append(')');
        }
        Finish(null, Order.IsByNumber ? "rid" : null);
    }

    private void Scan()
    {
        var filter = new RowFilter(_filter, _request.Parameters);
        var conditions = filter.Conditions.ToList();
        var choice = new IndexChoice(_request, conditions, Order);
        Wanted = choice.Wanted();
        var index = choice.Best();
        IsScan = index is null;
        UseImplicitOrder(choice.ImplicitOrder(index));
        var pushed = new HashSet<string>();
        _where.Append(_request.PartitionKey is null ? "true" : $"pk = {Argument(_request.PartitionKey)}");
        foreach (var condition in conditions)
        {
            if (_indexes.Column(condition.Path) is not { IsFilled: true } column)
                continue;
            Append(condition, column.Name);
            pushed.Add(condition.Path);
        }
        Residual = filter.Rest(pushed);
        Finish(index, OrderClause());
    }

    private void UseImplicitOrder(KeyCondition? condition)
    {
        if (condition is null)
            return;
        ImplicitPath = condition.Path;
        Order = new QueryOrder([new OrderByItem(condition.Place, Descending: false)]);
    }

    private void Append(KeyCondition condition, string column)
    {
        if (condition.Equal is { } keys)
            _where.Append(" AND ").Append(column).Append(keys.Length == 1
                ? $" = {Argument(keys[0])}"
                : $" IN ({string.Join(',', keys.Select(Argument))})");
        if (condition.Low is not null)
            _where.Append(" AND ").Append(column).Append(condition.LowInclusive ? " >= " : " > ").Append(Argument(condition.Low));
        if (condition.High is not null)
            _where.Append(" AND ").Append(column).Append(condition.HighInclusive ? " <= " : " < ").Append(Argument(condition.High));
    }

    // Null when SQLite cannot sort, for want of columns.
    private string? OrderClause()
    {
        if (!_request.OrderMatters)
        {
            IsOrdered = true;
            return "";
        }
        var columns = new List<string>();
        foreach (var item in Order.Items)
        {
            if (item.Path.Path is not { } path || _indexes.Column(path) is not { IsFilled: true } column)
                return null;
            columns.Add(item.Descending ? column.Name + " DESC" : column.Name);
        }
        IsOrdered = true;
        AppendResume();
        columns.Add(Order.TiesDescend ? "rid DESC" : "rid");
        return string.Join(", ", columns);
    }

    // Rows before the continuation would be dropped one by one; this leaves out what its first key alone excludes.
    private void AppendResume()
    {
        if (_request.Continuation?.After is not { } after)
            return;
        if (Order.IsByNumber)
        {
            _where.Append(" AND rid >= ").Append(Argument(after.Rid));
            return;
        }
        var item = Order.Items[0];
        var column = _indexes.Column(item.Path.Path!)!.Name;
        _where.Append((after.Keys[0], item.Descending) switch
        {
            (null, true) => $" AND {column} IS NULL",
            (null, false) => "",
            ({ } key, true) => $" AND ({column} <= {Argument(key)} OR {column} IS NULL)",
            ({ } key, false) => $" AND {column} >= {Argument(key)}",
        });
    }

    private void Finish(ColumnIndex? index, string? order)
    {
        var number = _request.Container.Number;
        Sql = $"SELECT rid, lsn, ts, body, pk FROM docs_{number}{(index is null ? "" : $" INDEXED BY {index.Name}")} WHERE {_where}"
            + $" AND (expires IS NULL OR expires > {Argument(_request.Now)}){(string.IsNullOrEmpty(order) ? "" : $" ORDER BY {order}")}";
    }

    private string Argument(object? value)
    {
        _arguments.Add(value);
        return $"@{_arguments.Count - 1}";
    }
}
