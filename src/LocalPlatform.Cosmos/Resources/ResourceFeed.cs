using System.Globalization;
using System.Text.Json;
using LocalPlatform.Cosmos.Protocol;
using LocalPlatform.Cosmos.Values;

namespace LocalPlatform.Cosmos.Resources;

/// <summary>Lists of databases or containers. They are short and held in memory.</summary>
internal static class ResourceFeed
{
    /// <summary>Answers a page; the continuation is the number of resources before it.</summary>
    public static GatewayResponse Answer(GatewayRequest request, string rid, string listName, IEnumerable<Action<Utf8JsonWriter>> resources)
    {
        var start = int.TryParse(request.Find(HeaderNames.Continuation), CultureInfo.InvariantCulture, out var before) ? before : 0;
        var rest = resources.Skip(start).ToList();
        var page = rest.Take(request.PageSize).ToList();
        return new GatewayResponse
        {
            Status = 200,
            ItemCount = page.Count,
            Continuation = rest.Count > page.Count ? (start + page.Count).ToString(CultureInfo.InvariantCulture) : null,
            RequestCharge = RequestCharges.Metadata,
            Body = JsonText.Write((rid, listName, page), WritePage),
        };
    }

    private static void WritePage(Utf8JsonWriter writer, (string Rid, string ListName, List<Action<Utf8JsonWriter>> Page) state)
    {
        writer.WriteStartObject();
        writer.WriteString("_rid", state.Rid);
        writer.WriteStartArray(state.ListName);
        foreach (var write in state.Page)
            write(writer);
        writer.WriteEndArray();
        writer.WriteNumber("_count", state.Page.Count);
        writer.WriteEndObject();
    }
}
