using Commerce.Shared.Catalog;
using Commerce.Shared.Ranking;

namespace Commerce.Functions.Ranking;

/// <summary>What a fold holds in memory: a cache of what is stored, and what is read and not stored yet.</summary>
internal sealed class FoldState(SalesBoard board, RankingCheckpoint checkpoint, Dictionary<string, RankingList> lists)
{
    /// <summary>Names and prices in a list are at most so old. The feed tells of sales, not of them.</summary>
    private static readonly TimeSpan ProductsAgeMax = TimeSpan.FromSeconds(30);

    private readonly List<SaleFact> _facts = [];
    private readonly Dictionary<string, Product> _products = [];
    private DateTimeOffset _productsReadAt;

    public SalesBoard Board { get; } = board;

    /// <summary>As it is stored.</summary>
    public RankingCheckpoint Checkpoint { get; set; } = checkpoint;

    /// <summary>Progress, including what is not stored yet.</summary>
    public RankingRange[] Ranges { get; } = [.. checkpoint.Ranges];

    /// <summary>When the run began, in Unix seconds.</summary>
    public long Begun { get; set; }

    /// <summary>The range that is read first.</summary>
    public int FirstRange { get; set; } = (int)(checkpoint.Commit % checkpoint.Ranges.Count);

    /// <summary>As they are stored.</summary>
    public Dictionary<string, RankingList> Lists { get; } = lists;

    /// <summary>The board has sales that the stored lists lack: of this run, or of one that has stored them without lists.</summary>
    public bool HasUnlisted => Checkpoint.HasUnlisted || Board.PendingEntries > 0;

    /// <summary>
    /// False when the lists would come out as they are: nothing was sold, no window has moved on, names and prices are fresh.
    /// </summary>
    public bool IsListAffected(DateTimeOffset now) => HasUnlisted || HaveWindowsMoved() || AreProductsOld(now);

    /// <summary>Products that were read lately, to be added to. When a window moves on, all are read anew.</summary>
    public Dictionary<string, Product> KnownProducts(DateTimeOffset now)
    {
        if (HaveWindowsMoved() || AreProductsOld(now))
        {
            _products.Clear();
            _productsReadAt = now;
        }
        return _products;
    }

    private bool AreProductsOld(DateTimeOffset now) => now - _productsReadAt >= ProductsAgeMax;

    private bool HaveWindowsMoved() =>
        Checkpoint.Lists.Count == 0
            || Checkpoint.Lists.Any(list => Board.StartOf(RankingWindow.Find(list.Window)!) != list.WindowStart);

    /// <summary>Reads a page that may be folded next: its documents, and the entries that it may add.</summary>
    public (SalePage Read, int Entries) Read(FeedPage page)
    {
        _facts.Clear();
        return (page.Read(Board.Products, _facts), SalesBoard.EntriesOf(_facts));
    }

    /// <summary>Folds the page that was read last.</summary>
    public void Fold(int range, string continuation)
    {
        foreach (var fact in _facts)
            Board.Fold(fact);
        Ranges[range] = Ranges[range] with { Continuation = continuation };
    }
}
