using Commerce.Functions.Cosmos;
using Commerce.Shared.Catalog;
using Microsoft.Azure.Cosmos;

namespace Commerce.Functions.Catalog;

/// <summary>
/// Copies a product's name and price to its shards, which sell at their copy. A copy names the write that it is of, and is only made over
/// the copy that was there before the product was read: so none is ever overwritten by an older one.
/// </summary>
public sealed class ShardPrices(CommerceDatabase database, ProductReader products, TimeProvider time)
{
    private readonly Container _catalog = database[CommerceDatabase.Catalog];

    /// <summary>Brings all shards of a product to what the product says, or something newer.</summary>
    internal Task CopyAsync(string productId, int shards) => Task.WhenAll(
        Enumerable.Range(1, shards).Select(shard => CopyAsync(new StockPartition(productId, shard))));

    /// <summary>Brings a shard to what its product says, or something newer; one that is not there yet is passed over.</summary>
    /// <exception cref="UndecidedWriteException">It was changed by others all the time.</exception>
    internal async Task CopyAsync(StockPartition shard)
    {
        for (var races = 0; ; races++)
        {
            // The copy first: had it been made of something newer than the product that is read now, that would be read.
            var copy = await FindAsync(shard.Key);
            var product = await FindAsync(shard.ProductId);
            if (copy is null || product is null || copy.Revisions == product.Revisions)
                return;
            await _catalog.TryPatchAsync<Product>(
                Product.DocumentId,
                new PartitionKey(shard.Key),
                CatalogWriter.Changes(product.Name, product.Price, product.Revisions, time.GetUtcNow()),
                new PatchItemRequestOptions { FilterPredicate = CatalogWriter.HasRevisions(copy.Revisions) });
            products.Forget(shard.Key);
            await LostRaces.BackOffAsync(races, time);
        }
    }

    private Task<Product?> FindAsync(string key) => _catalog.FindAtPrimaryAsync<Product>(Product.DocumentId, new PartitionKey(key));
}
