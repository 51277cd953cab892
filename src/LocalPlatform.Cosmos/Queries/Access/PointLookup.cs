using LocalPlatform.Cosmos.Containers;
using LocalPlatform.Cosmos.Sql;
using LocalPlatform.Cosmos.Values;

namespace LocalPlatform.Cosmos.Queries.Access;

/// <summary>
/// Finds out that a query names its documents by partition key and id, as ReadMany does (<c>(c.id = .. AND c.pk = ..) OR ...</c>): then
/// they are looked up, whatever the size of the container.
/// </summary>
internal static class PointLookup
{
    /// <summary>The documents a WHERE clause can match at most, or null when it does not name them.</summary>
    public static List<(byte[] PartitionKey, string Id)>? TryFind(
        ContainerState container, SqlExpression? where, IReadOnlyDictionary<string, SqlValue> parameters, byte[]? partitionKey)
    {
        if (where is null)
            return null;
        var points = new List<(byte[], string)>();
        foreach (var branch in Branches(where))
        {
            var conditions = new RowFilter(branch, parameters).Conditions.Where(condition => condition.Equal is not null).ToList();
            if (!TryAdd(points, container, conditions, partitionKey))
                return null;
        }
        return points;
    }

    private static bool TryAdd(
        List<(byte[] PartitionKey, string Id)> points, ContainerState container, List<KeyCondition> conditions, byte[]? partitionKey)
    {
        var ids = conditions.Find(condition => condition.Path == IndexingPolicy.IdPath)?.Equal;
        if (ids is null)
            return false;
        foreach (var id in ids)
        {
            var key = partitionKey ?? KeyOf(container, conditions, id);
            if (key is null)
                return false;
            if (OrderKey.TryReadText(id) is { } text)
                points.Add((key, text));
        }
        return true;
    }

    private static byte[]? KeyOf(ContainerState container, List<KeyCondition> conditions, byte[] id)
    {
        var path = container.Definition.PartitionKey.Text;
        var key = path == IndexingPolicy.IdPath
            ? id
            : conditions.Find(condition => condition.Path == path && condition.IsEquality)?.Equal![0];
        return key is null ? null : PartitionKeyValue.FromOrderKey(key);
    }

    private static IEnumerable<SqlExpression> Branches(SqlExpression where) =>
        where is LogicalExpression { IsAnd: false } or ? or.Operands.SelectMany(Branches) : [where];
}
