using LocalPlatform.Cosmos.Containers;

namespace LocalPlatform.Cosmos.Queries.Access;

/// <summary>
/// Chooses among a container's indexes for one query, and says which index would serve it best: columns that are compared for
/// equality first, then those it orders by, else one it bounds.
/// </summary>
internal sealed class IndexChoice(AccessRequest request, List<KeyCondition> conditions, QueryOrder order)
{
    private const int PathsMax = 5;
    private const int ScoreMax = 1_000;

    private readonly HashSet<string> _equal = [.. conditions.Where(condition => condition.IsEquality).Select(condition => condition.Path)];
    private readonly string[] _orderPaths = OrderPaths(order);

    // Who names ids across partitions means a few documents: no other column is worth an index of both.
    private readonly bool _namesIds = request.PartitionKey is null
        && conditions.Exists(static condition => condition is { Path: IndexingPolicy.IdPath, Equal: not null });

    /// <summary>The index to read by; null to read the table, or a partition by its key.</summary>
    public ColumnIndex? Best()
    {
        var best = (Index: (ColumnIndex?)null, Score: 0);
        foreach (var index in request.Container.Indexes.Indexes)
        {
            if (index.LeadsWithPartitionKey && request.PartitionKey is null)
                continue;
            var score = Score(index);
            if (score > best.Score)
                best = (index, score);
        }
        return best.Index;
    }

    /// <summary>The index this query would like; null when none would help or the policy excludes its paths.</summary>
    public ColumnIndex? Wanted()
    {
        var policy = request.Container.Definition.Indexing;
        if (_namesIds && policy.Includes(IndexingPolicy.IdPath))
            return new ColumnIndex("", false, [IndexingPolicy.IdPath]);
        var paths = _equal.Order(StringComparer.Ordinal).Where(policy.Includes).ToList();
        if (_orderPaths.Length > 0 && _orderPaths.All(policy.Includes))
            paths.AddRange(_orderPaths.Where(path => !_equal.Contains(path)));
        else if (conditions.Find(condition => !condition.IsEquality && policy.Includes(condition.Path)) is { } range)
            paths.Add(range.Path);
        var isInPartition = request.PartitionKey is not null;
        if (paths.Count > PathsMax || (paths.Count == 0 && !isInPartition))
            return null;
        var byNumber = request.OrderMatters && order.IsByNumber && paths.TrueForAll(_equal.Contains);
        return new ColumnIndex("", isInPartition, [.. paths]) { ByNumber = byNumber };
    }

    /// <summary>
    /// The condition whose path rows are walked by when the query has no ORDER BY: an index bounded on that path gives them so.
    /// A continuation keeps to the path it began with.
    /// </summary>
    public KeyCondition? ImplicitOrder(ColumnIndex? index)
    {
        if (!request.OrderMatters || !order.IsByNumber)
            return null;
        if (request.Continuation is { } continuation)
            return conditions.Find(condition => condition.Path == continuation.ImplicitPath);
        var next = index?.Paths.SkipWhile(_equal.Contains).FirstOrDefault();
        return next is null ? null : conditions.Find(condition => condition.Path == next && !condition.IsEquality);
    }

    private int Score(ColumnIndex index)
    {
        if (_namesIds && index is { LeadsWithPartitionKey: false, Paths: [IndexingPolicy.IdPath] })
            return ScoreMax;
        var equal = index.Paths.TakeWhile(_equal.Contains).Count();
        var rest = index.Paths[equal..];
        var open = _orderPaths.Where(path => !_equal.Contains(path)).ToArray();
        var score = 10 * equal;
        if (open.Length > 0 && rest.AsSpan().StartsWith(open))
            score += 6;
        else if (rest.Length > 0 && conditions.Exists(condition => condition.Path == rest[0]))
            score += 4;
        if (score == 0 && index.Paths.Length > 0)
            return 0;
        score += index.LeadsWithPartitionKey ? 10 : 0;
        // Among equals the shorter index is the better one: it gives rows in the order of their number.
        return (score * 10) - index.Paths.Length;
    }

    // Empty when the order is in mixed directions or by a place without a path, which no index gives.
    private static string[] OrderPaths(QueryOrder order)
    {
        var paths = order.Items.Select(item => item.Path.Path).OfType<string>().ToArray();
        return paths.Length == order.Items.Count && order.Items.All(item => item.Descending == order.TiesDescend) ? paths : [];
    }
}
