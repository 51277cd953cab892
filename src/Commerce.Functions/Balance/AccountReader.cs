using Commerce.Functions.Cosmos;
using Commerce.Functions.Ledger;
using Commerce.Shared.Balance;
using Microsoft.Azure.Cosmos;

namespace Commerce.Functions.Balance;

/// <summary>Reads balances and their entries.</summary>
public sealed class AccountReader(CommerceDatabase database, LedgerOptions options, TimeProvider time)
    : LedgerHeads<Account>(database[CommerceDatabase.Accounts], Account.DocumentId, options, time)
{
    /// <summary>The account as a replica has it; null for a user who was never seen.</summary>
    public Task<Account?> FindAsync(string userId, CancellationToken ct) =>
        Container.FindAsync<Account>(Account.DocumentId, new PartitionKey(userId), ct);

    /// <summary>Entries that changed the balance, newest first.</summary>
    /// <param name="userId">Whose.</param>
    /// <param name="before">Only entries whose sequence is lower.</param>
    /// <param name="max">Most entries wanted.</param>
    /// <param name="ct">Stops the reading.</param>
    public Task<List<LedgerEntry>> EntriesAsync(string userId, long before, int max, CancellationToken ct)
    {
        // Refused charges have the sequence 0: they are on record, but are no part of the ledger.
        var query = new QueryDefinition(
            "SELECT * FROM c WHERE c.type = 'entry' AND c.sequence > 0 AND c.sequence < @before"
            + " ORDER BY c.sequence DESC OFFSET 0 LIMIT @max")
            .WithParameter("@before", before)
            .WithParameter("@max", max);
        return Container.ListAsync<LedgerEntry>(query, max, new PartitionKey(userId), ct);
    }
}
