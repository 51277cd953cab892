using Commerce.Functions.Cosmos;
using Commerce.Functions.Ledger;
using Commerce.Shared.Balance;
using Microsoft.Azure.Cosmos;

namespace Commerce.Functions.Balance;

/// <summary>Accounts and their entries as ledger documents.</summary>
public sealed class AccountLedgerStore(CommerceDatabase database, LedgerOptions options)
    : LedgerStore<Account, LedgerEntry>(database[CommerceDatabase.Accounts], options)
{
    protected override string HeadId => Account.DocumentId;

    protected override string? ETagOf(Account head) => head.ETag;

    protected override Account WithETag(Account head, string etag) => head with { ETag = etag };

    protected override IReadOnlyList<PatchOperation> Patch(Account head) =>
    [
        PatchOperation.Set("/balance", head.Balance),
        PatchOperation.Set("/entryCount", head.EntryCount),
        PatchOperation.Set("/updatedAt", head.UpdatedAt),
    ];
}
