using LocalPlatform.Cosmos.Containers;
using LocalPlatform.Cosmos.Patch;
using LocalPlatform.Cosmos.Protocol;
using LocalPlatform.Cosmos.Values;
using LocalPlatform.Storage;

namespace LocalPlatform.Cosmos.Items;

/// <summary>Conditions of a write, from If-Match and If-None-Match.</summary>
internal readonly record struct Preconditions(string? IfMatch, string? IfNoneMatch)
{
    public bool AllowWriteOver(StoredDocument document) =>
        (IfMatch is null || document.Matches(IfMatch)) && (IfNoneMatch is null || !document.Matches(IfNoneMatch));
}

/// <summary>
/// Operations on single documents inside a transaction. Conditions are decided here, on the one writer thread, so of two writers
/// with one ETag exactly one wins. Both single calls and batches run these.
/// </summary>
internal readonly struct ItemWriter(ContainerState container, SqliteSession session, long now)
{
    public ItemResult Create(DocumentBody body) =>
        container.Documents.Insert(session, body, now) is { } stored
            ? new ItemResult(201, stored, RequestCharges.Create(stored.Body.Length))
            : ItemResult.Conflict;

    public ItemResult Upsert(DocumentBody body, Preconditions conditions) =>
        Find(body.PartitionKey, body.Id) is { } current ? Overwrite(current, body, conditions) : Create(body);

    public ItemResult Replace(byte[] partitionKey, string id, DocumentBody body, Preconditions conditions) =>
        Find(partitionKey, id) is { } current ? Overwrite(current, body, conditions) : ItemResult.NotFound;

    public ItemResult Delete(byte[] partitionKey, string id, Preconditions conditions)
    {
        if (Find(partitionKey, id) is not { } current)
            return ItemResult.NotFound;
        if (!conditions.AllowWriteOver(current))
            return ItemResult.PreconditionFailed;
        container.Documents.Delete(session, current.Rid);
        return new ItemResult(204, null, RequestCharges.Delete(current.Body.Length));
    }

    public ItemResult Patch(byte[] partitionKey, string id, PatchRequest patch, Preconditions conditions)
    {
        if (Find(partitionKey, id) is not { } current)
            return ItemResult.NotFound;
        if (!conditions.AllowWriteOver(current))
            return ItemResult.PreconditionFailed;
        if (patch.HasCondition && !ConditionHolds(patch, current))
            return ItemResult.Refused(Refusal.ConditionFailed);
        var document = JsonText.NodeOfStored(current.Body).AsObject();
        if (patch.Apply(document) is { } error)
            return ItemResult.Refused(Refusal.BadRequest(error));
        var json = JsonText.Write(document, static (writer, node) => node.WriteTo(writer));
        if (!DocumentBody.TryParse(container, json, out var body, out var refusal))
            return ItemResult.Refused(refusal);
        return body.Id == id && body.PartitionKey.AsSpan().SequenceEqual(partitionKey)
            ? Overwrite(current, body, default)
            : ItemResult.Refused(Refusal.BadRequest("Patch cannot change the id or the partition key of a document."));
    }

    public ItemResult Read(byte[] partitionKey, string id, string? knownTag)
    {
        if (Find(partitionKey, id) is not { } current)
            return ItemResult.NotFound;
        return knownTag is not null && current.Matches(knownTag)
            ? new ItemResult(304, current, RequestCharges.Refusal)
            : new ItemResult(200, current, RequestCharges.Read(current.Body.Length));
    }

    private StoredDocument? Find(byte[] partitionKey, string id) => container.Documents.Find(session, partitionKey, id, now);

    private bool ConditionHolds(PatchRequest patch, StoredDocument document)
    {
        using var json = JsonText.ParseStored(document.Render(container));
        return patch.ConditionHolds(json.RootElement);
    }

    private ItemResult Overwrite(StoredDocument current, DocumentBody body, Preconditions conditions)
    {
        if (!conditions.AllowWriteOver(current))
            return ItemResult.PreconditionFailed;
        var stored = container.Documents.Update(session, current.Rid, body, now);
        return new ItemResult(200, stored, RequestCharges.Replace(stored.Body.Length));
    }
}
