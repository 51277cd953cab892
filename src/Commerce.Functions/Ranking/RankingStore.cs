using System.Runtime.InteropServices;
using System.Text.Json;
using Commerce.Functions.Cosmos;
using Commerce.Shared.Ranking;
using Microsoft.Azure.Cosmos;

namespace Commerce.Functions.Ranking;

/// <summary>The documents of the container <c>ranking</c>.</summary>
public sealed class RankingStore(CommerceDatabase database)
{
    /// <summary>As many as fit into an answer of the store.</summary>
    private const int PageSize = -1;

    private const int ParallelDeletesMax = 8;

    private readonly Container _ranking = database[CommerceDatabase.Ranking];

    public Task<RankingPointer?> FindPointerAsync(CancellationToken ct) =>
        _ranking.FindAsync<RankingPointer>(RankingPointer.DocumentId, new PartitionKey(RankingPointer.DocumentId), ct);

    /// <summary>Writes the pointer if it is still as it was read (or absent). Null: it is not, read it again.</summary>
    public Task<RankingPointer?> TryWritePointerAsync(RankingPointer next) =>
        _ranking.TryWriteAsync(next, new PartitionKey(RankingPointer.DocumentId));

    public Task<RankingCheckpoint?> FindCheckpointAsync(string scope, CancellationToken ct) =>
        _ranking.FindAsync<RankingCheckpoint>(RankingCheckpoint.DocumentId, new PartitionKey(scope), ct);

    public Task<RankingList?> FindListAsync(string scope, string window, CancellationToken ct) =>
        _ranking.FindAsync<RankingList>(RankingList.IdOf(window), new PartitionKey(scope), ct);

    /// <summary>Loads all segments of a scope into a board.</summary>
    public async Task LoadAsync(string scope, SalesBoard board, CancellationToken ct)
    {
        var all = new QueryDefinition("SELECT * FROM c");
        await foreach (var document in _ranking.QueryAsync<JsonElement>(all, new PartitionKey(scope), PageSize, ct))
            SalesSegmentJson.Load(document, board);
    }

    /// <summary>
    /// Writes segments, changed lists and the checkpoint, all or nothing, if the checkpoint is still the one that was read.
    /// </summary>
    /// <returns>The checkpoint as stored; null when another fold was faster.</returns>
    /// <exception cref="CosmosException">The store did not answer properly; the outcome is unknown.</exception>
    public async Task<RankingCheckpoint?> TryCommitAsync(
        RankingCheckpoint checkpoint, IReadOnlyList<SegmentWrite> segments, IReadOnlyList<RankingList> lists, ProductIds products)
    {
        using var answer = await _ranking.TryExecuteAsync(new PartitionKey(checkpoint.Scope), batch =>
        {
            foreach (var segment in segments)
                Add(batch, segment, checkpoint, products);
            foreach (var list in lists)
                batch.UpsertItemStream(GuardedWrites.Json(list));
            var body = GuardedWrites.Json(checkpoint);
            if (checkpoint.ETag is { } etag)
                batch.ReplaceItemStream(checkpoint.Id, body, new TransactionalBatchItemRequestOptions { IfMatchEtag = etag });
            else
                batch.CreateItemStream(body);
        });
        return answer.IsSuccessStatusCode ? checkpoint.WithETag(answer[^1].ETag) : null;
    }

    /// <summary>Deletes a scope that nobody reads any more. May be broken off; its segments expire anyway.</summary>
    public async Task DeleteAsync(string scope, CancellationToken ct)
    {
        var key = new PartitionKey(scope);
        var ids = _ranking.QueryAsync<string>(new QueryDefinition("SELECT VALUE c.id FROM c"), key, PageSize, ct);
        var options = new ParallelOptions { MaxDegreeOfParallelism = ParallelDeletesMax, CancellationToken = ct };
        await Parallel.ForEachAsync(ids, options, async (id, deleteCt) => await _ranking.DeleteAsync(id, key, deleteCt));
    }

    private static void Add(TransactionalBatch batch, SegmentWrite segment, RankingCheckpoint checkpoint, ProductIds products)
    {
        if (segment.Parts[0].Entries is null)
            batch.DeleteItem(SalesSegmentJson.IdOf(segment, checkpoint.Commit));
        else
            batch.UpsertItemStream(Stream(SalesSegmentJson.Write(segment, checkpoint.Scope, checkpoint.Commit, products)));
    }

    private static MemoryStream Stream(ReadOnlyMemory<byte> json) =>
        MemoryMarshal.TryGetArray(json, out var bytes)
            ? new(bytes.Array!, bytes.Offset, bytes.Count, writable: false)
            : new(json.ToArray(), writable: false);
}
