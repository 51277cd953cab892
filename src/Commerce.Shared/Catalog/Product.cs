using System.Text.Json.Serialization;

namespace Commerce.Shared.Catalog;

/// <summary>
/// A product: the head document of the partition <c>/productId</c> in the container <c>catalog</c>. The sum of its
/// <see cref="StockMovement.Delta"/> is <see cref="Stock"/> at every moment. Of a hot product, whose pieces lie in several partitions, each
/// shard has a head of the same shape and the type <see cref="ShardType"/>, whose name and price are copies of the product's.
/// </summary>
public sealed record Product : IVersioned<Product>
{
    public const string DocumentId = "product";
    public const string DocumentType = "product";
    public const string ShardType = "shard";

    public string Id { get; init; } = DocumentId;

    public string Type { get; init; } = DocumentType;

    /// <summary>The partition key: the product's id, or that of the shard (<see cref="StockPartition"/>).</summary>
    public required string ProductId { get; init; }

    public required string Name { get; init; }

    /// <summary>Won a piece, 0 to <see cref="Limits.PriceMax"/>.</summary>
    public required long Price { get; init; }

    /// <summary>Pieces of this partition that can be sold, 0 to <see cref="Limits.StockMax"/>.</summary>
    public required long Stock { get; init; }

    /// <summary>How many movements have changed the stock; the last one's <see cref="StockMovement.Sequence"/>.</summary>
    public long MovementCount { get; init; }

    /// <summary>
    /// The last writes of its name and price (<see cref="Shared.Revisions"/>), its creation among them, so that a writer whose answer was
    /// lost recognises its own.
    /// </summary>
    public string Revisions { get; init; } = "";

    /// <summary>Shards in force: new orders are sold out of them. 0, and not stored, for a product that is not hot.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Shards { get; init; }

    /// <summary>
    /// Shards that were ever in force: they exist, and may hold pieces. 0, and not stored, for a product that never was hot.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int ShardsMade { get; init; }

    /// <summary>The last transfer that left this partition, while it may not have arrived.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public StockTransfer? Transfer { get; init; }

    /// <summary>How many transfers have left this partition; the last one's <see cref="StockTransfer.Number"/>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long TransferCount { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    [JsonPropertyName("_etag")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ETag { get; init; }

    /// <summary>True when pieces of the product may lie in other partitions than this one.</summary>
    [JsonIgnore]
    public bool HasOthers => ShardsMade > 0 || Type == ShardType;

    public Product WithETag(string etag) => this with { ETag = etag };
}
