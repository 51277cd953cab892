using Commerce.Shared;
using Commerce.Shared.Audit;
using Commerce.Shared.Catalog;

namespace Commerce.Functions.Audit;

/// <summary>Checks transfers between the partitions of a product at both ends.</summary>
public sealed class TransferReader(AuditReader reader)
{
    /// <summary>Most movements that are looked up by one query.</summary>
    private const int MovementsAtOnce = 100;

    private static readonly LedgerQueries Products = LedgerQueries.Products;

    /// <summary>Compares movements of one partition with those at the other end.</summary>
    /// <param name="owner">The partition.</param>
    /// <param name="head">Its head, as it was read before the movements; null when it is missing.</param>
    /// <param name="moved">Its movements that are ends of transfers.</param>
    /// <param name="ct">Stops the reading.</param>
    internal async Task<List<AuditDifference>> CheckEndsAsync(
        string owner, LedgerHead? head, IReadOnlyCollection<LedgerRecord> moved, CancellationToken ct)
    {
        var differences = new List<AuditDifference>();
        // What is no end of a transfer has been told by its name.
        var ends = moved.Select(record => TransferEnd.Of(owner, record)).OfType<TransferEnd>();
        foreach (var partition in ends.GroupBy(static end => end.Counterpart.Partition))
        {
            foreach (var some in partition.Chunk(MovementsAtOnce))
            {
                var others = await FindAsync(partition.Key, [.. some.Select(static end => end.Counterpart.Id)], ct);
                differences.AddRange(some
                    .Select(end => TransferAudit.Check(end, others.GetValueOrDefault(end.Counterpart.Id), head))
                    .OfType<AuditDifference>());
            }
        }
        return differences;
    }

    /// <summary>Compares a head with the transfers that have left it, and a shard with its product.</summary>
    /// <param name="owner">The partition.</param>
    /// <param name="head">Its head.</param>
    /// <param name="readHead">Reads a head as it is now.</param>
    /// <param name="ct">Stops the reading.</param>
    internal async Task<List<AuditDifference>> CheckHeadAsync(
        string owner, LedgerHead head, Func<string, Task<LedgerHead?>> readHead, CancellationToken ct)
    {
        var partition = StockPartition.Of(owner);
        if (partition.Shard == 0 && head is { Shards: 0, ShardsMade: 0, TransferCount: 0, Transfer: null })
            return [];
        var differences = new List<AuditDifference?>
        {
            TransferAudit.CheckLayout(
                partition.Shard == 0 ? head.Shards : partition.Shard,
                partition.Shard == 0 ? head : await readHead(partition.ProductId),
                partition.ProductId),
        };
        var (last, next) = (OperationId.Give(head.TransferCount), OperationId.Give(head.TransferCount + 1));
        var found = await FindAsync(owner, [last, next], ct);
        differences.Add(TransferAudit.CheckHead(owner, head, found.GetValueOrDefault(last)));
        // It may have left since the head was read: then the head counts it now.
        if (found.ContainsKey(next) && (await readHead(owner))?.TransferCount == head.TransferCount)
            differences.Add(TransferAudit.Uncounted(owner, head));
        return [.. differences.OfType<AuditDifference>()];
    }

    private async Task<Dictionary<string, LedgerRecord>> FindAsync(
        string partition, IReadOnlyCollection<string> ids, CancellationToken ct) =>
        (await reader.ReadAllAsync(Products.Container, Products.RecordsById(ids), partition, ct))
            .Select(static json => json.TryRead(FactJson.Default.LedgerRecord)).OfType<LedgerRecord>()
            .ToDictionary(static record => record.Id);
}
