using Commerce.Functions.Cosmos;
using Commerce.Shared.Audit;
using Microsoft.Azure.Cosmos;

namespace Commerce.Functions.Ops;

/// <summary>
/// Checks that accounts hold what their pending orders cost. Both lie in one partition and change in one batch; but accounts and orders are
/// found one after the other, so whoever does not agree at first sight is looked at more closely.
/// </summary>
internal sealed class HoldAudit(CommerceDatabase database, TimeProvider time)
{
    private const string Holding = "SELECT c.userId AS owner, c.held AS total FROM c WHERE c.type = 'account' AND c.held != 0";
    private const string Pending = "SELECT c.userId AS owner, c.totalAmount AS total FROM c WHERE c.status = 'pending'";

    private readonly Container _accounts = database[CommerceDatabase.Accounts];

    public async Task<List<AuditDifference>> DifferencesAsync(CancellationToken ct)
    {
        var excess = new SortedDictionary<string, long>(StringComparer.Ordinal);
        await foreach (var account in ReadAsync(Holding, null, ct))
            excess[account.Owner] = account.Total;
        await foreach (var order in ReadAsync(Pending, null, ct))
            excess[order.Owner] = excess.GetValueOrDefault(order.Owner) - order.Total;
        var differences = new List<AuditDifference>();
        foreach (var owner in excess.Where(static account => account.Value != 0).Select(static account => account.Key).Take(Audit.DifferencesMax))
        {
            if (await LookCloserAsync(owner, ct) is { } difference)
                differences.Add(difference);
        }
        return differences;
    }

    private async Task<AuditDifference?> LookCloserAsync(string owner, CancellationToken ct)
    {
        AuditDifference? difference = null;
        foreach (var pause in Audit.Patience)
        {
            await Task.Delay(pause, time, ct);
            // Pending orders before and after the account: of an order that was decided in between, one of the two agrees.
            var (before, held, after) = (await SumAsync(Pending, owner, ct), await SumAsync(Holding, owner, ct), await SumAsync(Pending, owner, ct));
            if (held == before || held == after)
                return null;
            difference = new(AuditKind.AccountHeld, owner, after, held);
        }
        return difference;
    }

    private async Task<long> SumAsync(string query, string owner, CancellationToken ct)
    {
        var sum = 0L;
        await foreach (var part in ReadAsync(query, new PartitionKey(owner), ct))
            sum += part.Total;
        return sum;
    }

    private IAsyncEnumerable<HoldFact> ReadAsync(string query, PartitionKey? partition, CancellationToken ct) =>
        _accounts.QueryAsync(new QueryDefinition(query), FactJson.Default.HoldFact, partition, ct: ct);
}
