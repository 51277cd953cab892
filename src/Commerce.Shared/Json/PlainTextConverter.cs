using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Commerce.Shared.Json;

/// <summary>
/// Text as it is, with no more escaped than JSON demands: a code point takes at most four bytes. The encoders of the framework write one
/// outside the basic plane, an emoji, in twelve, by which the largest order would be too large for a document.
/// </summary>
public sealed class PlainTextConverter : JsonConverter<string>
{
    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetString();

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options)
    {
        // What no name has in it, since it is checked where it comes in; here it must do no harm.
        if (value.Any(static unit => char.IsControl(unit)) || value.EnumerateRunes().Contains(Rune.ReplacementChar))
            writer.WriteStringValue(value);
        else
            writer.WriteRawValue(
                $"\"{value.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"",
                skipInputValidation: true);
    }
}
