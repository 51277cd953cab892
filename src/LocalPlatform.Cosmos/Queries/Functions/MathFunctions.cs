using LocalPlatform.Cosmos.Queries.Sql;
using static LocalPlatform.Cosmos.Queries.Functions.SqlFunction;

namespace LocalPlatform.Cosmos.Queries.Functions;

/// <summary>Functions on numbers; undefined when an argument is of another kind or the result is no number.</summary>
internal static class MathFunctions
{
    public static readonly SqlFunction[] All =
    [
        Of("ABS", Math.Abs),
        Of("ACOS", Math.Acos),
        Of("ASIN", Math.Asin),
        Of("ATAN", Math.Atan),
        Of("ATN2", Math.Atan2),
        Of("CEILING", Math.Ceiling),
        Of("COS", Math.Cos),
        Of("COT", x => 1 / Math.Tan(x)),
        Of("DEGREES", x => x * 180 / Math.PI),
        Of("EXP", Math.Exp),
        Of("FLOOR", Math.Floor),
        Many("LOG", 1, 2, Log),
        Of("LOG10", Math.Log10),
        new("PI", 0, 0, (_, _) => SqlValue.Of(Math.PI)),
        Of("POWER", Math.Pow),
        Of("RADIANS", x => x * Math.PI / 180),
        new("RAND", 0, 0, (_, _) => SqlValue.Of(Random.Shared.NextDouble())),
        Many("ROUND", 1, 2, Round),
        Of("SIGN", x => Math.Sign(x)),
        Of("SIN", Math.Sin),
        Of("SQRT", Math.Sqrt),
        Of("SQUARE", x => x * x),
        Of("TAN", Math.Tan),
        Of("TRUNC", Math.Truncate),
        Two("NUMBERBIN", (a, b) => Both(a, b, (x, size) => Math.Floor(x / size) * size)),
        Two("INTADD", (a, b) => Whole(a, b, (x, y) => x + y)),
        Two("INTSUB", (a, b) => Whole(a, b, (x, y) => x - y)),
        Two("INTMUL", (a, b) => Whole(a, b, (x, y) => x * y)),
        Two("INTDIV", (a, b) => b.Number == 0 ? SqlValue.Undefined : Whole(a, b, (x, y) => x / y)),
        Two("INTMOD", (a, b) => b.Number == 0 ? SqlValue.Undefined : Whole(a, b, (x, y) => x % y)),
        Two("INTBITAND", (a, b) => Whole(a, b, (x, y) => x & y)),
        Two("INTBITOR", (a, b) => Whole(a, b, (x, y) => x | y)),
        Two("INTBITXOR", (a, b) => Whole(a, b, (x, y) => x ^ y)),
        Two("INTBITLEFTSHIFT", (a, b) => Whole(a, b, (x, y) => x << (int)y)),
        Two("INTBITRIGHTSHIFT", (a, b) => Whole(a, b, (x, y) => x >> (int)y)),
    ];

    private static SqlFunction Of(string name, Func<double, double> apply) =>
        One(name, v => v.Kind == SqlKind.Number ? SqlValue.Of(apply(v.Number)) : SqlValue.Undefined);

    private static SqlFunction Of(string name, Func<double, double, double> apply) => Two(name, (a, b) => Both(a, b, apply));

    private static SqlValue Both(SqlValue a, SqlValue b, Func<double, double, double> apply) =>
        a.Kind == SqlKind.Number && b.Kind == SqlKind.Number ? SqlValue.Of(apply(a.Number, b.Number)) : SqlValue.Undefined;

    private static SqlValue Whole(SqlValue a, SqlValue b, Func<long, long, long> apply) => Both(a, b, (x, y) =>
        x == Math.Truncate(x) && y == Math.Truncate(y) ? apply((long)x, (long)y) : double.NaN);

    private static SqlValue Log(SqlValue[] a)
    {
        if (!Array.TrueForAll(a, v => v.Kind == SqlKind.Number))
            return SqlValue.Undefined;
        return SqlValue.Of(a.Length == 1 ? Math.Log(a[0].Number) : Math.Log(a[0].Number, a[1].Number));
    }

    private static SqlValue Round(SqlValue[] a)
    {
        if (!Array.TrueForAll(a, v => v.Kind == SqlKind.Number))
            return SqlValue.Undefined;
        var scale = Math.Pow(10, a.Length > 1 ? Math.Truncate(a[1].Number) : 0);
        return SqlValue.Of(Math.Round(a[0].Number * scale, MidpointRounding.AwayFromZero) / scale);
    }
}
