using System.Globalization;
using LocalPlatform.Cosmos.Items;
using LocalPlatform.Cosmos.Queries;
using LocalPlatform.Cosmos.Queries.Access;
using LocalPlatform.Cosmos.Queries.Execution;
using LocalPlatform.Cosmos.Resources;
using LocalPlatform.Storage;

namespace LocalPlatform.Cosmos.ChangeFeed;

/// <summary>
/// The change feed in latest-version mode: every document once, at its last change, in the order of changes. The position is the
/// LSN of the last change seen; it travels as the ETag.
/// </summary>
internal sealed class ChangeFeedOperations(CosmosStore store)
{
    public const string LatestVersion = "Incremental Feed";

    public GatewayResponse Read(ContainerState container, GatewayRequest request)
    {
        if (request.Headers.Find(HeaderNames.AIm) != LatestVersion)
            return GatewayResponse.BadRequest("Unsupported change feed mode: only the latest version of documents is kept.");
        if (!QueryOperations.TryReadTarget(container, request, out var partitionKey, out var spread, out var refusal))
            return refusal;
        if (!TryReadStart(container, request, out var after, out var since))
            return GatewayResponse.BadRequest("The position in the change feed is malformed.");
        using var documents = new QueryPage(container, QueryOperations.PageSize(request));
        var page = new FeedPage(container, documents, after);
        var body = store.Read(container, session => (object)Fill(session, page, container, partitionKey, spread, since));
        if (body is null)
            return GatewayResponse.NotFound();
        return Answer(container, page, (ReadOnlyMemory<byte>)body, partitionKey);
    }

    private ReadOnlyMemory<byte> Fill(
        SqliteSession session, FeedPage page, ContainerState container, byte[]? partitionKey, PartitionKeyFilter? spread, long since)
    {
        // A partition's changes are few among all: there the key leads, and the numbers are sorted.
        var where = partitionKey is null ? "true" : "pk = @3";
        session.Visit(
            $"SELECT rid, lsn, ts, body, pk FROM docs_{container.Number} WHERE lsn > @0 AND ts >= @1 AND {where} "
            + "AND (expires IS NULL OR expires > @2) ORDER BY lsn",
            row =>
            {
                if (spread is not null && !spread.Includes(row.GetBytes(4)))
                {
                    page.PassOver(row.GetInt64(1));
                    return true;
                }
                return page.TryAdd(DocumentTable.Map(row));
            },
            partitionKey is null ? [page.Last, since, store.NowSeconds()] : [page.Last, since, store.NowSeconds(), partitionKey]);
        return page.Complete();
    }

    private static GatewayResponse Answer(ContainerState container, FeedPage page, ReadOnlyMemory<byte> body, byte[]? partitionKey) => new()
    {
        Status = page.Count == 0 ? 304 : 200,
        Body = page.Count == 0 ? default : body,
        ETag = string.Create(CultureInfo.InvariantCulture, $"\"{page.Last}\""),
        ItemCount = page.Count,
        RequestCharge = RequestCharges.Feed(page.Count == 0 ? 0 : body.Length),
        SessionToken = container.SessionToken(partitionKey),
        Lsn = container.Lsn.Last,
        AltContentPath = container.AltContentPath,
        ContentPath = container.Rid,
    };

    // If-None-Match is a position, or * for now; without it If-Modified-Since is a time; without either the feed begins.
    private bool TryReadStart(ContainerState container, GatewayRequest request, out long after, out long since)
    {
        after = 0;
        since = 0;
        if (request.Headers.Find(HeaderNames.IfNoneMatch) is { Length: > 0 } position)
        {
            if (position == "*")
            {
                after = store.Read(container, session => (object)LastCommitted(session, container)) is long last ? last : 0;
                return true;
            }
            return long.TryParse(position.AsSpan().Trim('"'), CultureInfo.InvariantCulture, out after);
        }
        if (request.Headers.Find(HeaderNames.IfModifiedSince) is { } time)
        {
            if (!DateTimeOffset.TryParse(time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var start))
                return false;
            since = start.ToUnixTimeSeconds();
        }
        return true;
    }

    private static long LastCommitted(SqliteSession session, ContainerState container) =>
        session.QueryFirst($"SELECT ifnull(max(lsn), 0) FROM docs_{container.Number}", row => row.GetInt64(0));

    /// <summary>A page of changes and the position behind the last change it has looked at.</summary>
    private sealed class FeedPage(ContainerState container, QueryPage documents, long after)
    {
        public long Last { get; private set; } = after;

        public int Count => documents.Count;

        public void PassOver(long lsn) => Last = lsn;

        public bool TryAdd(StoredDocument document)
        {
            if (documents.IsFull)
                return false;
            documents.Add(document, container, withLsn: true);
            Last = document.Lsn;
            return true;
        }

        public ReadOnlyMemory<byte> Complete() => documents.Complete();
    }
}
