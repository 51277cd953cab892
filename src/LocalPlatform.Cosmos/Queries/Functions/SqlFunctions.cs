using System.Collections.Frozen;
using LocalPlatform.Cosmos.Queries.Sql;

namespace LocalPlatform.Cosmos.Queries.Functions;

/// <summary>A scalar function: its name, how many arguments it takes, and what it does with them.</summary>
internal sealed record SqlFunction(string Name, int ArgumentsMin, int ArgumentsMax, Func<SqlValue[], SqlContext, SqlValue> Apply)
{
    public static SqlFunction One(string name, Func<SqlValue, SqlValue> apply) => new(name, 1, 1, (a, _) => apply(a[0]));

    public static SqlFunction Two(string name, Func<SqlValue, SqlValue, SqlValue> apply) => new(name, 2, 2, (a, _) => apply(a[0], a[1]));

    public static SqlFunction Many(string name, int min, int max, Func<SqlValue[], SqlValue> apply) => new(name, min, max, (a, _) => apply(a));
}

/// <summary>All functions by name, case ignored.</summary>
internal static class SqlFunctions
{
    private static readonly FrozenDictionary<string, SqlFunction> All =
        TypeFunctions.All.Concat(StringFunctions.All).Concat(ArrayFunctions.All).Concat(MathFunctions.All).Concat(DateFunctions.All)
            .ToFrozenDictionary(function => function.Name, StringComparer.OrdinalIgnoreCase);

    /// <summary>The expression for a call by name.</summary>
    /// <exception cref="SqlException">There is no such function, or it takes other arguments.</exception>
    public static SqlExpression Call(string name, IReadOnlyList<SqlExpression> arguments)
    {
        if (Enum.TryParse<AggregateKind>(name, ignoreCase: true, out var aggregate) && !char.IsAsciiDigit(name[0]))
        {
            CheckCount(name, arguments.Count, 1, 1);
            return new AggregateExpression(aggregate, arguments[0]);
        }
        if (!All.TryGetValue(name, out var function))
            throw SqlException.Unsupported($"'{name}' is not a recognized built-in function name");
        CheckCount(function.Name, arguments.Count, function.ArgumentsMin, function.ArgumentsMax);
        return new CallExpression(function, arguments);
    }

    private static void CheckCount(string name, int count, int min, int max)
    {
        if (count < min || count > max)
            throw new SqlException($"The function {name} does not take {count} argument(s).");
    }
}
