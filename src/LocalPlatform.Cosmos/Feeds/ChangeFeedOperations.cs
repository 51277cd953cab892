using System.Globalization;
using LocalPlatform.Cosmos.Containers;
using LocalPlatform.Cosmos.Protocol;
using LocalPlatform.Storage;

namespace LocalPlatform.Cosmos.Feeds;

/// <summary>
/// The change feed in latest-version mode: every document once, at its last change, in the order of changes. The position is the
/// LSN of the last change seen; it travels as the ETag.
/// </summary>
internal sealed class ChangeFeedOperations(DocumentStore store)
{
    private const string LatestVersion = "Incremental Feed";

    public GatewayResponse Read(ContainerState container, GatewayRequest request)
    {
        if (request.Find(HeaderNames.AIm) != LatestVersion)
            return GatewayResponse.Of(Refusal.NotSupported("other modes of the change feed: only the latest version of documents is kept"));
        if (!FeedTarget.TryRead(container, request, out var target, out var refusal))
            return GatewayResponse.Of(refusal);
        if (!TryReadStart(container, request, out var after, out var since))
            return GatewayResponse.Of(Refusal.BadRequest("The position in the change feed is malformed."));
        using var page = new DocumentPage(container, request.PageSize);
        var last = store.Read(container, session => Fill(session, page, container, target, after, since));
        var body = page.Complete();
        return new GatewayResponse
        {
            Status = page.Count == 0 ? 304 : 200,
            Body = page.Count == 0 ? default : body,
            ETag = string.Create(CultureInfo.InvariantCulture, $"\"{last}\""),
            ItemCount = page.Count,
            RequestCharge = RequestCharges.Feed(page.Count == 0 ? 0 : body.Length),
            Origin = container.Origin(target.PartitionKey),
        };
    }

    // Answers the number of the last change that was looked at, or passed over, whether it belongs to the target or not.
    private long Fill(SqliteSession session, DocumentPage page, ContainerState container, FeedTarget target, long after, long since)
    {
        // Asked first: what is committed while the page is read is none of what was looked at.
        var committed = container.Documents.LastLsn(session);
        var (last, isEnd) = (after, true);
        // A partition's changes are few among all: there the key leads, and the numbers are sorted.
        session.Visit(
            $"SELECT rid, lsn, ts, body, pk FROM docs_{container.Number} WHERE lsn > @0 AND ts >= @1 "
            + $"AND {(target.PartitionKey is null ? "@3 IS NULL" : "pk = @3")} AND (expires IS NULL OR expires > @2) ORDER BY lsn",
            row =>
            {
                if (target.Span is null || target.Includes(row.GetBytes(4)))
                {
                    if (page.IsFull)
                        return isEnd = false;
                    page.Add(DocumentTable.Map(row), withLsn: true);
                }
                last = row.GetInt64(1);
                return true;
            },
            after,
            since,
            store.NowSeconds(),
            target.PartitionKey);
        // Who starts at a time has seen what was before it.
        return isEnd ? Math.Max(last, committed) : last;
    }

    // If-None-Match is a position, or * for now; without it If-Modified-Since is a time; without either the feed begins.
    private bool TryReadStart(ContainerState container, GatewayRequest request, out long after, out long since)
    {
        after = 0;
        since = 0;
        if (request.Find(HeaderNames.IfNoneMatch) is { Length: > 0 } position)
        {
            if (position == "*")
            {
                after = store.Read(container, container.Documents.LastLsn);
                return true;
            }
            return long.TryParse(position.AsSpan().Trim('"'), CultureInfo.InvariantCulture, out after);
        }
        if (request.Find(HeaderNames.IfModifiedSince) is { } time)
        {
            if (!DateTimeOffset.TryParse(time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var start))
                return false;
            since = start.ToUnixTimeSeconds();
        }
        return true;
    }
}
