using System.Globalization;
using System.Text.Json;
using LocalPlatform.Cosmos.Queries;
using LocalPlatform.Cosmos.Queries.Execution;
using LocalPlatform.Cosmos.Queries.Sql;

namespace LocalPlatform.Cosmos.Resources;

/// <summary>Lists of databases, containers or offers, whole or through a query. They are short and held in memory.</summary>
internal static class ResourceFeed
{
    /// <summary>Answers a page; the continuation is the number of resources before it.</summary>
    public static GatewayResponse Answer(GatewayRequest request, string rid, string listName, IEnumerable<Action<Utf8JsonWriter>> resources)
    {
        var values = resources.Select(write => SqlValue.Of(JsonDocument.Parse(JsonText.Write(write, (writer, w) => w(writer))).RootElement));
        if (IsQuery(request))
        {
            if (QueryBody.TryParse(request.Body, out var error) is not { } body)
                return GatewayResponse.BadRequest(error);
            var context = new SqlContext(body.Parameters, DateTimeOffset.UnixEpoch);
            values = SubqueryRun.Values(body.Prepared.Shape, new SqlScope(context), values);
        }
        var start = int.TryParse(request.Headers.Find(HeaderNames.Continuation), CultureInfo.InvariantCulture, out var before) ? before : 0;
        var size = QueryOperations.PageSize(request);
        var page = values.Skip(start).Take(size + 1).ToList();
        var more = page.Count > size;
        if (more)
            page.RemoveAt(size);
        return new GatewayResponse
        {
            Status = 200,
            ItemCount = page.Count,
            Continuation = more ? (start + size).ToString(CultureInfo.InvariantCulture) : null,
            RequestCharge = RequestCharges.Metadata,
            Body = JsonText.Write((rid, listName, page), WritePage),
        };
    }

    public static bool IsQuery(GatewayRequest request) =>
        request.Method == "POST"
        && (request.Flag(HeaderNames.IsQuery)
            || request.Headers.Find(HeaderNames.ContentType) is { } type && type.StartsWith("application/query+json", StringComparison.OrdinalIgnoreCase));

    private static void WritePage(Utf8JsonWriter writer, (string Rid, string ListName, List<SqlValue> Page) state)
    {
        writer.WriteStartObject();
        writer.WriteString("_rid", state.Rid);
        writer.WriteStartArray(state.ListName);
        foreach (var value in state.Page)
            value.WriteTo(writer);
        writer.WriteEndArray();
        writer.WriteNumber("_count", state.Page.Count);
        writer.WriteEndObject();
    }
}
