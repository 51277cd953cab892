namespace Commerce.Scale.FlashSale;

/// <summary>The head of one shard of the stock as somebody has seen it.</summary>
internal readonly record struct StockHead(long Version, long Stock);

/// <summary>
/// A part of the product's stock in a logical partition of its own: a head that a version guards, and a budget of request units.
/// </summary>
/// <param name="stock">Pieces at the start.</param>
/// <param name="ruPerSecond">Throughput of the partition.</param>
/// <param name="burstSeconds">For how long unused throughput may be saved up.</param>
internal sealed class Shard(long stock, double ruPerSecond, double burstSeconds)
{
    private double _budgetRu = ruPerSecond * burstSeconds;
    private long _refilledUs;

    public StockHead Head { get; private set; } = new(1, stock);

    public long Sold { get; private set; }

    public double UsedRu { get; private set; }

    /// <summary>
    /// How long to stay away, in microseconds: 0 when a call is let in. A call is let in while anything of the budget is left and may
    /// overdraw it, since what it costs is known afterwards only.
    /// </summary>
    public long RetryAfterUs(long nowUs)
    {
        _budgetRu = Math.Min(ruPerSecond * burstSeconds, _budgetRu + ((nowUs - _refilledUs) / 1e6 * ruPerSecond));
        _refilledUs = nowUs;
        return _budgetRu > 0 ? 0 : (long)(-_budgetRu / ruPerSecond * 1e6) + 1;
    }

    public void Use(double ru)
    {
        _budgetRu -= ru;
        UsedRu += ru;
    }

    /// <summary>Takes pieces if <paramref name="seen"/> is the head that is stored; false is 412.</summary>
    /// <exception cref="OversoldException">More were taken than there are, which the rules never decide.</exception>
    public bool TryCommit(StockHead seen, int pieces)
    {
        if (seen.Version != Head.Version)
            return false;
        if (pieces > Head.Stock)
            throw new OversoldException($"{pieces} pieces taken from a shard that has {Head.Stock}");
        Head = new(Head.Version + 1, Head.Stock - pieces);
        Sold += pieces;
        return true;
    }
}

/// <summary>The sums of a simulated sale do not agree: the simulation, or what it imitates, is wrong.</summary>
#pragma warning disable CA1032 // It always has a message.
internal sealed class OversoldException(string message) : Exception(message);
#pragma warning restore CA1032
