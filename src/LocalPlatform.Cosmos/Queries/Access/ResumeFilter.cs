using System.Text.Json;
using LocalPlatform.Cosmos.Values;

namespace LocalPlatform.Cosmos.Queries.Access;

/// <summary>
/// Where a client that merges ordered results on its side resumes: rows after the given values; of the rows equal to them none
/// (<c>exclude</c>), all, or those from a document on.
/// </summary>
internal sealed record ResumeFilter(byte[]?[] Keys, long? Rid, bool Exclude)
{
    /// <summary>Reads <c>{"value":[..],"rid":"..","exclude":false}</c>; null when it is malformed.</summary>
    public static ResumeFilter? TryParse(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object || !json.TryGetProperty("value"u8, out var values)
            || values.ValueKind != JsonValueKind.Array)
            return null;
        long? rid = json.TryGetProperty("rid"u8, out var text) && text.ValueKind == JsonValueKind.String
            ? ResourceId.DocumentNumber(text.GetString()!)
            : null;
        var exclude = json.TryGetProperty("exclude"u8, out var flag) && flag.ValueKind == JsonValueKind.True;
        return new ResumeFilter([.. values.EnumerateArray().Select(KeyOf)], rid, exclude);
    }

    public bool Allows(OrderedPosition position, QueryOrder order)
    {
        if (Keys.Length != order.Items.Count)
            return true;
        var compared = order.CompareKeys(position.Keys, Keys);
        if (compared != 0)
            return compared > 0;
        return !Exclude && (Rid is not { } rid || order.CompareNumbers(position.Rid, rid) >= 0);
    }

    // Undefined travels as [] and arrays and objects as an object with type and hashes.
    private static byte[]? KeyOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array when value.GetArrayLength() == 0 => null,
        JsonValueKind.Object when value.TryGetProperty("type"u8, out var type) && type.ValueEquals("array"u8) => OrderKey.Array,
        _ => OrderKey.Of(value),
    };
}
