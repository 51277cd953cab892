using System.Text.Json;
using LocalPlatform.Cosmos.Sql;

namespace LocalPlatform.Cosmos.Queries.Planning;

/// <summary>
/// What a client has to do with the results of the ranges. By default nothing: it passes the query on and the answers back.
/// </summary>
internal sealed record QueryPlan
{
    public RowWindow Window { get; init; }

    public IReadOnlyList<OrderByItem> OrderBy { get; init; } = [];

    public IReadOnlyList<string> Aggregates { get; init; } = [];

    public bool HasSelectValue { get; init; }

    /// <summary>The query to send to each range; empty for the original.</summary>
    public string RewrittenQuery { get; init; } = "";

    public void WriteTo(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteNumber("partitionedQueryExecutionInfoVersion", 2);
        writer.WriteStartObject("queryInfo");
        writer.WriteString("distinctType", "None");
        WriteNumber(writer, "top", Window.Top);
        WriteNumber(writer, "offset", Window.Offset);
        WriteNumber(writer, "limit", Window.Limit);
        WriteList(writer, "orderBy", OrderBy.Select(item => item.Descending ? "Descending" : "Ascending"));
        WriteList(writer, "orderByExpressions", OrderBy.Select(item => item.Path.ToString()));
        WriteList(writer, "groupByExpressions", []);
        WriteList(writer, "groupByAliases", []);
        WriteList(writer, "aggregates", Aggregates);
        writer.WriteStartObject("groupByAliasToAggregateType");
        writer.WriteEndObject();
        writer.WriteString("rewrittenQuery", RewrittenQuery);
        writer.WriteBoolean("hasSelectValue", HasSelectValue);
        writer.WriteNull("dCountInfo");
        writer.WriteBoolean("hasNonStreamingOrderBy", false);
        writer.WriteEndObject();
        writer.WriteStartArray("queryRanges");
        writer.WriteStartObject();
        writer.WriteString("min", "");
        writer.WriteString("max", "FF");
        writer.WriteBoolean("isMinInclusive", true);
        writer.WriteBoolean("isMaxInclusive", false);
        writer.WriteEndObject();
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteNumber(Utf8JsonWriter writer, string name, int? value)
    {
        if (value is { } number)
            writer.WriteNumber(name, number);
        else
            writer.WriteNull(name);
    }

    private static void WriteList(Utf8JsonWriter writer, string name, IEnumerable<string> items)
    {
        writer.WriteStartArray(name);
        foreach (var item in items)
            writer.WriteStringValue(item);
        writer.WriteEndArray();
    }
}
