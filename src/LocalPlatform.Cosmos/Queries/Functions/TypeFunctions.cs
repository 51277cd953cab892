using LocalPlatform.Cosmos.Queries.Sql;
using static LocalPlatform.Cosmos.Queries.Functions.SqlFunction;

namespace LocalPlatform.Cosmos.Queries.Functions;

/// <summary>IS_* and conversions. The tests answer false, not undefined, for what is undefined.</summary>
internal static class TypeFunctions
{
    public static readonly SqlFunction[] All =
    [
        One("IS_DEFINED", v => SqlValue.Of(v.IsDefined)),
        One("IS_NULL", v => SqlValue.Of(v.Kind == SqlKind.Null)),
        One("IS_BOOL", v => SqlValue.Of(v.Kind == SqlKind.Boolean)),
        One("IS_NUMBER", v => SqlValue.Of(v.Kind == SqlKind.Number)),
        One("IS_STRING", v => SqlValue.Of(v.Kind == SqlKind.String)),
        One("IS_ARRAY", v => SqlValue.Of(v.Kind == SqlKind.Array)),
        One("IS_OBJECT", v => SqlValue.Of(v.Kind == SqlKind.Object)),
        One("IS_PRIMITIVE", v => SqlValue.Of(v.Kind is SqlKind.Null or SqlKind.Boolean or SqlKind.Number or SqlKind.String)),
        One("IS_INTEGER", v => SqlValue.Of(IsInteger(v))),
        One("IS_FINITE_NUMBER", v => SqlValue.Of(v.Kind == SqlKind.Number)),
        new("IIF", 3, 3, (a, _) => a[0].IsTrue ? a[1] : a[2]),
    ];

    private static bool IsInteger(SqlValue value) =>
        value.Kind == SqlKind.Number && value.Number == Math.Truncate(value.Number) && Math.Abs(value.Number) <= long.MaxValue;
}
