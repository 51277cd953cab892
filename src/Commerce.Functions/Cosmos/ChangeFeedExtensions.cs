using System.Net;
using Microsoft.Azure.Cosmos;

namespace Commerce.Functions.Cosmos;

/// <summary>Reading of change feeds.</summary>
internal static class ChangeFeedExtensions
{
    /// <summary>More than the SDK takes to answer when it is throttled all the time.</summary>
    public static readonly TimeSpan PageTimeout = TimeSpan.FromSeconds(30);

    /// <summary>The ranges of a container's change feed, as the SDK writes them.</summary>
    /// <exception cref="CosmosException">The store did not answer properly.</exception>
    public static async Task<IEnumerable<string>> FeedRangesAsync(this Container container, CancellationToken ct) =>
        (await TransientFaults.RetryAsync(() => container.GetFeedRangesAsync(ct))).Select(static range => range.ToJsonString());

    /// <summary>
    /// The next page, or 304 at the end of the feed. The SDK (3.64) tells the end by coming round to the range it began with; when that is
    /// split meanwhile and nothing is written, it asks the new ones for ever. An iterator that is opened anew begins with one of them.
    /// </summary>
    /// <exception cref="CosmosException">
    /// The store did not answer properly, or (408) not in time: the iterator is finished, a new one reads on.
    /// </exception>
    public static async Task<ResponseMessage> ReadChangesAsync(this FeedIterator pages, TimeProvider time, CancellationToken ct)
    {
        using var late = new CancellationTokenSource(PageTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, late.Token);
        try
        {
            var page = await pages.ReadNextAsync(either.Token);
            return page.StatusCode == HttpStatusCode.NotModified ? page : page.EnsureSuccessStatusCode();
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested && !ct.IsCancellationRequested)
        {
            throw new CosmosException("The change feed came to no page.", HttpStatusCode.RequestTimeout, 0, "", 0);
        }
    }
}
