using System.Net;
using Commerce.Functions.Cosmos;
using Commerce.Shared.Ranking;
using Microsoft.Azure.Cosmos;

namespace Commerce.Functions.Ranking;

/// <summary>The accounts' change feed, read as bytes: a fold is the cost of reading it.</summary>
public sealed class AccountFeed(CommerceDatabase database, TimeProvider time)
{
    /// <summary>Documents of a page, some 0.7 MB: Cosmos DB answers with up to 4 MB, but a page is held in memory several times over.</summary>
    internal const int PageSizeMax = 500;

    private readonly Container _accounts = database[CommerceDatabase.Accounts];

    /// <summary>The ranges of the feed, none of them read yet.</summary>
    public async Task<IReadOnlyList<RankingRange>> RangesAsync(CancellationToken ct) =>
        [.. (await _accounts.FeedRangesAsync(ct)).Select(static range => new RankingRange(range, null))];

    /// <param name="range">Where to read on.</param>
    /// <param name="feedStart">Where to begin if nothing is read yet.</param>
    /// <param name="readsAhead">The next page is on its way while the last one is being worked on.</param>
    /// <param name="pageSize">Most documents of a page; what was written in one batch stays together, however many.</param>
    internal FeedCursor Open(RankingRange range, DateTimeOffset feedStart, bool readsAhead, int pageSize = PageSizeMax) => new(
        continuation => _accounts.GetChangeFeedStreamIterator(
            continuation is null
                ? ChangeFeedStartFrom.Time(feedStart.UtcDateTime, FeedRange.FromJsonString(range.Range))
                : ChangeFeedStartFrom.ContinuationToken(continuation),
            ChangeFeedMode.LatestVersion,
            new ChangeFeedRequestOptions { PageSizeHint = pageSize }),
        range.Continuation,
        readsAhead,
        time);
}

/// <summary>Reads one range.</summary>
/// <param name="open">Begins to read: after a page, or from the start (null).</param>
/// <param name="continuation">After which page to begin; null for the start.</param>
/// <param name="readsAhead">The next page is sent for when one is taken.</param>
/// <param name="time">Limits the waiting for a page.</param>
internal sealed class FeedCursor(
    Func<string?, FeedIterator> open, string? continuation, bool readsAhead, TimeProvider time) : IAsyncDisposable
{
    private string? _continuation = continuation;
    private FeedIterator? _pages;
    private Task<ResponseMessage>? _next;

    /// <summary>Sends for the next page, unless it is on its way.</summary>
    public void Begin(CancellationToken ct) => _next ??= TransientFaults.RetryAsync(() => ReadNextAsync(ct));

    /// <summary>The next page.</summary>
    /// <exception cref="CosmosException">The store did not answer properly.</exception>
    public async Task<FeedPage> ReadAsync(CancellationToken ct)
    {
        Begin(ct);
        var page = new FeedPage(await _next!);
        _next = null;
        if (readsAhead && !page.IsEnd)
            Begin(ct);
        return page;
    }

    public async ValueTask DisposeAsync()
    {
        // Nobody waits for the page that was on its way; its fault, if any, comes again with the next reading.
        if (_next is not null)
        {
            await ((Task)_next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (_next.IsCompletedSuccessfully)
                (await _next).Dispose();
        }
        _pages?.Dispose();
    }

    // An iterator that has failed is finished: the next attempt opens another.
    private async Task<ResponseMessage> ReadNextAsync(CancellationToken ct)
    {
        try
        {
            var page = await (_pages ??= open(_continuation)).ReadChangesAsync(time, ct);
            _continuation = page.ContinuationToken;
            return page;
        }
        catch
        {
            _pages?.Dispose();
            _pages = null;
            throw;
        }
    }
}

/// <summary>A page of the change feed.</summary>
internal readonly struct FeedPage(ResponseMessage response) : IDisposable
{
    /// <summary>True when there was nothing new: the end for now.</summary>
    public bool IsEnd => response.StatusCode == HttpStatusCode.NotModified;

    /// <summary>Where the next page begins.</summary>
    public string Continuation => response.ContinuationToken;

    /// <summary>Appends the page's facts.</summary>
    public SalePage Read(ProductIds products, List<SaleFact> facts) =>
        IsEnd ? default : SaleFactReader.Read(ContainerQueries.BytesOf(response.Content), products, facts);

    public void Dispose() => response.Dispose();
}
