using Commerce.Functions.Cosmos;
using Commerce.Shared.Catalog;
using Microsoft.Azure.Cosmos;

namespace Commerce.Functions.Catalog;

/// <summary>
/// Does what a crash, or a late order, has left to do in the partitions of hot products: transfers that have not arrived, prices that were
/// not copied, pieces in shards that are not in force any more. Without hot products it is one query that finds nothing.
/// </summary>
public sealed class ShardUpkeep(
    CommerceDatabase database, ShardSwitch shards, ShardPrices prices, TimeProvider time)
{
    // As long as the other rounds of the timer; what is not reached has its turn in the next.
    private static readonly TimeSpan RoundMax = TimeSpan.FromSeconds(30);

    private static readonly QueryDefinition Shards = new("SELECT c.productId FROM c WHERE c.type = 'shard'");

    private readonly Container _catalog = database[CommerceDatabase.Catalog];

    public async Task MendAsync(CancellationToken ct)
    {
        var started = time.GetTimestamp();
        var keys = await _catalog.QueryAsync<ShardKey>(Shards, ct: ct).ToListAsync(ct);
        var made = keys.Select(static key => StockPartition.Of(key.ProductId))
            .GroupBy(static shard => shard.ProductId, static shard => shard.Shard).ToArray();
        // Another order in each run, so that no product waits for ever behind others.
#pragma warning disable CA5394 // No secret.
        Random.Shared.Shuffle(made);
#pragma warning restore CA5394
        foreach (var product in made)
        {
            if (time.GetElapsedTime(started) > RoundMax)
                return;
            await prices.CopyAsync(product.Key, product.Max());
            await shards.CollectAsync(product.Key, ct);
        }
    }
}

/// <param name="ProductId">The key of a shard.</param>
internal sealed record ShardKey(string ProductId);
