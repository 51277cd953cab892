using System.Text.Json;
using LocalPlatform.Cosmos.Queries.Access;
using LocalPlatform.Cosmos.Queries.Planning;
using LocalPlatform.Cosmos.Sql;
using LocalPlatform.Cosmos.Values;

namespace LocalPlatform.Cosmos.Queries;

/// <summary>The body of a query request.</summary>
/// <param name="Query">What is asked.</param>
/// <param name="Parameters">By name, the at sign included.</param>
/// <param name="Window">How many rows.</param>
/// <param name="Resume">Where a client that merges the ranges' answers goes on.</param>
internal sealed record QueryBody(SqlQuery Query, IReadOnlyDictionary<string, SqlValue> Parameters, RowWindow Window, ResumeFilter? Resume)
{
    private static readonly Dictionary<string, SqlValue> NoParameters = [];

    /// <summary>All documents.</summary>
    public static readonly QueryBody Everything = new(SqlParser.TryParse("SELECT * FROM c", out _)!, NoParameters, default, null);

    /// <summary>Reads <c>{"query": .., "parameters": [..], "resumeFilter": ..}</c>, or says what is wrong.</summary>
    public static QueryBody? TryParse(ReadOnlyMemory<byte> body, out string error)
    {
        error = "The query request is invalid: it must be a JSON object with a 'query'.";
        // Parameters are used while the query runs: their document is left to the collector.
        if (JsonText.TryParse(body) is not { RootElement: { ValueKind: JsonValueKind.Object } root }
            || !root.TryGetProperty("query"u8, out var text) || text.ValueKind != JsonValueKind.String)
            return null;
        // The SDK puts no filter of its own into a rewritten query: it resumes by other means.
        var sql = text.GetString()!.Replace(QueryPlanner.FilterPlaceholder, "true", StringComparison.Ordinal);
        if (SqlParser.TryParse(sql, out error) is not { } query)
            return null;
        try
        {
            var parameters = ReadParameters(root);
            var resume = root.TryGetProperty("resumeFilter"u8, out var filter) ? ResumeFilter.TryParse(filter) : null;
            return new QueryBody(query, parameters, query.Window(parameters), resume);
        }
        catch (SqlException refusal)
        {
            error = refusal.Message;
            return null;
        }
    }

    private static Dictionary<string, SqlValue> ReadParameters(JsonElement root)
    {
        if (!root.TryGetProperty("parameters"u8, out var list) || list.ValueKind != JsonValueKind.Array)
            return NoParameters;
        var parameters = new Dictionary<string, SqlValue>(StringComparer.Ordinal);
        foreach (var parameter in list.EnumerateArray())
        {
            if (parameter.TryGetProperty("name"u8, out var name) && name.ValueKind == JsonValueKind.String)
                parameters[name.GetString()!] = SqlValue.Of(parameter.TryGetProperty("value"u8, out var value) ? value : default);
        }
        return parameters;
    }
}
