using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Commerce.Shared;

namespace Commerce.Functions.Cosmos;

/// <summary>The one way in which documents become JSON and back, for the SDK's typed calls and for streams alike.</summary>
internal static class DocumentJson
{
    public static readonly JsonSerializerOptions Options = Create();

    private static JsonSerializerOptions Create()
    {
        var options = new JsonSerializerOptions(DocumentJsonContext.Default.Options)
        {
            // Generated code first; reflection for what the SDK itself sends through the serializer (query parameters, patch values).
            TypeInfoResolver = JsonTypeInfoResolver.Combine(DocumentJsonContext.Default, new DefaultJsonTypeInfoResolver()),
        };
        options.MakeReadOnly();
        return options;
    }
}
