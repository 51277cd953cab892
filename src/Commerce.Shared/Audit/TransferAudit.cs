using System.Globalization;
using Commerce.Shared.Catalog;

namespace Commerce.Shared.Audit;

/// <summary>One end of a transfer between two partitions of a product, as a movement tells it.</summary>
/// <param name="Owner">The partition of the movement.</param>
/// <param name="IsGive">True where the pieces have left, false where they have arrived.</param>
/// <param name="Other">The other partition.</param>
/// <param name="Number">The transfer's number in the partition that it has left.</param>
/// <param name="Pieces">How many.</param>
public sealed record TransferEnd(StockPartition Owner, bool IsGive, int Other, long Number, long Pieces)
{
    /// <summary>The id that the movement must have.</summary>
    public string Id => IsGive ? OperationId.Give(Number) : OperationId.Take(Other, Number);

    /// <summary>The partition and the id of the movement at the other end.</summary>
    public (string Partition, string Id) Counterpart => (
        StockPartition.KeyOf(Owner.ProductId, Other),
        IsGive ? OperationId.Take(Owner.Shard, Number) : OperationId.Give(Number));

    /// <summary>What a movement says; null when it is not one end of a transfer.</summary>
    public static TransferEnd? Of(string owner, LedgerRecord record)
    {
        var number = record.Id[(record.Id.LastIndexOf('-') + 1)..];
        if (record is not { Kind: "moved", OtherShard: { } other, Delta: not 0, OrderId: null }
            || !long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var count))
            return null;
        var end = new TransferEnd(StockPartition.Of(owner), record.Delta < 0, other, count, Math.Abs(record.Delta));
        return end.Id == record.Id && other != end.Owner.Shard ? end : null;
    }
}

/// <summary>What transfers between partitions of a product must be: what has left one has arrived in the other, or is under way.</summary>
public static class TransferAudit
{
    /// <summary>Compares one end with the other.</summary>
    /// <param name="end">A movement.</param>
    /// <param name="counterpart">The movement at the other end; null when there is none.</param>
    /// <param name="head">The head of the movement's partition, as it was read before both.</param>
    public static AuditDifference? Check(TransferEnd end, LedgerRecord? counterpart, LedgerHead? head)
    {
        var (partition, id) = end.Counterpart;
        if (counterpart is null && end.IsGive && head?.Transfer == new StockTransfer(end.Other, end.Pieces, end.Number))
            return null;
        var other = counterpart is null ? null : TransferEnd.Of(partition, counterpart);
        return other == new TransferEnd(StockPartition.Of(partition), !end.IsGive, end.Owner.Shard, end.Number, end.Pieces)
            ? null
            : Differs(end.Owner.Key, end.Pieces, other?.Pieces ?? 0, partition, id);
    }

    /// <summary>Compares a head's account of its transfers with its movements.</summary>
    /// <param name="owner">The partition.</param>
    /// <param name="head">Its head.</param>
    /// <param name="last">The movement of the last transfer that the head knows of; null when there is none.</param>
    public static AuditDifference? CheckHead(string owner, LedgerHead head, LedgerRecord? last)
    {
        var end = last is null ? null : TransferEnd.Of(owner, last);
        var isExplained = head.TransferCount == 0 ? last is null : end is { IsGive: true } && end.Number == head.TransferCount;
        var lastTransfer = end is null ? null : new StockTransfer(end.Other, end.Pieces, end.Number);
        if (isExplained && (head.Transfer is null || head.Transfer == lastTransfer))
            return null;
        return Differs(owner, end?.Pieces ?? 0, head.Transfer?.Pieces ?? 0, owner, LedgerNames.Products.HeadId);
    }

    /// <summary>A head that knows of fewer transfers than there are.</summary>
    public static AuditDifference Uncounted(string owner, LedgerHead head) =>
        Differs(owner, head.TransferCount + 1, head.TransferCount, owner, LedgerNames.Products.HeadId);

    /// <summary>Whether a product knows of one of its shards, and has those that it sells from.</summary>
    /// <param name="shard">The number of a shard that there is, or that is in force.</param>
    /// <param name="product">The product's own head; null when it is missing.</param>
    /// <param name="productId">The product.</param>
    public static AuditDifference? CheckLayout(int shard, LedgerHead? product, string productId) =>
        shard <= (product?.ShardsMade ?? 0)
            ? null
            : new(AuditKind.StockShards, productId, shard, product?.ShardsMade ?? 0)
            {
                Document = LedgerNames.Products.Document(productId, LedgerNames.Products.HeadId),
            };

    private static AuditDifference Differs(string owner, long expected, long actual, string partition, string id) =>
        new(AuditKind.StockTransfer, owner, expected, actual) { Document = LedgerNames.Products.Document(partition, id) };
}
