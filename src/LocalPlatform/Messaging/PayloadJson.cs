using System.Text.Json;

namespace LocalPlatform.Functions;

/// <summary>JSON as the isolated worker reads and writes it by default: names as declared, read without regard to case.</summary>
internal static class PayloadJson
{
    public static JsonSerializerOptions Options { get; } = new() { PropertyNameCaseInsensitive = true };
}
