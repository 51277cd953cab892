using LocalPlatform.Cosmos.Queries.Sql;
using static LocalPlatform.Cosmos.Queries.Functions.SqlFunction;

namespace LocalPlatform.Cosmos.Queries.Functions;

/// <summary>Functions on arrays and objects; undefined when an argument is of another kind.</summary>
internal static class ArrayFunctions
{
    public static readonly SqlFunction[] All =
    [
        One("ARRAY_LENGTH", v => v.Kind == SqlKind.Array ? SqlValue.Of(v.Length) : SqlValue.Undefined),
        Many("ARRAY_CONTAINS", 2, 3, Contains),
        Many("ARRAY_CONTAINS_ANY", 2, 64, a => Sets(a, list => a.Skip(1).Any(item => Has(list, item)))),
        Many("ARRAY_CONTAINS_ALL", 2, 64, a => Sets(a, list => a.Skip(1).All(item => Has(list, item)))),
        Many("ARRAY_CONCAT", 2, 64, Concat),
        Many("ARRAY_SLICE", 2, 3, Slice),
        Two("SETINTERSECT", (a, b) => Both(a, b, () => Distinct(a.Elements.Where(item => Has(b, item))))),
        Two("SETUNION", (a, b) => Both(a, b, () => Distinct(a.Elements.Concat(b.Elements)))),
        Two("SETDIFFERENCE", (a, b) => Both(a, b, () => Distinct(a.Elements.Where(item => !Has(b, item))))),
        One("OBJECTTOARRAY", ToArray),
    ];

    private static SqlValue Contains(SqlValue[] a)
    {
        if (a[0].Kind != SqlKind.Array || !a[1].IsDefined)
            return a[0].Kind == SqlKind.Array ? SqlValue.Undefined : SqlValue.False;
        return SqlValue.Of(a.Length > 2 && a[2].IsTrue ? a[0].Elements.Any(item => Includes(item, a[1])) : Has(a[0], a[1]));
    }

    // Partial match: an object that has at least the members asked for.
    private static bool Includes(SqlValue item, SqlValue wanted) => item.Kind == SqlKind.Object && wanted.Kind == SqlKind.Object
        ? wanted.Members.All(member => Includes(item.Member(member.Key), member.Value))
        : item.SameAs(wanted);

    private static bool Has(SqlValue list, SqlValue wanted) => list.Elements.Any(item => item.SameAs(wanted));

    private static SqlValue Sets(SqlValue[] a, Func<SqlValue, bool> test) =>
        a[0].Kind == SqlKind.Array ? SqlValue.Of(test(a[0])) : SqlValue.Undefined;

    private static SqlValue Concat(SqlValue[] a) => Array.TrueForAll(a, v => v.Kind == SqlKind.Array)
        ? SqlValue.Of(a.SelectMany(v => v.Elements).ToArray())
        : SqlValue.Undefined;

    private static SqlValue Slice(SqlValue[] a)
    {
        if (a[0].Kind != SqlKind.Array || a.Skip(1).Any(v => v.Kind != SqlKind.Number))
            return SqlValue.Undefined;
        var start = (int)Math.Clamp(a[1].Number < 0 ? a[0].Length + a[1].Number : a[1].Number, 0, a[0].Length);
        var count = a.Length > 2 ? (int)Math.Clamp(a[2].Number, 0, a[0].Length - start) : a[0].Length - start;
        return SqlValue.Of(a[0].Elements.Skip(start).Take(count).ToArray());
    }

    private static SqlValue Both(SqlValue a, SqlValue b, Func<SqlValue> apply) =>
        a.Kind == SqlKind.Array && b.Kind == SqlKind.Array ? apply() : SqlValue.Undefined;

    private static SqlValue Distinct(IEnumerable<SqlValue> items) =>
        SqlValue.Of(items.DistinctBy(item => item.ToIdentity()).ToArray());

    private static SqlValue ToArray(SqlValue value) => value.Kind != SqlKind.Object
        ? SqlValue.Undefined
        : SqlValue.Of(value.Members
            .Select(member => SqlValue.Of(new[] { KeyValuePair.Create("k", SqlValue.Of(member.Key)), KeyValuePair.Create("v", member.Value) }))
            .ToArray());
}
