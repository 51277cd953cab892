using System.Globalization;
using System.Text.Json.Nodes;

namespace Infrastructure.Tests;

/// <summary>Values of a JSON document by paths such as <c>properties/allOf/0/query</c>.</summary>
internal static class JsonPaths
{
    /// <summary>What is there, or null.</summary>
    public static JsonNode? Find(this JsonNode node, string path)
    {
        JsonNode? found = node;
        foreach (var name in path.Split('/'))
            found = found is JsonArray list ? list[int.Parse(name, CultureInfo.InvariantCulture)] : found?[name];
        return found;
    }

    public static JsonNode At(this JsonNode node, string path) => node.Find(path) ?? throw new KeyNotFoundException($"There is no {path}.");

    public static string Text(this JsonNode node, string path) => node.At(path).GetValue<string>();

    public static bool Flag(this JsonNode node, string path) => node.At(path).GetValue<bool>();
}
