using System.Globalization;

namespace Commerce.Shared.Catalog;

/// <summary>
/// A partition that holds pieces of a product. Partition 0 is the product's own, whose key is the product's id; shard k of a hot product
/// is the partition <c>id#k</c>, a key that no product can have as its id.
/// </summary>
/// <param name="ProductId">The product.</param>
/// <param name="Shard">0 for the product's own partition, else 1 to <see cref="ShardsMax"/>.</param>
public readonly record struct StockPartition(string ProductId, int Shard)
{
    /// <summary>Most shards of one product.</summary>
    public const int ShardsMax = 16;

    private const char Separator = '#';

    /// <summary>The partition key.</summary>
    public string Key => KeyOf(ProductId, Shard);

    public static string KeyOf(string productId, int shard) =>
        shard == 0 ? productId : string.Create(CultureInfo.InvariantCulture, $"{productId}{Separator}{shard}");

    /// <summary>The partition that has a key.</summary>
    public static StockPartition Of(string key)
    {
        var end = key.LastIndexOf(Separator);
        return end >= 0 && int.TryParse(key.AsSpan(end + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var shard)
            ? new(key[..end], shard)
            : new(key, 0);
    }

    /// <summary>True for the key of a shard.</summary>
    public static bool IsShard(string key) => key.Contains(Separator, StringComparison.Ordinal);

    /// <summary>The partition out of which a buyer's line of a product is sold: one of its shards, by the buyer, or its own.</summary>
    /// <param name="userId">Who buys.</param>
    /// <param name="shards">How many shards the product has in force.</param>
    public static int HomeOf(string userId, int shards) => shards == 0 ? 0 : 1 + (int)(StableHash.Of(userId) % (uint)shards);
}
