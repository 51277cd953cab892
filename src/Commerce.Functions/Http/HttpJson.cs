using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Unicode;
using Commerce.Shared;
using Commerce.Shared.Json;

namespace Commerce.Functions.Http;

/// <summary>How JSON looks over HTTP. Each slice has a generated context of its own, made with these options.</summary>
internal static class HttpJson
{
    /// <summary>
    /// camelCase and UTC times; absent instead of null. Reading is strict: unknown and repeated fields, fractions and numbers in
    /// quotes are errors, because a client that sends them means something that would otherwise be lost.
    /// </summary>
    public static JsonSerializerOptions Options() => new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowDuplicateProperties = false,
        NumberHandling = JsonNumberHandling.Strict,
        MaxDepth = 16,
        // Names in any script stay readable; what HTML could trip over is still escaped.
        Encoder = JavaScriptEncoder.Create(UnicodeRanges.All),
        Converters = { new UtcTimeConverter(), new WholeNumberConverter() },
    };
}

/// <summary>
/// Whole numbers, and errors that say so. What is written is never beyond what a reader holds exactly: of a sum that nothing else bounds
/// (revenue of many buyers, an audit's difference) the largest such number says "at least so much".
/// </summary>
internal sealed class WholeNumberConverter : JsonConverter<long>
{
    public override long Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.Number)
            throw new JsonException("must be a whole number");
        return reader.TryGetInt64(out var value)
            ? value
            : throw new JsonException("must be a whole number of at most 64 bits, without fraction or exponent");
    }

    public override void Write(Utf8JsonWriter writer, long value, JsonSerializerOptions options) =>
        writer.WriteNumberValue(Math.Clamp(value, -Limits.MoneyMax, Limits.MoneyMax));
}

[JsonSerializable(typeof(ProblemDocument))]
internal sealed partial class ProblemJson : JsonSerializerContext
{
    public static ProblemJson Wire { get; } = new(HttpJson.Options());
}
