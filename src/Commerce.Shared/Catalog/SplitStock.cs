namespace Commerce.Shared.Catalog;

/// <summary>The stock of a product as its partitions said one after the other, the product's own first.</summary>
/// <param name="heads">The heads; null for a shard whose head is not written yet. The first is the product itself.</param>
public sealed class SplitStock(IReadOnlyList<Product?> heads)
{
    public IReadOnlyList<Product?> Heads => heads;

    /// <summary>The product's own head; null when there is no such product.</summary>
    public Product? Own => heads[0];

    /// <summary>Pieces in all partitions; what is under way between them is in none.</summary>
    public long Sum => heads.Sum(static head => head?.Stock ?? 0);

    /// <summary>Transfers that may not have arrived, with the partition that they have left.</summary>
    public IEnumerable<(int From, StockTransfer Transfer)> UnderWay =>
        heads.Index().Where(static head => head.Item?.Transfer is not null).Select(static head => (head.Index, head.Item!.Transfer!));

    public long StockOf(int shard) => shard < heads.Count ? heads[shard]?.Stock ?? 0 : 0;

    /// <summary>True when any stock has changed between two readings, or may have.</summary>
    public bool HasMovedSince(SplitStock before) => !IsSame(before, static head => head?.MovementCount ?? 0);

    /// <summary>True when a transfer has begun or come to its end between two readings, or may have.</summary>
    public bool HasTransferredSince(SplitStock before) => !IsSame(before, static head => (head?.TransferCount, head?.Transfer));

    /// <summary>
    /// What to bring to a partition that lacks pieces: from the one that has the most at least half of it, so that the next buyers find
    /// some too; never more than a partition may hold. Null when no other has any, or there is no room.
    /// </summary>
    /// <param name="to">The partition.</param>
    /// <param name="missing">Pieces that it lacks.</param>
    public (int From, StockTransfer Transfer)? Steal(int to, long missing)
    {
        var (from, donor) = heads.Index().Where(head => head.Index != to).MaxBy(static head => head.Item?.Stock ?? 0);
        if (donor is not { Transfer: null })
            return null;
        var pieces = Math.Min(Math.Min(donor.Stock, Math.Max(missing, donor.Stock / 2)), Limits.StockMax - StockOf(to));
        return pieces > 0 ? (from, new StockTransfer(to, pieces, donor.TransferCount + 1)) : null;
    }

    /// <summary>The stock after a transfer that has arrived.</summary>
    public SplitStock After(int from, StockTransfer transfer) => new(
    [
        .. heads.Select((head, shard) => (head, shard) switch
        {
            (null, _) => null,
            _ when shard == from => head with { Stock = head.Stock - transfer.Pieces, TransferCount = transfer.Number },
            _ when shard == transfer.To => head with { Stock = head.Stock + transfer.Pieces },
            _ => head,
        }),
    ]);

    private bool IsSame<T>(SplitStock before, Func<Product?, T> of) => heads.Select(of).SequenceEqual(before.Heads.Select(of));
}
