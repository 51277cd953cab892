using Commerce.Functions.Cosmos;
using Commerce.Shared.Audit;
using Microsoft.Azure.Cosmos;

namespace Commerce.Functions.Audit;

/// <summary>
/// Checks that an account holds what its pending orders cost. Both change in one batch, so between two reads of the same version of the
/// account the orders belong to it.
/// </summary>
public sealed class HoldAudit(AuditReader reader, TimeProvider time)
{
    private static readonly QueryDefinition Pending = new("SELECT c.totalAmount FROM c WHERE c.status = 'pending'");

    /// <summary>Before each attempt; an account that is written to all the time is checked again when the feed tells of it.</summary>
    private static readonly TimeSpan[] Pauses =
        [TimeSpan.Zero, TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(1)];

    /// <summary>The difference; null when there is none, or none can be told because the account changes all the time.</summary>
    internal async Task<AuditDifference?> FindAsync(string userId, CancellationToken ct)
    {
        foreach (var pause in Pauses)
        {
            if (pause > TimeSpan.Zero)
                await Task.Delay(pause, time, ct);
            var before = await HeadAsync(userId, ct);
            var sum = (await reader.ReadAllAsync(CommerceDatabase.Accounts, Pending, userId, ct))
                .Sum(static order => order.Number("totalAmount") ?? 0);
            if (sum == (before?.Held ?? 0))
                return null;
            if ((await HeadAsync(userId, ct))?.ETag != before?.ETag)
                continue;
            return new(AuditKind.AccountHeld, userId, sum, before?.Held ?? 0)
            {
                Document = LedgerNames.Accounts.Document(userId, LedgerNames.Accounts.HeadId),
            };
        }
        return null;
    }

    private async Task<LedgerHead?> HeadAsync(string userId, CancellationToken ct) =>
        await reader.FindAsync(CommerceDatabase.Accounts, LedgerNames.Accounts.HeadId, userId, ct) is { } json
            ? LedgerQueries.Accounts.ReadHead(userId, json)
            : null;
}
