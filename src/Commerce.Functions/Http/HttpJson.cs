using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Commerce.Shared.Json;

namespace Commerce.Functions.Http;

/// <summary>How JSON looks over HTTP. Each slice has a generated context of its own, made with these options.</summary>
internal static class HttpJson
{
    /// <summary>
    /// camelCase and UTC times; absent instead of null. Reading is strict: unknown and repeated fields, fractions, numbers in
    /// quotes and null for a number are errors, because a client that sends them means something that would otherwise be lost.
    /// </summary>
    public static JsonSerializerOptions Options() => new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowDuplicateProperties = false,
        NumberHandling = JsonNumberHandling.Strict,
        MaxDepth = 16,
        // Names in any script stay readable, and so do quotes in texts: JSON is nothing that a browser takes for HTML.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new UtcTimeConverter(), new WholeNumberConverter(), new SumConverter() },
    };
}

[JsonSerializable(typeof(ProblemDocument))]
internal sealed partial class ProblemJson : JsonSerializerContext
{
    public static ProblemJson Wire { get; } = new(HttpJson.Options());
}
