using System.Net;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Commerce.Functions.Cosmos;
using Commerce.Shared.Json;
using Commerce.Shared.Ranking;
using Microsoft.Azure.Cosmos;

namespace Commerce.Functions.Ranking;

/// <summary>The documents of the container <c>ranking</c>.</summary>
public sealed class RankingStore(CommerceDatabase database)
{
    private const int DeletesPerBatch = 100;

    private readonly Container _ranking = database[CommerceDatabase.Ranking];

    public Task<RankingPointer?> FindPointerAsync(CancellationToken ct) =>
        _ranking.FindAsync<RankingPointer>(RankingPointer.DocumentId, new PartitionKey(RankingPointer.DocumentId), ct);

    /// <summary>Writes the pointer if it is still as it was read (or absent). Null: it is not, read it again.</summary>
    public async Task<RankingPointer?> TryWritePointerAsync(RankingPointer next) =>
        await _ranking.TryWriteAsync(next.Id, new PartitionKey(RankingPointer.DocumentId), next, next.ETag) is { } etag ? next with { ETag = etag } : null;

    public Task<RankingCheckpoint?> FindCheckpointAsync(string scope, CancellationToken ct) =>
        _ranking.FindAsync<RankingCheckpoint>(RankingCheckpoint.DocumentId, new PartitionKey(scope), ct);

    public Task<RankingList?> FindListAsync(string scope, string window, CancellationToken ct) =>
        _ranking.FindAsync<RankingList>(RankingList.IdOf(window), new PartitionKey(scope), ct);

    /// <summary>Loads all segments of a scope into a board.</summary>
    public async Task LoadAsync(string scope, SalesBoard board, CancellationToken ct)
    {
        await foreach (var document in ReadAllAsync(scope, ct))
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
        using var response = await TransientFaults.RetryAsync(() =>
        {
            var batch = _ranking.CreateTransactionalBatch(new PartitionKey(checkpoint.Scope));
            foreach (var segment in segments)
                Add(batch, segment, checkpoint, products);
            foreach (var list in lists)
                batch.UpsertItemStream(Json(list, DocumentJsonContext.Default.RankingList));
            var body = Json(checkpoint, DocumentJsonContext.Default.RankingCheckpoint);
            if (checkpoint.ETag is { } etag)
                batch.ReplaceItemStream(checkpoint.Id, body, new TransactionalBatchItemRequestOptions { IfMatchEtag = etag });
            else
                batch.CreateItemStream(body);
            return batch.ExecuteAsync();
        });
        if (response.IsSuccessStatusCode)
            return checkpoint with { ETag = response[^1].ETag };
        if (response.StatusCode is HttpStatusCode.PreconditionFailed or HttpStatusCode.Conflict or HttpStatusCode.NotFound)
            return null;
        throw response.Fault();
    }

    /// <summary>Deletes a scope that nobody reads any more. May be broken off; its segments expire anyway.</summary>
    public async Task DeleteAsync(string scope, CancellationToken ct)
    {
        var ids = new List<string>();
        await foreach (var document in ReadAllAsync(scope, ct))
            ids.Add(document.GetProperty("id"u8).GetString()!);
        foreach (var chunk in ids.Chunk(DeletesPerBatch))
        {
            var batch = _ranking.CreateTransactionalBatch(new PartitionKey(scope));
            foreach (var id in chunk)
                batch.DeleteItem(id);
            using var _ = await batch.ExecuteAsync(ct);
        }
    }

    private static void Add(TransactionalBatch batch, SegmentWrite segment, RankingCheckpoint checkpoint, ProductIds products)
    {
        if (segment.Parts[0].Entries is null)
            batch.DeleteItem(SalesSegmentJson.IdOf(segment, checkpoint.Commit));
        else
            batch.UpsertItemStream(Stream(SalesSegmentJson.Write(segment, checkpoint.Scope, checkpoint.Commit, products)));
    }

    private async IAsyncEnumerable<JsonElement> ReadAllAsync(
        string scope, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        using var pages = _ranking.GetItemQueryStreamIterator(
            requestOptions: new QueryRequestOptions { PartitionKey = new PartitionKey(scope), MaxItemCount = -1 });
        while (pages.HasMoreResults)
        {
            using var page = await pages.ReadNextAsync(ct);
            page.EnsureSuccessStatusCode();
            using var json = await JsonDocument.ParseAsync(page.Content, cancellationToken: ct);
            foreach (var document in json.RootElement.GetProperty("Documents"u8).EnumerateArray())
                yield return document;
        }
    }

    private static MemoryStream Json<T>(T document, JsonTypeInfo<T> type) =>
        new(JsonSerializer.SerializeToUtf8Bytes(document, type), writable: false);

    private static MemoryStream Stream(ReadOnlyMemory<byte> json) =>
        MemoryMarshal.TryGetArray(json, out var bytes)
            ? new(bytes.Array!, bytes.Offset, bytes.Count, writable: false)
            : new(json.ToArray(), writable: false);
}
