using System.Text;

namespace LocalPlatform.Cosmos.Values;

/// <summary>The rule for ids of databases, containers and documents.</summary>
internal static class ResourceName
{
    public const string Rule = "The input name is invalid. Ensure to provide a unique non-empty string less than '255' characters.";

    private const int LengthMax = 255;
    private const int DocumentIdBytesMax = 1023;

    public static bool IsValid(string? id) =>
        !string.IsNullOrWhiteSpace(id) && id.Length <= LengthMax && id[^1] != ' ' && id.AsSpan().IndexOfAny("/\\?#") < 0;

    public static bool IsValidDocumentId(string id) =>
        id.Length > 0 && !id.Contains('\\', StringComparison.Ordinal) && Encoding.UTF8.GetByteCount(id) <= DocumentIdBytesMax;
}
