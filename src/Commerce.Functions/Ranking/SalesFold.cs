using Commerce.Functions.Catalog;
using Commerce.Shared.Catalog;
using Commerce.Shared.Ranking;

namespace Commerce.Functions.Ranking;

/// <summary>
/// Folds the accounts' sale facts into the buckets and lists of one scope. What it holds in memory is a cache of what is stored,
/// recognised by the checkpoint's ETag; whatever goes wrong, it is thrown away and the next run loads it anew. So a run that is
/// broken off anywhere, or that overlaps with another, counts nothing twice and nothing never.
/// </summary>
public sealed class SalesFold(string scope, AccountFeed feed, RankingStore store, ProductReader products, TimeProvider time)
{
    /// <summary>
    /// A sale that is seen only after a pass may have taken place so long before its beginning: clocks differ by five seconds, a write is
    /// repeated for ten while the store is throttled, after it got its time, and a replica lags.
    /// </summary>
    public static readonly TimeSpan Leeway = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Lists that another instance made so lately are its care: to take over from it costs a reading of all buckets, and costs it the same
    /// when it takes over again.
    /// </summary>
    public static readonly TimeSpan TakeOverAfter = TimeSpan.FromSeconds(15);

    /// <summary>Ranges that are read at a time; each may hold a page of 4 MB in memory.</summary>
    private const int RangesAtATime = 8;

    /// <summary>Most bytes of lists that go into one batch with all segments that it may have.</summary>
    private const int ListBytesMax = 250 * 1024;

    /// <summary>What no window reaches is not read, with a day for clocks that disagree.</summary>
    private static readonly TimeSpan FeedReach = BucketLevel.All.Max(level => level.Lifetime);

    private FoldState? _state;

    public string Scope { get; } = scope;

    /// <inheritdoc cref="RunAsync(TimeSpan, bool, CancellationToken)"/>
    public Task<FoldOutcome> RunAsync(TimeSpan slice, CancellationToken ct) => RunAsync(slice, yields: false, ct);

    /// <summary>Reads on from the checkpoint until the feed ends or the slice is over.</summary>
    /// <param name="slice">Longest time.</param>
    /// <param name="yields">Whether a scope that another instance keeps up to date is left to it.</param>
    /// <param name="ct">Breaks the run off.</param>
    public async Task<FoldOutcome> RunAsync(TimeSpan slice, bool yields, CancellationToken ct)
    {
        try
        {
            var started = time.GetTimestamp();
            var now = time.GetUtcNow();
            var state = _state = await RefreshAsync(_state, now, yields, ct);
            state.Board.Advance(now);
            state.Begun = now.ToUnixTimeSeconds();
            var caughtUp = await ReadAsync(state, () => time.GetElapsedTime(started) >= slice, ct);
            if (caughtUp)
                await PublishAsync(state, now, ct);
            else
                await CommitAsync(state);
            return caughtUp ? FoldOutcome.CaughtUp : FoldOutcome.SliceOver;
        }
        catch (FoldOvertakenException)
        {
            _state = null;
            return FoldOutcome.Overtaken;
        }
        catch
        {
            _state = null;
            throw;
        }
    }

    private async Task<FoldState> RefreshAsync(FoldState? state, DateTimeOffset now, bool yields, CancellationToken ct)
    {
        var stored = await store.FindCheckpointAsync(Scope, ct);
        if (state is not null && stored?.ETag is { } etag && etag == state.Checkpoint.ETag)
            return state;
        if (yields && stored?.WindowEnd is { } made && now - made < TakeOverAfter)
            throw new FoldOvertakenException();
        var board = new SalesBoard(now);
        await store.LoadAsync(Scope, board, ct);
        var lists = new Dictionary<string, RankingList>();
        foreach (var reference in stored?.Lists ?? [])
        {
            if (await store.FindListAsync(Scope, reference.Window, ct) is { } list)
                lists.Add(reference.Window, list);
        }
        var checkpoint = stored ?? new RankingCheckpoint
        {
            Scope = Scope,
            Commit = 0,
            FeedStart = now - FeedReach,
            Ranges = await feed.RangesAsync(ct),
        };
        return new(board, checkpoint, lists);
    }

    /// <summary>Folds page after page, of some ranges at a time and in turn. True when all have come to their end.</summary>
    private async Task<bool> ReadAsync(FoldState state, Func<bool> isOver, CancellationToken ct)
    {
        var readsAhead = state.Ranges.Length <= RangesAtATime;
        var cursors = state.Ranges.Select(range => feed.Open(range, state.Checkpoint.FeedStart, readsAhead)).ToArray();
        var open = new Queue<int>(Enumerable.Range(0, cursors.Length).Select(i => (state.FirstRange + i) % cursors.Length));
        try
        {
            do
            {
                var turn = open.Take(RangesAtATime).ToList();
                turn.ForEach(range => cursors[range].Begin(ct));
                foreach (var range in turn)
                {
                    open.Dequeue();
                    if (!await FoldPageAsync(state, cursors, range, ct))
                        open.Enqueue(range);
                }
            }
            while (open.Count > 0 && !isOver());
            // Whatever the next run has time for, no range is always the last.
            state.FirstRange = open.TryPeek(out var next) ? next : state.FirstRange;
            return open.Count == 0;
        }
        finally
        {
            foreach (var cursor in cursors)
                await cursor.DisposeAsync();
        }
    }

    /// <summary>
    /// Folds the next page of a range, after a commit of what is pending if both might be too much for one. A page that is too much by
    /// itself is read again in smaller ones. True when the range has come to its end, or to what was
    /// written after the run began: while sales never pause, there is no end.
    /// </summary>
    private async Task<bool> FoldPageAsync(FoldState state, FeedCursor[] cursors, int range, CancellationToken ct)
    {
        while (true)
        {
            using var page = await cursors[range].ReadAsync(ct);
            var (read, entries) = state.Read(page);
            if (entries > SalesBoard.PendingEntriesMax && read.Documents > 1)
            {
                await cursors[range].DisposeAsync();
                var fitting = (int)((long)read.Documents * SalesBoard.PendingEntriesMax / entries / 2);
                cursors[range] = feed.Open(state.Ranges[range], state.Checkpoint.FeedStart, readsAhead: false, Math.Max(1, fitting));
                continue;
            }
            if (state.Board.PendingEntries + entries > SalesBoard.PendingEntriesMax)
                await CommitAsync(state);
            state.Fold(range, page.Continuation);
            return page.IsEnd || read.WrittenAt > state.Begun;
        }
    }

    /// <summary>Commits with the lists of this moment. Only lists that changed are written.</summary>
    private async Task PublishAsync(FoldState state, DateTimeOffset now, CancellationToken ct)
    {
        if (state.IsListAffected(now))
        {
            var ranked = await RankAsync(state, now, ct);
            if (state.Board.PendingEntries > 0 && ranked.Sum(top => top.Entries.Sum(BytesMaxOf)) > ListBytesMax)
                await CommitAsync(state);
            var (references, changed) = ListsOf(state, ranked);
            await CommitAsync(state, Covering(state.Checkpoint, now) with { Lists = references, HasUnlisted = false }, changed);
            foreach (var list in changed)
                state.Lists[list.Window] = list;
        }
        else
        {
            await CommitAsync(state, Covering(state.Checkpoint, now), []);
        }
    }

    /// <summary>
    /// What lists cover that are made after a complete pass that began at a moment. Another instance, whose clock is ahead, may have said
    /// more.
    /// </summary>
    private RankingCheckpoint Covering(RankingCheckpoint checkpoint, DateTimeOffset started)
    {
        var asOf = Later(started - Leeway, checkpoint.AsOf);
        return checkpoint with { AsOf = asOf, WindowEnd = Later(time.GetUtcNow(), asOf) };
    }

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset? other) => other > one ? other.Value : one;

    /// <summary>The next checkpoint's references, and the lists that are not as they are stored.</summary>
    private (List<RankingListRef> References, List<RankingList> Changed) ListsOf(
        FoldState state, List<(RankingWindow Window, List<RankedProduct> Entries)> ranked)
    {
        var changed = new List<RankingList>();
        var references = new List<RankingListRef>();
        foreach (var (window, entries) in ranked)
        {
            if (!state.Lists.TryGetValue(window.Name, out var list) || !list.Products.SequenceEqual(entries))
            {
                list = new RankingList
                {
                    Id = RankingList.IdOf(window.Name),
                    Scope = Scope,
                    Window = window.Name,
                    Commit = state.Checkpoint.Commit + 1,
                    Products = entries,
                };
                changed.Add(list);
            }
            references.Add(new(window.Name, state.Board.StartOf(window), list.Commit));
        }
        return (references, changed);
    }

    // A character is six bytes where JSON escapes it.
    private static int BytesMaxOf(RankedProduct product) => (6 * (product.ProductId.Length + product.Name.Length)) + 150;

    /// <summary>The best sellers of every window with names and prices. Products that are gone give way to the next ones.</summary>
    private async Task<List<(RankingWindow Window, List<RankedProduct> Entries)>> RankAsync(
        FoldState state, DateTimeOffset now, CancellationToken ct)
    {
        var gone = new HashSet<string>();
        var known = state.KnownProducts(now);
        while (true)
        {
            var tops = RankingWindow.All.Select(
                window => (Window: window, Top: state.Board.Top(window, RankingList.ProductsMax, gone))).ToList();
            var unknown = tops.SelectMany(top => top.Top).Select(sales => sales.ProductId).Where(id => !known.ContainsKey(id)).ToHashSet();
            foreach (var (id, product) in await products.FindManyAsync(unknown, ct))
                known.Add(id, product);
            unknown.ExceptWith(known.Keys);
            if (unknown.Count == 0)
                return [.. tops.Select(top => (top.Window, top.Top.Select(sales => Ranked(sales, known[sales.ProductId])).ToList()))];
            gone.UnionWith(unknown);
        }
    }

    private static RankedProduct Ranked(RankedSales sales, Product product) =>
        new(sales.ProductId, product.Name, product.Price, sales.Quantity, sales.Revenue);

    /// <summary>Stores how far it is, with the lists as they were.</summary>
    private Task CommitAsync(FoldState state) => CommitAsync(state, state.Checkpoint with { HasUnlisted = state.HasUnlisted }, []);

    private async Task CommitAsync(FoldState state, RankingCheckpoint checkpoint, IReadOnlyList<RankingList> lists)
    {
        var segments = state.Board.TakeWrites(time.GetUtcNow());
        var next = checkpoint with { Commit = state.Checkpoint.Commit + 1, Ranges = [.. state.Ranges] };
        state.Checkpoint = await store.TryCommitAsync(next, segments, lists, state.Board.Products) ?? throw new FoldOvertakenException();
    }

    private sealed class FoldOvertakenException : Exception;
}

/// <summary>How a run of the fold ended.</summary>
public enum FoldOutcome
{
    /// <summary>The feed was read to its end and the lists are made.</summary>
    CaughtUp,

    /// <summary>The time was up; the next run reads on.</summary>
    SliceOver,

    /// <summary>Another run on the same scope was faster; it counts, this one does not.</summary>
    Overtaken,
}
