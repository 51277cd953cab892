namespace Commerce.Scale.FlashSale;

/// <summary>A sale of one product.</summary>
/// <param name="Buyers">Who want a piece each; at least 1.</param>
/// <param name="BuyersPerSecond">How fast they come; above 0.</param>
/// <param name="Stock">Pieces; not negative.</param>
/// <param name="Instances">Instances of the app that run activities; at least 1.</param>
/// <param name="Places">Activities at a time in an instance; at least 1.</param>
/// <param name="Shards">Partitions that the stock lies in; at least 1.</param>
/// <param name="ShardBy">What says which shard a buyer's line is decided in first.</param>
/// <param name="Seed">The same seed gives the same sale.</param>
internal sealed record SaleOptions(
    int Buyers, double BuyersPerSecond, long Stock, int Instances, int Places, int Shards, ShardChoice ShardBy, ulong Seed);

internal enum ShardChoice
{
    /// <summary>A hash of the buyer: a repeat looks in the same shard, wherever it runs.</summary>
    Buyer,

    /// <summary>The instance: fewer of them write to the same shard, and a repeat has to look in all.</summary>
    Instance,
}

/// <summary>What came of a sale.</summary>
/// <param name="Seconds">From the first buyer's arrival to the last one's answer.</param>
/// <param name="Batches">That were written.</param>
/// <param name="Conflicts">Batches that met a head that another instance had changed (412).</param>
/// <param name="Throttled">Calls that the database sent away (429).</param>
/// <param name="Restarts">Activities that ran again because the SDK had given up, or their writer had lost too many races.</param>
/// <param name="Ru">Request units used.</param>
/// <param name="StockLeft">Pieces left in all shards.</param>
internal sealed record SaleResult(
    SaleOptions Options,
    double Seconds,
    int Sold,
    int Refused,
    long Batches,
    long Conflicts,
    long Throttled,
    long Restarts,
    double Ru,
    long StockLeft,
    double WaitP50Ms,
    double WaitP95Ms,
    double WaitP99Ms,
    double WaitMaxMs)
{
    /// <summary>Lines that were decided each second: a line that is refused is a record as one that is sold.</summary>
    public double LinesPerSecond => (Sold + Refused) / Seconds;

    public double LinesPerBatch => Batches == 0 ? 0 : (Sold + Refused) / (double)Batches;

    public double RuPerLine => Ru / (Sold + Refused);

    public double ConflictsPerBatch => Batches == 0 ? 0 : Conflicts / (double)Batches;
}
