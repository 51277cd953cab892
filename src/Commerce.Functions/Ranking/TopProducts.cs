using Commerce.Shared.Ranking;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Commerce.Functions.Ranking;

/// <summary>
/// The lists in memory, on every instance. A reader gets what is there, and the first one that finds it older than the refresh time
/// starts a check for a newer one, which costs two point reads when nothing has changed. Nobody reads: nobody checks.
/// </summary>
public sealed partial class TopProducts(
    RankingStore store, IOptions<RankingOptions> options, TimeProvider time, ILogger<TopProducts> logger)
{
    /// <summary>
    /// So many refresh times old, lists are not served any more while a newer one is fetched: nobody had asked for a while.
    /// </summary>
    private const int StaleRefreshes = 5;

    private const int AttemptsMax = 3;

    /// <summary>Caches may serve an answer unasked for as long as this instance does.</summary>
    public string CacheControl { get; } = $"public, max-age={Math.Max(1, (int)options.Value.RefreshSeconds)}";

    private readonly TimeSpan _refreshTime = TimeSpan.FromSeconds(options.Value.RefreshSeconds);
    private readonly Lock _lock = new();
    private volatile Held? _held;
    private Task<TopLists>? _refresh;

    /// <summary>The lists of this moment.</summary>
    public ValueTask<TopLists> GetAsync(CancellationToken ct)
    {
        var held = _held;
        if (held is null)
            return new(RefreshAsync().WaitAsync(ct));
        var age = time.GetElapsedTime(held.ReadAt);
        if (age < _refreshTime)
            return new(held.Lists);
        var refresh = RefreshAsync();
        return age < StaleRefreshes * _refreshTime ? new(held.Lists) : new(refresh.WaitAsync(ct));
    }

    private Task<TopLists> RefreshAsync()
    {
        lock (_lock)
        {
            return _refresh is { IsCompleted: false } running ? running : _refresh = Task.Run(ReadAsync);
        }
    }

    private async Task<TopLists> ReadAsync()
    {
        var held = _held;
        try
        {
            var lists = await ReadAsync(held?.Lists);
            _held = new(lists, time.GetTimestamp());
            return lists;
        }
        catch (Exception fault) when (held is not null)
        {
            // A list that is old, and says so, serves better than none.
            LogRefreshFailed(fault);
            _held = held with { ReadAt = time.GetTimestamp() };
            return held.Lists;
        }
    }

    private async Task<TopLists> ReadAsync(TopLists? known)
    {
        for (var attempt = 1; ; attempt++)
        {
            var generation = (await store.FindPointerAsync(CancellationToken.None))?.Generation ?? 0;
            var checkpoint = await store.FindCheckpointAsync(RankingPointer.ScopeOf(generation), CancellationToken.None);
            if (known is not null && checkpoint is not null && checkpoint.ETag == known.ETag)
                return known;
            // A fold may have written in between, or a rebuild have taken over; then there is something newer to go by.
            if (checkpoint?.AsOf is not null && await ReadListsAsync(checkpoint, known) is { } lists)
                return lists;
            if (attempt == AttemptsMax)
                return known ?? TopLists.None(time.GetUtcNow());
        }
    }

    private async Task<TopLists?> ReadListsAsync(RankingCheckpoint checkpoint, TopLists? known)
    {
        var lists = new Dictionary<string, RankingList>();
        foreach (var reference in checkpoint.Lists)
        {
            var list = known?.Find(checkpoint.Scope, reference)
                ?? await store.FindListAsync(checkpoint.Scope, reference.Window, CancellationToken.None);
            if (list?.Commit != reference.Commit)
                return null;
            lists.Add(reference.Window, list);
        }
        return new(checkpoint, lists);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The best sellers could not be read anew; the last ones are served on")]
    private partial void LogRefreshFailed(Exception fault);

    /// <param name="Lists">What is served.</param>
    /// <param name="ReadAt">Timestamp of when it was known to be the newest.</param>
    private sealed record Held(TopLists Lists, long ReadAt);
}
