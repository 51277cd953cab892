using Commerce.Functions.Cosmos;
using Commerce.Shared.Catalog;
using Microsoft.Azure.Cosmos;

namespace Commerce.Functions.Catalog;

/// <summary>
/// Spreads a product's stock over shards and takes it together again, while it is sold. What a crash leaves half done is done by whoever
/// switches again, and the rest by <see cref="ShardUpkeep"/>.
/// </summary>
public sealed class ShardSwitch(
    CommerceDatabase database, ProductReader products, StockTransfers transfers, ShardPrices prices, TimeProvider time)
{
    /// <summary>Times that what lies outside is looked for. Late orders may go on bringing pieces there; upkeep brings them back.</summary>
    private const int CollectionsMax = 5;

    private readonly Container _catalog = database[CommerceDatabase.Catalog];

    /// <summary>
    /// Has new orders of a product sold out of so many shards. Orders that were accepted before go on in the partition that they know.
    /// </summary>
    /// <param name="productId">The product.</param>
    /// <param name="count">0, for the product's own partition, to <see cref="StockPartition.ShardsMax"/>.</param>
    /// <param name="ct">Stops before the next step.</param>
    /// <returns>False when there is no such product.</returns>
    public async Task<bool> SetAsync(string productId, int count, CancellationToken ct)
    {
        if (await products.FindAtPrimaryAsync(productId, ct) is not { } product)
            return false;
        // First, so that whoever writes a price from now on writes it to them all.
        if (product.ShardsMade < count)
            await PatchAsync(productId, "/shardsMade", count, $"FROM c WHERE NOT IS_DEFINED(c.shardsMade) OR c.shardsMade < {count}");
        await Task.WhenAll(Enumerable.Range(1, count).Select(shard => MakeAsync(productId, shard)));
        ct.ThrowIfCancellationRequested();
        if (product.Shards != count)
            await PatchAsync(productId, "/shards", count, "FROM c WHERE c.id = 'product'");
        products.Forget(productId);
        await CollectAsync(productId, ct);
        return true;
    }

    /// <summary>Brings what lies in shards that are not in force to the product's own partition.</summary>
    internal async Task CollectAsync(string productId, CancellationToken ct)
    {
        for (var collections = 0; collections < CollectionsMax; collections++)
        {
            var stock = await transfers.SettleAsync(productId, ct);
            var first = (stock.Own?.Shards ?? 0) + 1;
            var outside = Enumerable.Range(first, Math.Max(stock.Heads.Count - first, 0))
                .Where(shard => stock.StockOf(shard) > 0).ToList();
            if (outside.Count == 0)
                return;
            foreach (var shard in outside)
            {
                ct.ThrowIfCancellationRequested();
                var head = stock.Heads[shard]!;
                await transfers.TryMoveAsync(productId, shard, new StockTransfer(0, head.Stock, head.TransferCount + 1));
            }
        }
    }

    private async Task MakeAsync(string productId, int shard)
    {
        var key = StockPartition.KeyOf(productId, shard);
        if (await products.FindAtPrimaryAsync(productId) is not { } product)
            return;
        var head = new Product
        {
            Type = Product.ShardType,
            ProductId = key,
            Name = product.Name,
            Price = product.Price,
            Stock = 0,
            Revisions = product.Revisions,
            CreatedAt = time.GetUtcNow(),
            UpdatedAt = time.GetUtcNow(),
        };
        await _catalog.TryCreateAsync(head, new PartitionKey(key));
        // The price may have changed before there was anything to write it to.
        await prices.CopyAsync(new StockPartition(productId, shard));
    }

    private Task<Product?> PatchAsync(string productId, string path, int value, string condition) => _catalog.TryPatchAsync<Product>(
        Product.DocumentId,
        new PartitionKey(productId),
        [PatchOperation.Set(path, value), PatchOperation.Set("/updatedAt", time.GetUtcNow())],
        new PatchItemRequestOptions { FilterPredicate = condition });
}
