using LocalPlatform.Cosmos.Sql;
using LocalPlatform.Cosmos.Values;

namespace LocalPlatform.Cosmos.Queries.Access;

/// <summary>
/// The total order of result rows: the ORDER BY keys, then the document's number in the direction of the first key, as the
/// service breaks ties. Without ORDER BY rows come by number.
/// </summary>
internal sealed class QueryOrder(IReadOnlyList<OrderByItem> items) : IComparer<OrderedPosition>
{
    public IReadOnlyList<OrderByItem> Items { get; } = items;

    public bool IsByNumber => Items.Count == 0;

    public bool TiesDescend => Items.Count > 0 && Items[0].Descending;

    public byte[]?[] KeysOf(in SqlRow row)
    {
        var keys = new byte[]?[Items.Count];
        for (var i = 0; i < keys.Length; i++)
            keys[i] = Items[i].Path.Evaluate(row).ToOrderKey();
        return keys;
    }

    public int Compare(OrderedPosition x, OrderedPosition y)
    {
        var byKeys = CompareKeys(x.Keys, y.Keys);
        return byKeys != 0 ? byKeys : CompareNumbers(x.Rid, y.Rid);
    }

    public int CompareKeys(byte[]?[] x, byte[]?[] y)
    {
        for (var i = 0; i < Items.Count; i++)
        {
            var order = OrderKey.Compare(x[i], y[i]);
            if (order != 0)
                return Items[i].Descending ? -order : order;
        }
        return 0;
    }

    public int CompareNumbers(long x, long y) => TiesDescend ? y.CompareTo(x) : x.CompareTo(y);
}

/// <summary>Where a document stands in the order of a query.</summary>
internal readonly record struct OrderedPosition(byte[]?[] Keys, long Rid);
