using System.Text.Json.Serialization;
using Commerce.Functions.Http;
using Commerce.Shared.Catalog;

namespace Commerce.Functions.Catalog;

internal sealed record ProductView(string ProductId, string Name, long Price, long Stock)
{
    public static ProductView Of(Product product) => new(product.ProductId, product.Name, product.Price, product.Stock);
}

/// <summary>What a list needs of a product.</summary>
internal sealed record ListedProduct(string ProductId, string Name, long Price, long Stock, int ShardsMade = 0)
{
    [JsonIgnore]
    public ProductView View => new(ProductId, Name, Price, Stock);
}

internal sealed record ProductList(IReadOnlyList<ProductView> Items, string? NextCursor);

internal sealed record ProductRequest(string? Name, long? Price);

internal sealed record AdjustmentRequest(long? Delta, string? Reason);

/// <param name="MovementId">The movement that the adjustment left.</param>
/// <param name="ProductId">The product.</param>
/// <param name="Delta">Pieces, signed.</param>
/// <param name="Reason">Why.</param>
/// <param name="Stock">
/// Pieces right after the adjustment; of a product that has shards, in its own partition. A repeat of the request gets the same answer.
/// </param>
/// <param name="OccurredAt">When it was booked.</param>
internal sealed record AdjustmentView(
    string MovementId, string ProductId, long Delta, string? Reason, long Stock, DateTimeOffset OccurredAt)
{
    public static AdjustmentView Of(StockMovement movement) =>
        new(movement.Id, movement.ProductId, movement.Delta, movement.Reason, movement.StockAfter, movement.OccurredAt);
}

/// <summary>One change of a stock, as an operator sees it.</summary>
internal sealed record MovementView(
    string MovementId,
    MovementKind Kind,
    long Delta,
    long StockAfter,
    string? OrderId,
    int? OtherShard,
    string? Reason,
    DateTimeOffset OccurredAt)
{
    public static MovementView Of(StockMovement movement) => new(
        movement.Id,
        movement.Kind,
        movement.Delta,
        movement.StockAfter,
        movement.OrderId,
        movement.OtherShard,
        movement.Reason,
        movement.OccurredAt);
}

internal sealed record MovementList(IReadOnlyList<MovementView> Items, string? NextCursor);

internal sealed record ShardsRequest(long? Count);

/// <param name="ProductId">The product.</param>
/// <param name="Count">Shards that new orders are sold out of; 0 when the product's own partition is all there is.</param>
internal sealed record ShardsView(string ProductId, int Count);

/// <summary>What an import did; the three counts add up to the rows.</summary>
internal sealed record ImportView(int Rows, int Created, int Updated, int Unchanged);

[JsonSerializable(typeof(ProductView))]
[JsonSerializable(typeof(ListedProduct))]
[JsonSerializable(typeof(ShardsRequest))]
[JsonSerializable(typeof(ShardsView))]
[JsonSerializable(typeof(ProductList))]
[JsonSerializable(typeof(ProductRequest))]
[JsonSerializable(typeof(AdjustmentRequest))]
[JsonSerializable(typeof(AdjustmentView))]
[JsonSerializable(typeof(ImportView))]
[JsonSerializable(typeof(MovementList))]
internal sealed partial class CatalogJson : JsonSerializerContext
{
    public static CatalogJson Wire { get; } = new(HttpJson.Options());
}
