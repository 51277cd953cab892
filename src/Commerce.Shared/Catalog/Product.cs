using System.Text.Json.Serialization;

namespace Commerce.Shared.Catalog;

/// <summary>
/// A product: the head document of the partition <c>/productId</c> in the container <c>catalog</c>. The sum of its
/// <see cref="StockMovement.Delta"/> is <see cref="Stock"/> at every moment.
/// </summary>
public sealed record Product : IVersioned<Product>
{
    public const string DocumentId = "product";
    public const string DocumentType = "product";

    public string Id { get; init; } = DocumentId;

    public string Type { get; init; } = DocumentType;

    public required string ProductId { get; init; }

    public required string Name { get; init; }

    /// <summary>Won a piece, 0 to <see cref="Limits.PriceMax"/>.</summary>
    public required long Price { get; init; }

    /// <summary>Pieces that can be sold, 0 to <see cref="Limits.StockMax"/>.</summary>
    public required long Stock { get; init; }

    /// <summary>How many movements have changed the stock; the last one's <see cref="StockMovement.Sequence"/>.</summary>
    public long MovementCount { get; init; }

    /// <summary>
    /// The last writes of its name and price (<see cref="Shared.Revisions"/>), its creation among them, so that a writer whose answer was
    /// lost recognises its own.
    /// </summary>
    public string Revisions { get; init; } = "";

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    [JsonPropertyName("_etag")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ETag { get; init; }

    public Product WithETag(string etag) => this with { ETag = etag };
}
