using System.Text.Json.Serialization.Metadata;
using Commerce.Functions.Cosmos;
using Commerce.Shared.Audit;
using Microsoft.Azure.Cosmos;

namespace Commerce.Functions.Ops;

/// <summary>
/// Checks one kind of ledger against itself. Heads are read first: records are never altered and come with their head in one batch,
/// so whatever a head counts is there when the records are read after it, however many are being added meanwhile.
/// </summary>
internal sealed class LedgerAudit(Container container, LedgerQueries queries)
{
    private readonly Dictionary<string, LedgerChain> _chains = [];

    public int Count => _chains.Count;

    /// <summary>Reads all heads, then all records.</summary>
    /// <param name="visit">Is shown every record.</param>
    /// <param name="ct">Stops the reading.</param>
    public async Task ScanAsync(Action<RecordFact> visit, CancellationToken ct)
    {
        await foreach (var head in ReadAsync(queries.Heads, FactJson.Default.HeadFact, null, ct))
            _chains[head.Owner] = new LedgerChain(head.Total, head.Records);
        await foreach (var record in ReadAsync(queries.Records, FactJson.Default.RecordFact, null, ct))
        {
            if (_chains.TryGetValue(record.Owner, out var chain))
                chain.Add(record.Sequence, record.Delta, record.After);
            visit(record);
        }
    }

    /// <summary>Reads the ledgers again that did not hold, one by one, and tells what is wrong with them.</summary>
    public async IAsyncEnumerable<AuditDifference> DifferencesAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        foreach (var (owner, _) in _chains.Where(static ledger => !ledger.Value.Holds))
        {
            foreach (var difference in await CheckAsync(owner, ct))
                yield return difference;
        }
    }

    private async Task<List<AuditDifference>> CheckAsync(string owner, CancellationToken ct)
    {
        var partition = new PartitionKey(owner);
        HeadFact? head = null;
        await foreach (var found in ReadAsync(queries.Heads, FactJson.Default.HeadFact, partition, ct))
            head = found;
        var (total, count) = (head?.Total ?? 0, head?.Records ?? 0);
        var chain = new LedgerChain(total, count);
        var (sum, seen) = (0L, 0L);
        await foreach (var record in ReadAsync(queries.Records, FactJson.Default.RecordFact, partition, ct))
        {
            chain.Add(record.Sequence, record.Delta, record.After);
            if (record.Sequence <= count)
                (sum, seen) = (sum + record.Delta, seen + (record.Sequence > 0 ? 1 : 0));
        }
        var differences = new List<AuditDifference>();
        if (sum != total)
            differences.Add(new(queries.SumKind, owner, sum, total));
        if (seen != count || (!chain.Holds && differences.Count == 0))
            differences.Add(new(queries.ChainKind, owner, seen, count));
        return differences;
    }

    private IAsyncEnumerable<T> ReadAsync<T>(string query, JsonTypeInfo<T> type, PartitionKey? partition, CancellationToken ct) =>
        container.QueryAsync(new QueryDefinition(query), type, partition, ct: ct);
}

/// <summary>What to read of a ledger, and what its differences are called.</summary>
internal sealed record LedgerQueries(string Heads, string Records, string SumKind, string ChainKind)
{
    public static readonly LedgerQueries Accounts = new(
        "SELECT c.userId AS owner, c.balance AS total, c.entryCount AS records FROM c WHERE c.type = 'account'",
        "SELECT c.userId AS owner, c.kind, c.amount AS delta, c.balanceAfter AS after, c.sequence, c.orderId FROM c WHERE c.type = 'entry'",
        AuditKind.AccountBalance,
        AuditKind.AccountChain);

    public static readonly LedgerQueries Products = new(
        "SELECT c.productId AS owner, c.stock AS total, c.movementCount AS records FROM c WHERE c.type = 'product'",
        "SELECT c.productId AS owner, c.kind, c.delta, c.stockAfter AS after, c.sequence, c.orderId, c.unitPrice FROM c WHERE c.type = 'movement'",
        AuditKind.ProductStock,
        AuditKind.ProductChain);
}
