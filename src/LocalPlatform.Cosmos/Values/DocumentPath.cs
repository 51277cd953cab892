using System.Text.Json;

namespace LocalPlatform.Cosmos.Values;

/// <summary>A path into a document, as partition key and indexing policies write it: <c>/a/b</c>, <c>/"odd name"/b</c>.</summary>
internal sealed record DocumentPath(string Text, string[] Segments)
{
    public static DocumentPath Parse(string text) =>
        new(text, [.. text.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(Unquote)]);

    /// <summary>The value there; an element of kind Undefined when there is none.</summary>
    public JsonElement Find(JsonElement document)
    {
        foreach (var segment in Segments)
        {
            if (document.ValueKind != JsonValueKind.Object || !document.TryGetProperty(segment, out document))
                return default;
        }
        return document;
    }

    private static string Unquote(string segment) =>
        segment.Length > 1 && segment[0] is '"' or '\'' && segment[^1] == segment[0] ? segment[1..^1] : segment;
}
