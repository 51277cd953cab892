using Commerce.Functions.Cosmos;
using Commerce.Shared;
using Commerce.Shared.Catalog;

namespace Commerce.Functions.Catalog;

/// <summary>
/// Products as they are shown: the stock of one whose pieces lie in several partitions is what all of them have, and its version changes
/// when any of them changes. Other products are shown as they were read, at no further cost.
/// </summary>
public sealed class ShownStock
{
    private const int BatchSizeMax = 1_000;
    private const int QueueLengthMax = 10_000;

    /// <summary>Readings until a sum counts that was not found twice the same.</summary>
    private const int ReadingsMax = 8;

    private readonly ProductReader _products;
    private readonly StockLedger _ledger;
    private readonly StockTransfers _transfers;
    private readonly TimeProvider _time;
    private readonly KeyedBatcher<string, Product?> _readings;

    public ShownStock(ProductReader products, StockLedger ledger, StockTransfers transfers, TimeProvider time)
    {
        (_products, _ledger, _transfers, _time) = (products, ledger, transfers, time);
        _readings = new(ReadAsync, BatchSizeMax, QueueLengthMax);
    }

    /// <summary>A product as it is shown; null when there is none.</summary>
    public async Task<Product?> FindAsync(string productId, CancellationToken ct) =>
        await _products.FindAsync(productId, ct) is { } product ? await OfAsync(product) : null;

    /// <summary>Those of <paramref name="productIds"/> (distinct) that exist, by id, each as it is shown.</summary>
    public async Task<IReadOnlyDictionary<string, Product>> FindManyAsync(IReadOnlyCollection<string> productIds, CancellationToken ct) =>
        await OfAsync(await _products.FindManyAsync(productIds, ct));

    /// <summary>Products as they are shown.</summary>
    /// <param name="products">As they were read, by id.</param>
    public async Task<IReadOnlyDictionary<string, Product>> OfAsync(IReadOnlyDictionary<string, Product> products)
    {
        if (!products.Values.Any(static product => product.ShardsMade > 0))
            return products;
        var shown = await Task.WhenAll(products.Values.Select(product => OfAsync(product).AsTask()));
        return shown.ToDictionary(static product => product.ProductId);
    }

    /// <summary>A product as it is shown.</summary>
    /// <param name="product">As it was read.</param>
    /// <exception cref="UndecidedWriteException">It is read by too many, or changes all the time.</exception>
    public async ValueTask<Product> OfAsync(Product product)
    {
        ArgumentNullException.ThrowIfNull(product);
        if (product.ShardsMade == 0)
            return product;
        var reading = _readings.TrySubmit(product.ProductId, product.ProductId)
            ?? throw new UndecidedWriteException(new Failure(ErrorCode.Busy, "Too many read this product."));
        return await reading ?? product;
    }

    /// <summary>Reads a product once for all that wait.</summary>
    private async Task ReadAsync(string productId, IReadOnlyList<Pending<string, Product?>> batch)
    {
        var product = await ReadAsync(productId);
        foreach (var pending in batch)
            pending.Complete(product);
    }

    /// <summary>
    /// The product with a stock that it had between two readings in which nothing moved. Where sales never pause: with what each partition
    /// had while no transfer began or ended, which is no more than at the beginning and no less than at the end if pieces were only sold.
    /// </summary>
    private async Task<Product?> ReadAsync(string productId)
    {
        Product? likely = null;
        var (before, sum, isQuiet) = (await _transfers.ReadAsync(productId), 0L, false);
        for (var readings = 0; ; readings++)
        {
            if (before.Own is null)
                return null;
            var stock = await _transfers.ReadAsync(productId);
            if (stock.HasTransferredSince(before))
            {
                isQuiet = false;
            }
            else
            {
                // What was seen in the middle of three readings without a transfer is in none twice, and missing in none.
                if (isQuiet)
                    likely = Shown(before, sum);
                sum = stock.Sum + await NotArrivedAsync(productId, stock);
                if (!stock.HasMovedSince(before))
                    return Shown(stock, sum);
                isQuiet = true;
            }
            if (readings >= ReadingsMax && likely is not null)
                return likely;
            before = stock;
            await LostRaces.BackOffAsync(readings, _time);
        }
    }

    /// <summary>Pieces that have left a partition and are in none of these heads.</summary>
    private async Task<long> NotArrivedAsync(string productId, SplitStock stock)
    {
        var pieces = 0L;
        foreach (var (from, transfer) in stock.UnderWay)
        {
            var arrival = await _ledger.FindArrivalAsync(StockPartition.KeyOf(productId, transfer.To), from, transfer.Number);
            if (arrival is null || arrival.Sequence > (stock.Heads[transfer.To]?.MovementCount ?? 0))
                pieces += transfer.Pieces;
        }
        return pieces;
    }

    private static Product Shown(SplitStock stock, long sum)
    {
        string[] versions = [.. stock.Heads.Select(static head => head?.ETag ?? "")];
        return stock.Own! with { Stock = sum, ETag = $"\"{OperationId.Fingerprint(versions)}\"" };
    }
}
