using System.Net;
using System.Text.Json;
using Commerce.Functions.Cosmos;
using Commerce.Shared.Audit;
using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.Options;

namespace Commerce.Functions.Audit;

/// <summary>
/// All reading of an audit: documents as they are, so that one that cannot be read is a finding and not the end, at no more request units
/// a second than it may use.
/// </summary>
public sealed class AuditReader(CommerceDatabase database, IOptions<AuditOptions> options, TimeProvider time)
{
    /// <summary>Shorter waits cost more than they are good for.</summary>
    private static readonly TimeSpan WaitMin = TimeSpan.FromMilliseconds(20);

    private const int UnitsPerReader = 300;
    private const int AtOnceMax = 16;

    private readonly Lock _lock = new();
    private DateTimeOffset _paidUntil;

    /// <summary>How many may read at once: as many as use up what they may, at some two hundred reads a second of one after the other.</summary>
    internal int AtOnce => Math.Clamp(options.Value.RequestUnitsPerSecond / UnitsPerReader, 1, AtOnceMax);

    /// <summary>A document as a replica has it; null proves nothing, and is looked at again.</summary>
    internal Task<JsonElement?> FindAsync(ContainerDefinition container, string id, string owner, CancellationToken ct) =>
        PaidAsync<JsonElement?>(async () =>
        {
            using var answer = await database[container].ReadItemStreamAsync(id, new PartitionKey(owner), cancellationToken: ct);
            if (answer.IsMissingItem())
                return (null, answer.Headers.RequestCharge);
            using var json = await JsonDocument.ParseAsync(answer.EnsureSuccessStatusCode().Content, cancellationToken: ct);
            return (json.RootElement.Clone(), answer.Headers.RequestCharge);
        }, ct);

    /// <summary>A page of a query; empty only when there is nothing more.</summary>
    /// <param name="container">Where to look.</param>
    /// <param name="query">What for.</param>
    /// <param name="owner">The partition; null for all.</param>
    /// <param name="max">Most documents wanted.</param>
    /// <param name="continuation">Where the page before ended; null for the first.</param>
    /// <param name="ct">Stops the reading.</param>
    internal async Task<AuditPage> ReadPageAsync(
        ContainerDefinition container, QueryDefinition query, string? owner, int max, string? continuation, CancellationToken ct)
    {
        var target = new QueryRequestOptions { PartitionKey = owner is null ? null : new PartitionKey(owner), MaxItemCount = max };
        AuditPage page;
        do
        {
            page = await ReadAsync(async () =>
            {
                using var pages = database[container].GetItemQueryStreamIterator(query, continuation, target);
                return (await pages.ReadNextAsync(ct)).EnsureSuccessStatusCode();
            }, ct);
            continuation = page.Continuation;
        }
        while (page.Documents.Count == 0 && continuation is not null);
        return page;
    }

    /// <summary>All documents that a query finds.</summary>
    internal async Task<List<JsonElement>> ReadAllAsync(
        ContainerDefinition container, QueryDefinition query, string? owner, CancellationToken ct)
    {
        var found = new List<JsonElement>();
        string? continuation = null;
        do
        {
            var page = await ReadPageAsync(container, query, owner, -1, continuation, ct);
            found.AddRange(page.Documents);
            continuation = page.Continuation;
        }
        while (continuation is not null);
        return found;
    }

    /// <summary>A page of the change feed; empty at its end, and with the place to read on in any case.</summary>
    internal Task<AuditPage> ReadFeedAsync(
        ContainerDefinition container, AuditFeedRange range, DateTimeOffset feedStart, int max, CancellationToken ct)
    {
        var start = range.Continuation is { } continuation
            ? ChangeFeedStartFrom.ContinuationToken(continuation)
            : ChangeFeedStartFrom.Time(feedStart.UtcDateTime, FeedRange.FromJsonString(range.Range));
        var options = new ChangeFeedRequestOptions { PageSizeHint = max };
        return ReadAsync(async () =>
        {
            using var pages = database[container].GetChangeFeedStreamIterator(start, ChangeFeedMode.LatestVersion, options);
            return await pages.ReadChangesAsync(time, ct);
        }, ct);
    }

    /// <summary>The ranges of a container's change feed, none of them read yet.</summary>
    internal async Task<IEnumerable<AuditFeedRange>> FeedRangesAsync(AuditPart part, ContainerDefinition container, CancellationToken ct) =>
        (await database[container].FeedRangesAsync(ct)).Select(range => new AuditFeedRange(part, range, null));

    // An iterator that has failed is finished: each attempt has its own.
    private Task<AuditPage> ReadAsync(Func<Task<ResponseMessage>> readNextAsync, CancellationToken ct) => PaidAsync(async () =>
    {
        using var answer = await readNextAsync();
        if (answer.StatusCode == HttpStatusCode.NotModified)
            return (new AuditPage([], answer.ContinuationToken), answer.Headers.RequestCharge);
        using var json = await JsonDocument.ParseAsync(answer.Content, cancellationToken: ct);
        var documents = json.RootElement.GetProperty("Documents"u8).EnumerateArray().Select(static document => document.Clone());
        return (new AuditPage([.. documents], answer.ContinuationToken), answer.Headers.RequestCharge);
    }, ct);

    private async Task<T> PaidAsync<T>(Func<Task<(T Answer, double Charge)>> readAsync, CancellationToken ct)
    {
        var (answer, charge) = await TransientFaults.RetryAsync(readAsync);
        await PayAsync(charge, ct);
        return answer;
    }

    private async Task PayAsync(double charge, CancellationToken ct)
    {
        TimeSpan wait;
        lock (_lock)
        {
            var now = time.GetUtcNow();
            _paidUntil = (_paidUntil > now ? _paidUntil : now) + TimeSpan.FromSeconds(charge / options.Value.RequestUnitsPerSecond);
            wait = _paidUntil - now;
        }
        if (wait >= WaitMin)
            await Task.Delay(wait, time, ct);
        else
            // A store in this process answers at once: without a break in between, buyers' requests would wait behind a whole ledger.
            await Task.Yield();
    }
}

/// <param name="Documents">What was found.</param>
/// <param name="Continuation">Where the next page begins; of a query null when there is none.</param>
internal sealed record AuditPage(IReadOnlyList<JsonElement> Documents, string? Continuation);
