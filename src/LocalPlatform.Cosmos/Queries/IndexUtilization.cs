using System.Text;
using System.Text.Json;
using LocalPlatform.Cosmos.Queries.Execution;
using LocalPlatform.Cosmos.Resources;

namespace LocalPlatform.Cosmos.Queries;

/// <summary>
/// The index metrics of a query, seen as the service would: a path that WHERE compares is served by the index where the policy
/// includes it, and would be where it does not. Clients ask for one of two forms.
/// </summary>
internal static class IndexUtilization
{
    /// <summary>What the request asked for: percent-encoded JSON (version 2), base64 of JSON (version 1), or nothing.</summary>
    public static string? Text(GatewayRequest request, ContainerState container, AccessPath access)
    {
        var state = (container.Definition.Indexing, access.Conditions);
        if (request.Flag(HeaderNames.PopulateIndexMetricsV2))
            return Uri.EscapeDataString(Encoding.UTF8.GetString(JsonText.Write(state, WriteV2).Span));
        return request.Flag(HeaderNames.PopulateIndexMetrics) ? Convert.ToBase64String(JsonText.Write(state, WriteV1).Span) : null;
    }

    private static void WriteV1(Utf8JsonWriter writer, (IndexingPolicy Policy, IReadOnlyList<KeyCondition> Conditions) state)
    {
        writer.WriteStartObject();
        WriteList(writer, "UtilizedSingleIndexes", state, included: true, WriteEntryV1);
        WriteList(writer, "PotentialSingleIndexes", state, included: false, WriteEntryV1);
        WriteNone(writer, "UtilizedCompositeIndexes");
        WriteNone(writer, "PotentialCompositeIndexes");
        writer.WriteEndObject();
    }

    private static void WriteV2(Utf8JsonWriter writer, (IndexingPolicy Policy, IReadOnlyList<KeyCondition> Conditions) state)
    {
        writer.WriteStartObject();
        foreach (var included in (bool[])[true, false])
        {
            writer.WriteStartObject(included ? "Utilized" : "Potential");
            WriteList(writer, "SingleIndexes", state, included, (w, condition) => WriteEntryV2(w, condition, included));
            WriteNone(writer, "CompositeIndexes");
            writer.WriteEndObject();
        }
        writer.WriteEndObject();
    }

    private static void WriteList(
        Utf8JsonWriter writer, string name, (IndexingPolicy Policy, IReadOnlyList<KeyCondition> Conditions) state, bool included,
        Action<Utf8JsonWriter, KeyCondition> write)
    {
        writer.WriteStartArray(name);
        foreach (var condition in state.Conditions.Where(condition => state.Policy.Includes(condition.Path) == included))
            write(writer, condition);
        writer.WriteEndArray();
    }

    private static void WriteEntryV1(Utf8JsonWriter writer, KeyCondition condition)
    {
        writer.WriteStartObject();
        writer.WriteString("FilterExpression", condition.Source.ToString());
        writer.WriteString("IndexSpec", condition.Path + "/?");
        writer.WriteBoolean("FilterPreciseSet", true);
        writer.WriteBoolean("IndexPreciseSet", true);
        writer.WriteString("IndexImpactScore", "High");
        writer.WriteEndObject();
    }

    private static void WriteEntryV2(Utf8JsonWriter writer, KeyCondition condition, bool isUtilized)
    {
        writer.WriteStartObject();
        writer.WriteString("IndexSpec", condition.Path + "/?");
        if (!isUtilized)
            writer.WriteString("IndexImpactScore", "High");
        writer.WriteEndObject();
    }

    private static void WriteNone(Utf8JsonWriter writer, string name)
    {
        writer.WriteStartArray(name);
        writer.WriteEndArray();
    }
}
