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
    /// <summary>Entries that make a commit worth while; with a page on top it stays under the 2 MB of a batch.</summary>
    private const int EntriesPerCommit = SalesBoard.SegmentEntriesMax;

    /// <summary>What no window reaches is not read, with a day for clocks that disagree.</summary>
    private static readonly TimeSpan FeedReach = BucketLevel.All.Max(level => level.Lifetime);

    /// <summary>Names and prices in a list are at most so old. The feed tells of sales, not of them.</summary>
    private static readonly TimeSpan ProductsAgeMax = TimeSpan.FromSeconds(30);

    private State? _state;

    public string Scope { get; } = scope;

    /// <summary>Reads on from the checkpoint until the feed ends or the slice is over.</summary>
    public async Task<FoldOutcome> RunAsync(TimeSpan slice, CancellationToken ct)
    {
        try
        {
            var started = time.GetTimestamp();
            var asOf = time.GetUtcNow();
            var state = _state = await RefreshAsync(_state, asOf, ct);
            state.Board.Advance(asOf);
            var caughtUp = await ReadAsync(state, () => time.GetElapsedTime(started) >= slice, ct);
            if (caughtUp)
                await PublishAsync(state, asOf, ct);
            else
                await CommitAsync(state, state.Checkpoint, []);
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

    private async Task<State> RefreshAsync(State? state, DateTimeOffset now, CancellationToken ct)
    {
        var stored = await store.FindCheckpointAsync(Scope, ct);
        if (state is not null && stored?.ETag is { } etag && etag == state.Checkpoint.ETag)
            return state;
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

    /// <summary>Folds page after page, a page of each range at a time. True when all have come to their end.</summary>
    private async Task<bool> ReadAsync(State state, Func<bool> isOver, CancellationToken ct)
    {
        var cursors = state.Checkpoint.Ranges.Select(range => feed.Open(range, state.Checkpoint.FeedStart)).ToArray();
        try
        {
            var open = Enumerable.Range(0, cursors.Length).ToList();
            while (open.Count > 0 && !isOver())
            {
                var pages = await Task.WhenAll(open.Select(i => cursors[i].ReadAsync(ct)));
                for (var i = pages.Length - 1; i >= 0; i--)
                {
                    using var page = pages[i];
                    state.Fold(open[i], page);
                    if (page.IsEnd)
                        open.RemoveAt(i);
                }
                if (state.Board.PendingEntries >= EntriesPerCommit)
                    await CommitAsync(state, state.Checkpoint, []);
            }
            return open.Count == 0;
        }
        finally
        {
            foreach (var cursor in cursors)
                await cursor.DisposeAsync();
        }
    }

    /// <summary>Commits with the lists of this moment. Only lists that changed are written.</summary>
    private async Task PublishAsync(State state, DateTimeOffset asOf, CancellationToken ct)
    {
        if (!state.IsListAffected(asOf))
        {
            await CommitAsync(state, state.Checkpoint with { AsOf = asOf, WindowEnd = time.GetUtcNow() }, []);
            return;
        }
        var ranked = await RankAsync(state, asOf, ct);
        var commit = state.Checkpoint.Commit + 1;
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
                    Commit = commit,
                    Products = entries,
                };
                changed.Add(list);
            }
            references.Add(new(window.Name, state.Board.StartOf(window), list.Commit));
        }
        await CommitAsync(state, state.Checkpoint with { AsOf = asOf, WindowEnd = time.GetUtcNow(), Lists = references }, changed);
        foreach (var list in changed)
            state.Lists[list.Window] = list;
    }

    /// <summary>The best sellers of every window with names and prices. Products that are gone give way to the next ones.</summary>
    private async Task<List<(RankingWindow Window, List<RankedProduct> Entries)>> RankAsync(
        State state, DateTimeOffset now, CancellationToken ct)
    {
        var gone = new HashSet<string>();
        var known = state.TakeKnownProducts(now);
        while (true)
        {
            var tops = RankingWindow.All.Select(window => (Window: window, Top: state.Board.Top(window, RankingList.ProductsMax, gone))).ToList();
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

    private async Task CommitAsync(State state, RankingCheckpoint checkpoint, IReadOnlyList<RankingList> lists)
    {
        var segments = state.Board.TakeWrites(time.GetUtcNow());
        var next = checkpoint with { Commit = state.Checkpoint.Commit + 1, Ranges = [.. state.Ranges] };
        state.Checkpoint = await store.TryCommitAsync(next, segments, lists, state.Board.Products) ?? throw new FoldOvertakenException();
    }

    private sealed class State(SalesBoard board, RankingCheckpoint checkpoint, Dictionary<string, RankingList> lists)
    {
        private readonly List<SaleFact> _facts = [];
        private readonly Dictionary<string, Product> _products = [];
        private DateTimeOffset _productsReadAt;
        private bool _hasNewFacts;

        public SalesBoard Board { get; } = board;

        /// <summary>As it is stored.</summary>
        public RankingCheckpoint Checkpoint { get; set; } = checkpoint;

        /// <summary>Progress, including what is not stored yet.</summary>
        public RankingRange[] Ranges { get; } = [.. checkpoint.Ranges];

        /// <summary>As they are stored.</summary>
        public Dictionary<string, RankingList> Lists { get; } = lists;

        /// <summary>False when the lists would come out as they are: nothing was sold, no window has moved on, names and prices are fresh.</summary>
        public bool IsListAffected(DateTimeOffset now) => _hasNewFacts || HaveWindowsMoved() || AreProductsOld(now);

        /// <summary>Products that were read lately, to be added to. When a window moves on, all are read anew.</summary>
        public Dictionary<string, Product> TakeKnownProducts(DateTimeOffset now)
        {
            if (HaveWindowsMoved() || AreProductsOld(now))
            {
                _products.Clear();
                _productsReadAt = now;
            }
            _hasNewFacts = false;
            return _products;
        }

        private bool AreProductsOld(DateTimeOffset now) => now - _productsReadAt >= ProductsAgeMax;

        private bool HaveWindowsMoved() =>
            Checkpoint.Lists.Count == 0 || Checkpoint.Lists.Any(list => Board.StartOf(RankingWindow.Find(list.Window)!) != list.WindowStart);

        public void Fold(int range, FeedPage page)
        {
            _facts.Clear();
            page.Read(Board.Products, _facts);
            _hasNewFacts |= _facts.Count > 0;
            foreach (var fact in _facts)
                Board.Fold(fact);
            Ranges[range] = Ranges[range] with { Continuation = page.Continuation };
        }
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
