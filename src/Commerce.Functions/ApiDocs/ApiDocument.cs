using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Commerce.Functions.Http;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Commerce.Functions.ApiDocs;

/// <summary>The API document, <c>docs/api/openapi.yaml</c>, as it was when the app was built.</summary>
public static class ApiDocument
{
    /// <summary>The document as it was written.</summary>
    public static byte[] Yaml { get; } = StaticContent.Read(typeof(ApiDocument).Assembly, "openapi.yaml");

    private static readonly Lazy<byte[]> LazyJson = new(() => ToJson(Yaml));

    /// <summary>The same in JSON; converted on the first call.</summary>
    public static byte[] Json => LazyJson.Value;

    /// <summary>Such a document, in JSON.</summary>
    public static byte[] ToJson(byte[] yaml) => JsonSerializer.SerializeToUtf8Bytes(Convert(yaml));

    /// <summary>Turns YAML into the JSON that means the same; plain scalars are read by YAML 1.2's core schema.</summary>
    /// <exception cref="YamlException">The text is not YAML.</exception>
    internal static JsonNode? Convert(byte[] yaml)
    {
        var stream = new YamlStream();
        using var reader = new StreamReader(new MemoryStream(yaml), Encoding.UTF8);
        stream.Load(reader);
        return ToJson(stream.Documents[0].RootNode);
    }

    private static JsonNode? ToJson(YamlNode node) => node switch
    {
        YamlMappingNode mapping => new JsonObject(
            mapping.Children.Select(child => KeyValuePair.Create(((YamlScalarNode)child.Key).Value!, ToJson(child.Value)))),
        YamlSequenceNode sequence => new JsonArray([.. sequence.Children.Select(ToJson)]),
        YamlScalarNode scalar => ToJson(scalar),
        _ => throw new InvalidOperationException($"{node.NodeType} at {node.Start} has no counterpart in JSON."),
    };

    private static JsonValue? ToJson(YamlScalarNode scalar)
    {
        var text = scalar.Value ?? "";
        if (scalar.Style != ScalarStyle.Plain)
            return JsonValue.Create(text);
        if (text is "" or "~" or "null")
            return null;
        if (text is "true" or "false")
            return JsonValue.Create(text == "true");
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer))
            return JsonValue.Create(integer);
        const NumberStyles Fraction = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint;
        if (decimal.TryParse(text, Fraction, CultureInfo.InvariantCulture, out var number))
            return JsonValue.Create(number);
        return JsonValue.Create(text);
    }
}
