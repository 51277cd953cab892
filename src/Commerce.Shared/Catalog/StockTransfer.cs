namespace Commerce.Shared.Catalog;

/// <summary>
/// Pieces on their way from one partition of a product to another: the last that left a partition, kept in its head for as long as they
/// may not have arrived.
/// </summary>
/// <param name="To">The partition that they go to, as <see cref="StockPartition.Shard"/>.</param>
/// <param name="Pieces">How many.</param>
/// <param name="Number">Its number among those that left the partition, from 1.</param>
public sealed record StockTransfer(int To, long Pieces, long Number);
