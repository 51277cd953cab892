using System.Text.Json;
using Commerce.Functions.Cosmos;
using Commerce.Shared.Audit;
using Microsoft.Azure.Cosmos;

namespace Commerce.Functions.Audit;

/// <summary>How one kind of ledger is read, in the partition of its owner.</summary>
internal sealed class LedgerQueries
{
    private readonly string _record;
    private readonly string _type;
    private readonly string _delta;
    private readonly string _owners;

    private readonly Func<JsonElement, (string Type, LedgerHead Head)?> _readHead;

    private LedgerQueries(
        LedgerNames names,
        ContainerDefinition container,
        string record,
        string type,
        string delta,
        Func<JsonElement, (string Type, LedgerHead Head)?> readHead)
    {
        Names = names;
        Container = container;
        (_record, _type, _delta, _readHead) = (record, type, delta, readHead);
        var owner = container.PartitionKeyPath.TrimStart('/');
        _owners = $"SELECT c.{owner} AS owner FROM c WHERE c.{owner} > @after ORDER BY c.{owner}";
    }

    public static readonly LedgerQueries Accounts = new(
        LedgerNames.Accounts,
        CommerceDatabase.Accounts,
        "SELECT c.id, c.kind, c.amount AS delta, c.balanceAfter AS after, c.sequence, c.orderId FROM c",
        "entry",
        "amount",
        static json => json.TryRead(FactJson.Default.AccountFact) is { } account ? (account.Type, account.ToHead()) : null);

    public static readonly LedgerQueries Products = new(
        LedgerNames.Products,
        CommerceDatabase.Catalog,
        "SELECT c.id, c.kind, c.delta, c.stockAfter AS after, c.sequence, c.orderId, c.otherShard FROM c",
        "movement",
        "delta",
        static json => json.TryRead(FactJson.Default.ProductFact) is { } product ? (product.Type, product.ToHead()) : null);

    public LedgerNames Names { get; }

    public ContainerDefinition Container { get; }

    public static LedgerQueries Of(AuditPart part) => part == AuditPart.Products ? Products : Accounts;

    /// <summary>All partitions behind one, each as often as it has documents: also those whose head is missing.</summary>
    public QueryDefinition OwnersAfter(string owner) => new QueryDefinition(_owners).WithParameter("@after", owner);

    /// <summary>What a head says; null when it cannot be read, or is of another type than its owner demands.</summary>
    public LedgerHead? ReadHead(string owner, JsonElement json) =>
        _readHead(json) is var (type, head) && Names.IsHead(owner, type) ? head : null;

    public QueryDefinition RecordsAfter(long sequence) =>
        new QueryDefinition($"{_record} WHERE c.type = '{_type}' AND c.sequence > @after ORDER BY c.sequence")
            .WithParameter("@after", sequence);

    /// <summary>Records by their ids.</summary>
    public QueryDefinition RecordsById(IReadOnlyCollection<string> ids)
    {
        var names = string.Join(',', Enumerable.Range(0, ids.Count).Select(static n => $"@id{n}"));
        var query = new QueryDefinition($"{_record} WHERE c.type = '{_type}' AND c.id IN ({names})");
        foreach (var (n, id) in ids.Index())
            query.WithParameter($"@id{n}", id);
        return query;
    }

    public QueryDefinition LastRecord => new($"{_record} WHERE c.type = '{_type}' ORDER BY c.sequence DESC OFFSET 0 LIMIT 1");

    /// <summary>Records without a place, but for refusals, which change nothing and have none.</summary>
    public QueryDefinition PlacelessRecords => new(
        $"{_record} WHERE c.type = '{_type}' AND c.sequence < 1 AND NOT (c.kind IN ('refused', 'sealed') AND c.{_delta} = 0)");
}
