using System.Collections.Frozen;

namespace LocalPlatform.Cosmos.Queries.Sql;

internal static class SqlKeywords
{
    private static readonly FrozenSet<string> Reserved = new[]
    {
        "AND", "AS", "ASC", "BETWEEN", "BY", "DESC", "DISTINCT", "ESCAPE", "EXISTS", "FALSE", "FROM", "GROUP", "IN", "JOIN", "LIKE",
        "LIMIT", "NOT", "NULL", "OFFSET", "OR", "ORDER", "SELECT", "TOP", "TRUE", "UNDEFINED", "VALUE", "WHERE",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    public static bool IsReserved(string name) => Reserved.Contains(name);
}
