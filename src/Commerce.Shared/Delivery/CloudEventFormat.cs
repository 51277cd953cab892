using System.Text.Encodings.Web;
using System.Text.Json;
using CloudNative.CloudEvents;
using CloudNative.CloudEvents.SystemTextJson;

namespace Commerce.Shared.Delivery;

/// <summary>CloudEvents in the JSON format, structured mode: one JSON object holds attributes and data.</summary>
public static class CloudEventFormat
{
    /// <summary>W3C trace parent of the request that caused the event (the CloudEvents extension for distributed tracing).</summary>
    public static readonly CloudEventAttribute TraceParent =
        CloudEventAttribute.CreateExtension("traceparent", CloudEventAttributeType.String);

    /// <summary>Where the data lies when the event travels without it (the CloudEvents extension for claim checks).</summary>
    public static readonly CloudEventAttribute DataRef =
        CloudEventAttribute.CreateExtension("dataref", CloudEventAttributeType.UriReference);

    public static readonly IReadOnlyList<CloudEventAttribute> Extensions = [TraceParent, DataRef];

    private static readonly Formatter Json = new();

    /// <summary>The event as UTF-8 JSON without whitespace.</summary>
    public static ReadOnlyMemory<byte> Encode(CloudEvent cloudEvent) => Json.EncodeStructuredModeMessage(cloudEvent, out _);

    /// <exception cref="JsonException">The message is no JSON.</exception>
    /// <exception cref="ArgumentException">The message is no CloudEvent 1.0.</exception>
    public static CloudEvent Decode(ReadOnlyMemory<byte> message) =>
        Json.DecodeStructuredModeMessage(message, contentType: null, Extensions);

    /// <summary>Writes the data by generated code; the library's own way is reflection.</summary>
    private sealed class Formatter() : JsonEventFormatter(Options, default)
    {
        // Names in Korean would take twice the bytes as \u escapes. No consumer puts this JSON into HTML.
        private static readonly JsonSerializerOptions Options = new(OrderEventJsonContext.Default.Options)
        {
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        };

        protected override void EncodeStructuredModeData(CloudEvent cloudEvent, Utf8JsonWriter writer)
        {
            if (cloudEvent.Data is not OrderEventData data)
            {
                base.EncodeStructuredModeData(cloudEvent, writer);
                return;
            }
            writer.WritePropertyName(DataPropertyName);
            JsonSerializer.Serialize(writer, data, OrderEventJsonContext.Default.OrderEventData);
        }
    }
}
