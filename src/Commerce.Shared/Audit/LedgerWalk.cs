using Commerce.Shared.Catalog;

namespace Commerce.Shared.Audit;

/// <summary>The head of a ledger, as far as an audit needs it.</summary>
/// <param name="Total">The balance in won, or the stock in pieces.</param>
/// <param name="Records">How many records it counts.</param>
/// <param name="Held">Won that an account holds; 0 for a product.</param>
/// <param name="ETag">Names its version.</param>
public sealed record LedgerHead(long Total, long Records, long Held, string ETag)
{
    /// <summary>As <see cref="Product.Transfer"/>.</summary>
    public StockTransfer? Transfer { get; init; }

    /// <summary>As <see cref="Product.TransferCount"/>.</summary>
    public long TransferCount { get; init; }

    /// <summary>As <see cref="Product.Shards"/>.</summary>
    public int Shards { get; init; }

    /// <summary>As <see cref="Product.ShardsMade"/>.</summary>
    public int ShardsMade { get; init; }
}

/// <summary>A record of a ledger, as far as an audit needs it; <see cref="Kind"/> as it is stored.</summary>
public sealed record LedgerRecord(
    string Id, long Delta, long After, long Sequence, string? Kind = null, string? OrderId = null, int? OtherShard = null);

/// <summary>
/// Follows the records of a ledger in the order of their places: each must have the next place, begin with what the one before left, and
/// bear the id of its operation; the head must say what the last one left. A fault is told once, and the walk goes on from what is there.
/// </summary>
/// <param name="names">What the ledger's documents and differences are called.</param>
/// <param name="owner">The user or product.</param>
/// <param name="sequence">The last record that is proved; 0 to begin.</param>
/// <param name="total">What it left; null to believe the first record, since an earlier walk has proved it.</param>
public sealed class LedgerWalk(LedgerNames names, string owner, long sequence, long? total)
{
    /// <summary>The place of the last record.</summary>
    public long Sequence { get; private set; } = sequence;

    /// <summary>What the last record left.</summary>
    public long? Total { get; private set; } = total;

    /// <summary>Takes the next record, by its place.</summary>
    public IEnumerable<AuditDifference> Add(LedgerRecord record)
    {
        var begins = unchecked(record.After - record.Delta);
        if (record.Sequence != Sequence + 1)
            yield return Differs(names.ChainKind, Sequence + 1, record.Sequence, record.Id);
        else if (Total is { } left && begins != left)
            yield return Differs(names.ChainKind, left, begins, record.Id);
        if (record.After < 0)
            yield return Differs(names.SumKind, 0, record.After, record.Id);
        if (!names.IsNamedByItsOperation(owner, record))
            yield return Differs(AuditKind.RecordIdentity, 0, record.Delta, record.Id);
        (Sequence, Total) = (record.Sequence, record.After);
    }

    /// <summary>Compares the head, as it was read before the records, with the last record that it counts.</summary>
    public IEnumerable<AuditDifference> Close(LedgerHead head)
    {
        if (Sequence != head.Records)
            yield return Differs(names.ChainKind, Sequence, head.Records, names.HeadId);
        if (Total is { } left && left != head.Total)
            yield return Differs(names.SumKind, left, head.Total, names.HeadId);
    }

    /// <summary>Compares a head with the last record that there is, when that is beyond what the head counts.</summary>
    /// <param name="names">What the ledger's documents and differences are called.</param>
    /// <param name="owner">The user or product.</param>
    /// <param name="head">The head, as it was read after a record beyond it had been seen; null when it is missing.</param>
    /// <param name="last">The last record.</param>
    public static IEnumerable<AuditDifference> Behind(LedgerNames names, string owner, LedgerHead? head, LedgerRecord last)
    {
        var walk = new LedgerWalk(names, owner, last.Sequence, last.After);
        return head is null ? [walk.Differs(names.MissingKind, last.After, 0, names.HeadId)] : walk.Close(head);
    }

    /// <summary>A record that takes no place, and so must not change anything.</summary>
    public static AuditDifference Placeless(LedgerNames names, string owner, LedgerRecord record) =>
        new LedgerWalk(names, owner, 0, 0).Differs(names.ChainKind, 0, record.Delta, record.Id);

    private AuditDifference Differs(string kind, long expected, long actual, string id) =>
        new(kind, owner, expected, actual) { Document = names.Document(owner, id) };
}

/// <summary>What the documents of a ledger are called, and the differences in it.</summary>
public sealed record LedgerNames(string Container, string HeadId, string SumKind, string ChainKind, string MissingKind)
{
    public static readonly LedgerNames Accounts =
        new("accounts", Balance.Account.DocumentId, AuditKind.AccountBalance, AuditKind.AccountChain, AuditKind.AccountMissing);

    public static readonly LedgerNames Products =
        new("catalog", Catalog.Product.DocumentId, AuditKind.ProductStock, AuditKind.ProductChain, AuditKind.ProductMissing);

    public string Document(string owner, string id) => $"{Container}/{owner}/{id}";

    /// <summary>Whether a head is of the type that its owner demands: in most ledgers its id, but a shard's says that it is one.</summary>
    public bool IsHead(string owner, string type) =>
        type == (this == Products && StockPartition.IsShard(owner) ? Product.ShardType : HeadId);

    /// <summary>Whether a record that changes something has the id that its kind and order demand.</summary>
    public bool IsNamedByItsOperation(string owner, LedgerRecord record) => (record.Kind, record.OrderId) switch
    {
        ("charge", null) => this == Accounts && record.Id.StartsWith("charge-", StringComparison.Ordinal),
        ("payment", { } orderId) => this == Accounts && record.Id == OperationId.Payment(orderId),
        ("refund", { } orderId) => this == Accounts && record.Id == OperationId.Refund(orderId),
        ("initial", null) => this == Products && record.Id == OperationId.InitialStock,
        ("adjustment", null) => this == Products && record.Id.StartsWith("adjustment-", StringComparison.Ordinal),
        ("moved", null) => this == Products && TransferEnd.Of(owner, record) is not null,
        ("sale", { } orderId) => this == Products && record.Id == OperationId.Sale(orderId),
        ("release", { } orderId) => this == Products && record.Id == OperationId.Release(orderId),
        _ => false,
    };
}
