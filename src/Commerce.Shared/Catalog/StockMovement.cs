using System.Text.Json.Serialization;

namespace Commerce.Shared.Catalog;

[JsonConverter(typeof(JsonStringEnumConverter<MovementKind>))]
public enum MovementKind
{
    /// <summary>The first stock of a new product.</summary>
    [JsonStringEnumMemberName("initial")]
    Initial,

    /// <summary>An operator's correction or delivery of goods.</summary>
    [JsonStringEnumMemberName("adjustment")]
    Adjustment,

    /// <summary>An order's line, taken out of stock.</summary>
    [JsonStringEnumMemberName("sale")]
    Sale,

    /// <summary>An order's line, put back: the order was refused later on, or cancelled.</summary>
    [JsonStringEnumMemberName("release")]
    Release,

    /// <summary>
    /// An order's line that stock did not cover or whose price was another, or an adjustment beyond the bounds: delta 0, kept so that the
    /// answer can never change.
    /// </summary>
    [JsonStringEnumMemberName("refused")]
    Refused,

    /// <summary>An order's line that was closed before it was tried, because another was refused: delta 0.</summary>
    [JsonStringEnumMemberName("sealed")]
    Sealed,

    /// <summary>Pieces that went to another partition of the product, or came from one.</summary>
    [JsonStringEnumMemberName("moved")]
    Moved,
}

/// <summary>
/// One change of a product's stock, written in the batch that makes it and never altered.
/// </summary>
public sealed record StockMovement
{
    public const string DocumentType = "movement";

    public required string Id { get; init; }

    public string Type { get; init; } = DocumentType;

    /// <summary>The partition key, as <see cref="Product.ProductId"/>.</summary>
    public required string ProductId { get; init; }

    public required MovementKind Kind { get; init; }

    /// <summary>Pieces, signed: what left the stock is negative.</summary>
    public required long Delta { get; init; }

    public required long StockAfter { get; init; }

    /// <summary>Position among the product's movements, from 1; 0 for one that is refused or sealed, which has none.</summary>
    public long Sequence { get; init; }

    public required DateTimeOffset OccurredAt { get; init; }

    /// <summary>
    /// Won a piece at the moment of the sale; on a release, that of the sale it undoes; on a line that was refused for its price, the one
    /// in force.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? UnitPrice { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? OrderId { get; init; }

    /// <summary>On one that is refused or sealed: the pieces that were asked for, signed for an adjustment.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Requested { get; init; }

    /// <summary>
    /// On one that was refused for want of pieces, of a product whose pieces lie in several partitions: how many they all had.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Available { get; init; }

    /// <summary>On one that moved: the other partition, as <see cref="StockPartition.Shard"/>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? OtherShard { get; init; }

    /// <summary>On an adjustment: why.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Reason { get; init; }
}
