using LocalPlatform.Cosmos.Queries.Sql;

namespace LocalPlatform.Cosmos.Queries.Functions;

internal enum AggregateKind
{
    Count,
    Sum,
    Avg,
    Min,
    Max,
    CountIf,
    MakeList,
    MakeSet,
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
    private readonly List<SqlValue> _values = [];
    private readonly HashSet<string> _seen = [];
    private long _count;
    private double _sum;
    private SqlValue _extreme;
    private bool _isUndefined;

    public void Add(SqlValue value)
    {
        if (!value.IsDefined)
            return;
        _count += kind != AggregateKind.CountIf || value.IsTrue ? 1 : 0;
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
            case AggregateKind.MakeSet when !_seen.Add(value.ToIdentity()):
                break;
            case AggregateKind.MakeList or AggregateKind.MakeSet:
                _values.Add(value);
                break;
        }
    }

    public SqlValue Result() => kind switch
    {
        AggregateKind.Count or AggregateKind.CountIf => SqlValue.Of(_count),
        AggregateKind.MakeList or AggregateKind.MakeSet => SqlValue.Of(_values),
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
