using System.Text.Json;
using LocalPlatform.Cosmos.Resources;

namespace LocalPlatform.Cosmos.Queries.Planning;

/// <summary>
/// Answers a query plan request. With one range the gateway evaluates the query whole, and the plan says that nothing is left
/// for the client to do.
/// </summary>
internal static class PlanResponse
{
    public static GatewayResponse For(CosmosStore store, ContainerState container, QueryBody body, GatewayRequest request)
    {
        return new GatewayResponse { Status = 200, Body = JsonText.Write(0, (writer, _) => WriteTrivial(writer)), RequestCharge = RequestCharges.Metadata };
    }

    private static void WriteTrivial(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteNumber("partitionedQueryExecutionInfoVersion", 2);
        writer.WriteStartObject("queryInfo");
        writer.WriteString("distinctType", "None");
        writer.WriteNull("top");
        writer.WriteNull("offset");
        writer.WriteNull("limit");
        foreach (var list in (string[])["orderBy", "orderByExpressions", "groupByExpressions", "groupByAliases", "aggregates"])
        {
            writer.WriteStartArray(list);
            writer.WriteEndArray();
        }
        writer.WriteStartObject("groupByAliasToAggregateType");
        writer.WriteEndObject();
        writer.WriteString("rewrittenQuery", "");
        writer.WriteBoolean("hasSelectValue", false);
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
}
