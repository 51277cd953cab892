using Commerce.Shared.Audit;

namespace Commerce.Functions.Audit;

/// <summary>
/// Checks one ledger against itself, and that what its records name exists. The head is read first: records are never altered and come
/// with their head in one batch, so whatever a head counts is there when the records are read after it, however many are being added.
/// </summary>
public sealed class LedgerAudit(AuditReader reader, TransferReader transfers)
{
    /// <summary>Most records of one step: some seconds, and some hundred kilobytes.</summary>
    internal const int RecordsPerStep = 1_000;

    /// <summary>Checks records from a place on.</summary>
    /// <param name="part">Accounts or products.</param>
    /// <param name="place">Where to begin.</param>
    /// <param name="recordsMax">Most records.</param>
    /// <param name="ct">Stops the reading.</param>
    internal async Task<LedgerStep> StepAsync(AuditPart part, LedgerPlace place, int recordsMax, CancellationToken ct)
    {
        var ledger = LedgerQueries.Of(part);
        var differences = new List<AuditDifference>();
        var head = await HeadAsync(ledger, place.Owner, differences, ct);
        if (place.Sequence == 0)
            differences.AddRange(await PlacelessAsync(ledger, place.Owner, ct));
        var walk = new LedgerWalk(ledger.Names, place.Owner, place.Sequence, place.Total);
        var orders = new HashSet<string>();
        var moved = new List<LedgerRecord>();
        LedgerRecord? beyond = null;
        var records = await reader.ReadPageAsync(ledger.Container, ledger.RecordsAfter(place.Sequence), place.Owner, recordsMax, null, ct);
        foreach (var json in records.Documents)
        {
            if (json.TryRead(FactJson.Default.LedgerRecord) is not { } record)
            {
                differences.Add(AuditDocuments.Unreadable(ledger.Names, place.Owner, json));
                continue;
            }
            if (record.Sequence > (head?.Records ?? 0))
            {
                beyond = record;
                break;
            }
            differences.AddRange(walk.Add(record));
            if (record.OrderId is not null)
                orders.Add(record.OrderId);
            if (record.OtherShard is not null)
                moved.Add(record);
        }
        var isEnd = beyond is not null || records.Continuation is null;
        if (isEnd && head is not null)
            differences.AddRange(walk.Close(head));
        if (beyond is not null)
            differences.AddRange(await BehindAsync(ledger, place.Owner, beyond, ct));
        differences.AddRange(await transfers.CheckEndsAsync(place.Owner, head, moved, ct));
        if (isEnd && head is not null && part == AuditPart.Products)
            differences.AddRange(await transfers.CheckHeadAsync(place.Owner, head, HeadAgainAsync, ct));
        return new(head, [.. differences.Distinct()], orders, isEnd ? null : new(place.Owner, walk.Sequence, walk.Total));

        Task<LedgerHead?> HeadAgainAsync(string owner) => HeadAsync(ledger, owner, differences, ct);
    }

    /// <summary>The place from which the records from one on can be followed, given that those before have been proved.</summary>
    internal static LedgerPlace Before(string owner, long sequence) => sequence <= 2 ? new(owner, 0, 0) : new(owner, sequence - 2, null);

    /// <summary>The head; null when it is missing.</summary>
    private async Task<LedgerHead?> HeadAsync(LedgerQueries ledger, string owner, List<AuditDifference> differences, CancellationToken ct)
    {
        if (await reader.FindAsync(ledger.Container, ledger.Names.HeadId, owner, ct) is not { } json)
            return null;
        if (ledger.ReadHead(owner, json) is { } head)
            return head;
        differences.Add(AuditDocuments.Unreadable(ledger.Names, owner, json));
        return null;
    }

    private async Task<IEnumerable<AuditDifference>> PlacelessAsync(LedgerQueries ledger, string owner, CancellationToken ct) =>
        from json in await reader.ReadAllAsync(ledger.Container, ledger.PlacelessRecords, owner, ct)
        select json.TryRead(FactJson.Default.LedgerRecord) is { } record
            ? LedgerWalk.Placeless(ledger.Names, owner, record)
            : AuditDocuments.Unreadable(ledger.Names, owner, json);

    /// <summary>A record is beyond the head: it has come since, and the head counts it now, or the head has been set back.</summary>
    private async Task<IEnumerable<AuditDifference>> BehindAsync(
        LedgerQueries ledger, string owner, LedgerRecord beyond, CancellationToken ct)
    {
        var differences = new List<AuditDifference>();
        var head = await HeadAsync(ledger, owner, differences, ct);
        if (differences.Count > 0 || head?.Records >= beyond.Sequence)
            return differences;
        var last = (await reader.ReadAllAsync(ledger.Container, ledger.LastRecord, owner, ct))
            .Select(static json => json.TryRead(FactJson.Default.LedgerRecord)).FirstOrDefault() ?? beyond;
        return differences.Concat(LedgerWalk.Behind(ledger.Names, owner, head, last));
    }
}

/// <param name="Head">The head as it was read first; null when it is missing.</param>
/// <param name="Differences">What did not agree.</param>
/// <param name="OrderIds">The orders that the records name.</param>
/// <param name="Next">Where to go on; null when the ledger has been followed to its end.</param>
internal sealed record LedgerStep(
    LedgerHead? Head, IReadOnlyList<AuditDifference> Differences, IReadOnlyCollection<string> OrderIds, LedgerPlace? Next);
