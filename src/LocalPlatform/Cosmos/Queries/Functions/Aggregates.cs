using LocalPlatform.Cosmos.Queries.Sql;

namespace LocalPlatform.Cosmos.Queries.Functions;

internal enum AggregateKind
{
    Count,
    Sum,
    Avg,
    Min,
    Max,
}

internal static class AggregateKinds
{
    public static string ToSql(this AggregateKind kind) => kind.ToString().ToUpperInvariant();
}

/// <summary>
/// Collects one aggregate over a group. Undefined values are left out; SUM and AVG over anything but numbers, and MIN and MAX
/// over arrays or objects, are undefined.
/// </summary>
internal sealed class Accumulator(AggregateKind kind)
{
    private long _count;
    private double _sum;
    private SqlValue _extreme;
    private bool _isUndefined;

    public void Add(SqlValue value)
    {
        if (!value.IsDefined)
            return;
        _count++;
        switch (kind)
        {
            case AggregateKind.Sum or AggregateKind.Avg:
                _isUndefined |= value.Kind != SqlKind.Number;
                _sum += value.Number;
                break;
            case AggregateKind.Min or AggregateKind.Max:
                _isUndefined |= value.Kind is SqlKind.Array or SqlKind.Object;
                AddExtreme(value);
                break;
        }
    }

    public SqlValue Result() => kind switch
    {
        AggregateKind.Count => SqlValue.Of(_count),
        _ when _isUndefined => SqlValue.Undefined,
        AggregateKind.Sum => SqlValue.Of(_sum),
        AggregateKind.Avg => _count == 0 ? SqlValue.Undefined : SqlValue.Of(_sum / _count),
        _ => _extreme,
    };

    private void AddExtreme(SqlValue value)
    {
        if (!_extreme.IsDefined)
        {
            _extreme = value;
            return;
        }
        var order = Items.OrderKey.Compare(value.ToOrderKey(), _extreme.ToOrderKey());
        if (kind == AggregateKind.Min ? order < 0 : order > 0)
            _extreme = value;
    }
}
