using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Text.Json;
using LocalPlatform.Cosmos.Protocol;
using LocalPlatform.Cosmos.Values;

namespace LocalPlatform.Cosmos.Containers;

/// <summary>
/// A document on its way into the store: checked, without system properties, with what the store needs to know of it.
/// </summary>
internal sealed class DocumentBody
{
    /// <summary>The service's limit for one document.</summary>
    public const int LengthMax = 2 * 1024 * 1024;

    private static readonly Refusal NoObject = Refusal.BadRequest("The input content is invalid because it is not a JSON object.");
    private static readonly Refusal NoId = Refusal.BadRequest(
        "The input content is invalid because the required properties - 'id; ' - are missing");
    private static readonly Refusal WrongId = Refusal.BadRequest(
        "The id of the document is invalid: it must have 1 to 1023 bytes and no backslash.");
    private static readonly Refusal WrongTtl = Refusal.BadRequest(
        "The input ttl is invalid: it must be -1 or a positive number of seconds.");
    private static readonly Refusal WrongKey = Refusal.BadRequest(
        "The partition key of the document is invalid: it must be a scalar, not an array or an object.");

    private IndexSet _indexes;
    private byte[]?[] _indexKeys;

    private DocumentBody(string id, byte[] partitionKey, int? ttlSeconds, JsonElement root, IndexSet indexes)
    {
        Id = id;
        PartitionKey = partitionKey;
        TtlSeconds = ttlSeconds;
        Json = WithoutSystemProperties(root);
        _indexes = indexes;
        _indexKeys = indexes.KeysOf(root);
    }

    public string Id { get; }

    public byte[] PartitionKey { get; }

    /// <summary>The document's own <c>ttl</c>: -1 for never; null when it has none.</summary>
    public int? TtlSeconds { get; }

    public byte[] Json { get; }

    /// <summary>Reads a body, or answers why it cannot be one.</summary>
    public static bool TryParse(
        ContainerState container,
        ReadOnlyMemory<byte> json,
        [NotNullWhen(true)] out DocumentBody? body,
        [NotNullWhen(false)] out Refusal? refusal)
    {
        body = null;
        refusal = Refusal.RequestTooLarge;
        if (json.Length > LengthMax)
            return false;
        using var document = JsonText.TryParse(json);
        refusal = NoObject;
        if (document is not { RootElement: { ValueKind: JsonValueKind.Object } root })
            return false;
        refusal = NoId;
        if (!root.TryGetProperty("id"u8, out var idValue) || idValue.ValueKind != JsonValueKind.String)
            return false;
        var id = idValue.GetString()!;
        refusal = WrongId;
        if (!ResourceName.IsValidDocumentId(id))
            return false;
        refusal = WrongTtl;
        if (!TryReadTtl(root, out var ttl))
            return false;
        refusal = WrongKey;
        if (PartitionKeyValue.FromDocument(root, container.Definition.PartitionKey) is not { } partitionKey)
            return false;
        body = new DocumentBody(id, partitionKey, ttl, root, container.Indexes);
        refusal = null;
        return true;
    }

    /// <summary>Index keys in the order of the set's columns; recomputed when the set has changed since the body was read.</summary>
    public byte[]?[] IndexKeys(IndexSet indexes)
    {
        if (!ReferenceEquals(indexes, _indexes))
        {
            using var document = JsonText.ParseStored(Json);
            _indexKeys = indexes.KeysOf(document.RootElement);
            _indexes = indexes;
        }
        return _indexKeys;
    }

    private static bool TryReadTtl(JsonElement root, out int? seconds)
    {
        seconds = null;
        if (!root.TryGetProperty("ttl"u8, out var value) || value.ValueKind == JsonValueKind.Null)
            return true;
        if (value.ValueKind != JsonValueKind.Number || !value.TryGetInt32(out var number) || (number != -1 && number <= 0))
            return false;
        seconds = number;
        return true;
    }

    private static byte[] WithoutSystemProperties(JsonElement root)
    {
        var raw = JsonMarshal.GetRawUtf8Value(root);
        // Most documents have no name with a leading underscore; finding that out is one vectorised search.
        if (raw.IndexOf("\"_"u8) < 0)
            return raw.ToArray();
        return JsonText.Write(root, static (writer, root) =>
        {
            writer.WriteStartObject();
            foreach (var property in root.EnumerateObject())
                if (!SystemProperties.Contains(property.Name))
                    property.WriteTo(writer);
            writer.WriteEndObject();
        });
    }
}
