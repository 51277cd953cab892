using System.Text.Json;
using LocalPlatform.Cosmos.Queries.Functions;

namespace LocalPlatform.Cosmos.Queries.Planning;

/// <summary>What a client has to do with the results of the ranges: the part of a query plan that varies.</summary>
internal sealed record QueryPlan
{
    /// <summary>None, Unordered, or Ordered when equal rows arrive one after the other.</summary>
    public string DistinctType { get; init; } = "None";

    public int? Top { get; init; }

    public int? Offset { get; init; }

    public int? Limit { get; init; }

    /// <summary>Per key whether it descends.</summary>
    public IReadOnlyList<bool> OrderBy { get; init; } = [];

    public IReadOnlyList<string> OrderByExpressions { get; init; } = [];

    public IReadOnlyList<string> GroupByExpressions { get; init; } = [];

    /// <summary>Aggregates of a SELECT VALUE.</summary>
    public IReadOnlyList<AggregateKind> Aggregates { get; init; } = [];

    /// <summary>Members of the rows of a grouping query, each with its aggregate, or null for a value of the group.</summary>
    public IReadOnlyList<KeyValuePair<string, AggregateKind?>> GroupMembers { get; init; } = [];

    public bool HasSelectValue { get; init; }

    /// <summary>The query to send to each range; empty for the original.</summary>
    public string RewrittenQuery { get; init; } = "";

    /// <summary>Set when the rows are only to be counted after the distinct ones are found: the count's name, empty for a bare value.</summary>
    public string? DistinctCountAlias { get; init; }

    public void WriteTo(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteNumber("partitionedQueryExecutionInfoVersion", 2);
        writer.WriteStartObject("queryInfo");
        writer.WriteString("distinctType", DistinctType);
        WriteNumber(writer, "top", Top);
        WriteNumber(writer, "offset", Offset);
        WriteNumber(writer, "limit", Limit);
        WriteList(writer, "orderBy", OrderBy.Select(descends => descends ? "Descending" : "Ascending"));
        WriteList(writer, "orderByExpressions", OrderByExpressions);
        WriteList(writer, "groupByExpressions", GroupByExpressions);
        WriteList(writer, "groupByAliases", GroupMembers.Select(member => member.Key));
        WriteList(writer, "aggregates", Aggregates.Select(Name));
        writer.WriteStartObject("groupByAliasToAggregateType");
        foreach (var (alias, aggregate) in GroupMembers)
            writer.WriteString(alias, aggregate is { } kind ? Name(kind) : null);
        writer.WriteEndObject();
        writer.WriteString("rewrittenQuery", RewrittenQuery);
        writer.WriteBoolean("hasSelectValue", HasSelectValue);
        WriteDistinctCount(writer);
        writer.WriteBoolean("hasNonStreamingOrderBy", false);
        writer.WriteEndObject();
        WriteRanges(writer);
        writer.WriteEndObject();
    }

    private void WriteDistinctCount(Utf8JsonWriter writer)
    {
        if (DistinctCountAlias is null)
        {
            writer.WriteNull("dCountInfo");
            return;
        }
        writer.WriteStartObject("dCountInfo");
        writer.WriteString("dCountAlias", DistinctCountAlias);
        writer.WriteEndObject();
    }

    private static void WriteRanges(Utf8JsonWriter writer)
    {
        writer.WriteStartArray("queryRanges");
        writer.WriteStartObject();
        writer.WriteString("min", "");
        writer.WriteString("max", "FF");
        writer.WriteBoolean("isMinInclusive", true);
        writer.WriteBoolean("isMaxInclusive", false);
        writer.WriteEndObject();
        writer.WriteEndArray();
    }

    private static string Name(AggregateKind kind) => kind == AggregateKind.Avg ? "Average" : kind.ToString();

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
