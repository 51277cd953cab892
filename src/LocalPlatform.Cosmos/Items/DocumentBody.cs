using System.Runtime.InteropServices;
using System.Text.Json;
using LocalPlatform.Cosmos.Queries.Indexes;
using LocalPlatform.Cosmos.Resources;

namespace LocalPlatform.Cosmos.Items;

/// <summary>
/// A document on its way into the store: checked, without system properties, with what the store needs to know of it.
/// </summary>
internal sealed class DocumentBody
{
    /// <summary>The service's limit for one document.</summary>
    public const int LengthMax = 2 * 1024 * 1024;

    private IndexSet _indexes;
    private byte[]?[] _indexKeys;

    private DocumentBody(string id, byte[] partitionKey, int? ttlSeconds, byte[] json, IndexSet indexes, byte[]?[] indexKeys)
    {
        Id = id;
        PartitionKey = partitionKey;
        TtlSeconds = ttlSeconds;
        Json = json;
        _indexes = indexes;
        _indexKeys = indexKeys;
    }

    public string Id { get; }

    public byte[] PartitionKey { get; }

    /// <summary>The document's own <c>ttl</c>: -1 for never; null when it has none.</summary>
    public int? TtlSeconds { get; }

    public byte[] Json { get; }

    /// <summary>Reads a body, or answers why it cannot be one.</summary>
    public static DocumentBody? TryParse(ContainerState container, ReadOnlyMemory<byte> body, out ItemResult refusal)
    {
        if (body.Length > LengthMax)
            return Refuse(413, "Request size is too large", out refusal);
        using var document = JsonText.TryParse(body);
        if (document is not { RootElement.ValueKind: JsonValueKind.Object })
            return Refuse(400, "The input content is invalid because it is not a JSON object.", out refusal);
        return TryRead(container, document.RootElement, out refusal);
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

    private static DocumentBody? TryRead(ContainerState container, JsonElement root, out ItemResult refusal)
    {
        if (!root.TryGetProperty("id"u8, out var idValue) || idValue.ValueKind != JsonValueKind.String)
            return Refuse(400, "The input content is invalid because the required properties - 'id; ' - are missing", out refusal);
        var id = idValue.GetString()!;
        if (!ResourceName.IsValidDocumentId(id))
            return Refuse(400, "The id of the document is invalid: it must have 1 to 1023 bytes and no backslash.", out refusal);
        if (!TryReadTtl(root, out var ttl))
            return Refuse(400, "The input ttl is invalid: it must be -1 or a positive number of seconds.", out refusal);
        if (PartitionKeyValue.FromDocument(root, container.Definition.PartitionKey) is not { } partitionKey)
            return Refuse(400, "The partition key of the document is invalid: it must be a scalar, not an array or an object.", out refusal);
        refusal = ItemResult.None;
        var indexes = container.Indexes;
        return new DocumentBody(id, partitionKey, ttl, WithoutSystemProperties(root), indexes, indexes.KeysOf(root));
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
        }).ToArray();
    }


    private static DocumentBody? Refuse(int status, string message, out ItemResult refusal)
    {
        refusal = ItemResult.Refused(status, message);
        return null;
    }
}
