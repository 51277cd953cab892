using LocalPlatform.Cosmos.Patch;
using LocalPlatform.Cosmos.Resources;
using LocalPlatform.Storage;

namespace LocalPlatform.Cosmos.Items;

/// <summary>Conditions of a write, from If-Match and If-None-Match.</summary>
internal readonly record struct Preconditions(string? IfMatch, string? IfNoneMatch)
{
    public bool AllowWriteOver(StoredDocument document) =>
        (IfMatch is null || document.Matches(IfMatch)) && (IfNoneMatch is null || !document.Matches(IfNoneMatch));
}

/// <summary>
/// Operations on single documents inside a write transaction. Conditions are decided here, on the one writer thread, so of two
/// writers with one ETag exactly one wins. Both single calls and batches run these.
/// </summary>
internal readonly struct ItemWriter(ContainerState container, SqliteSession session, long now)
{
    public ItemResult Create(DocumentBody body) =>
        container.Documents.Insert(session, body, now) is { } stored
            ? new ItemResult(201, stored, RequestCharges.Create(stored.Body.Length))
            : ItemResult.Conflict;

    public ItemResult Upsert(DocumentBody body, Preconditions conditions)
    {
        var current = container.Documents.Find(session, body.PartitionKey, body.Id, now);
        return current is null ? Create(body) : Overwrite(current, body, conditions);
    }

    public ItemResult Replace(byte[] partitionKey, string id, DocumentBody body, Preconditions conditions) =>
        container.Documents.Find(session, partitionKey, id, now) is { } current
            ? Overwrite(current, body, conditions)
            : ItemResult.NotFound;

    public ItemResult Delete(byte[] partitionKey, string id, Preconditions conditions)
    {
        if (container.Documents.Find(session, partitionKey, id, now) is not { } current)
            return ItemResult.NotFound;
        if (!conditions.AllowWriteOver(current))
            return ItemResult.PreconditionFailed;
        container.Documents.Delete(session, current.Rid);
        return new ItemResult(204, null, RequestCharges.Delete(current.Body.Length));
    }

    public ItemResult Patch(byte[] partitionKey, string id, PatchRequest patch, Preconditions conditions)
    {
        if (container.Documents.Find(session, partitionKey, id, now) is not { } current)
            return ItemResult.NotFound;
        if (!conditions.AllowWriteOver(current))
            return ItemResult.PreconditionFailed;
        if (!patch.ConditionHolds(current, container))
            return PatchRequest.ConditionFailed;
        var body = patch.Apply(container, current, out var refusal);
        if (body is null)
            return refusal;
        return body.Id == id && body.PartitionKey.AsSpan().SequenceEqual(partitionKey)
            ? Overwrite(current, body, default)
            : ItemResult.Refused(400, "Patch cannot change the id or the partition key of a document.");
    }

    public ItemResult Read(byte[] partitionKey, string id, Preconditions conditions)
    {
        if (container.Documents.Find(session, partitionKey, id, now) is not { } current)
            return ItemResult.NotFound;
        if (conditions.IfNoneMatch is { } known && current.Matches(known))
            return new ItemResult(304, current, RequestCharges.Refusal);
        return new ItemResult(200, current, RequestCharges.Read(current.Body.Length));
    }

    private ItemResult Overwrite(StoredDocument current, DocumentBody body, Preconditions conditions)
    {
        if (!conditions.AllowWriteOver(current))
            return ItemResult.PreconditionFailed;
        var stored = container.Documents.Update(session, current.Rid, body, now);
        return new ItemResult(200, stored, RequestCharges.Replace(stored.Body.Length));
    }
}
