using Commerce.Functions.Cosmos;
using Commerce.Shared.Audit;
using Commerce.Shared.Json;
using Microsoft.Azure.Cosmos;

namespace Commerce.Functions.Ops;

/// <summary>
/// Recomputes the books from their records: Σ entries = balance, Σ pending orders = what is held, Σ movements = stock, and every order
/// against all of them. Reads everything once, as a stream, and keeps a few dozen bytes for each account, product and order. Orders are read
/// last, so whatever they say had been booked when they said it; those that were decided while the audit ran are read again before anything
/// is reported.
/// </summary>
public sealed class Audit(CommerceDatabase database, TimeProvider time)
{
    /// <summary>Most differences in a report; a thousand say as much as a million.</summary>
    internal const int DifferencesMax = 1_000;

    private const int CloserLooksAtOnce = 8;

    /// <summary>Pauses between closer looks at what is just being changed.</summary>
    internal static readonly TimeSpan[] Patience = [TimeSpan.Zero, TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(3)];

    private readonly BookedOrderReader _reader = new(database);
    private readonly HoldAudit _holds = new(database, time);

    internal async Task<AuditReport> RunAsync(CancellationToken ct)
    {
        var checkedAt = time.GetUtcNow();
        var accounts = new LedgerAudit(database[CommerceDatabase.Accounts], LedgerQueries.Accounts);
        var products = new LedgerAudit(database[CommerceDatabase.Catalog], LedgerQueries.Products);
        var bookings = new OrderBookings();
        await accounts.ScanAsync(bookings.AddEntry, ct);
        await products.ScanAsync(bookings.AddMovement, ct);
        var (orders, suspects) = await CompareOrdersAsync(bookings, ct);

        var differences = new List<AuditDifference>();
        foreach (var difference in await LookCloserAsync(suspects, ct))
            differences.Add(difference);
        foreach (var ledger in (LedgerAudit[])[accounts, products])
        {
            await foreach (var difference in ledger.DifferencesAsync(ct).Take(DifferencesMax).WithCancellation(ct))
                differences.Add(difference);
        }
        differences.AddRange(await _holds.DifferencesAsync(ct));
        if (bookings.HasOrphans)
            differences.AddRange(await FindOrphansAsync(bookings, ct));
        return new(differences.Count == 0, checkedAt, accounts.Count, products.Count, orders, [.. differences.Take(DifferencesMax)]);
    }

    /// <summary>Counts the orders, and gathers those whose books do not agree at first sight.</summary>
    private async Task<(long Count, List<(string UserId, string OrderId)> Suspects)> CompareOrdersAsync(OrderBookings bookings, CancellationToken ct)
    {
        var (count, suspects) = (0L, new List<(string, string)>());
        var query = new QueryDefinition("SELECT * FROM c WHERE c.type = 'order'");
        await foreach (var order in database[CommerceDatabase.Accounts].QueryAsync(query, DocumentJsonContext.Default.Order, pageSize: 200, ct: ct))
        {
            count++;
            if (!bookings.Take(order.Id).Agree(order))
                suspects.Add((order.UserId, order.Id));
        }
        return (count, suspects);
    }

    private async Task<IEnumerable<AuditDifference>> LookCloserAsync(List<(string UserId, string OrderId)> suspects, CancellationToken ct)
    {
        var found = new SortedDictionary<string, List<AuditDifference>>(StringComparer.Ordinal);
        var options = new ParallelOptions { MaxDegreeOfParallelism = CloserLooksAtOnce, CancellationToken = ct };
        await Parallel.ForEachAsync(suspects, options, async (suspect, lookCt) =>
        {
            var differences = await LookCloserAsync(suspect.UserId, suspect.OrderId, lookCt);
            if (differences.Count == 0)
                return;
            lock (found)
                found[suspect.OrderId] = differences;
        });
        return found.Values.SelectMany(static differences => differences).Take(DifferencesMax);
    }

    private async Task<List<AuditDifference>> LookCloserAsync(string userId, string orderId, CancellationToken ct)
    {
        List<AuditDifference> differences = [];
        foreach (var pause in Patience)
        {
            await Task.Delay(pause, time, ct);
            differences = await _reader.FindAsync(userId, orderId, ct) is { } booked ? [.. OrderAudit.Check(booked, time.GetUtcNow())] : [];
            if (differences.Count == 0)
                break;
        }
        return differences;
    }

    /// <summary>Reads the records again for what moved without an order: the rare case that pays for itself.</summary>
    private async Task<IEnumerable<AuditDifference>> FindOrphansAsync(OrderBookings bookings, CancellationToken ct)
    {
        var (money, pieces) = (new SortedDictionary<string, long>(StringComparer.Ordinal), new SortedDictionary<string, long>(StringComparer.Ordinal));
        await GatherAsync(CommerceDatabase.Accounts, LedgerQueries.Accounts.Records, money);
        await GatherAsync(CommerceDatabase.Catalog, LedgerQueries.Products.Records, pieces);
        return money.Select(static orphan => new AuditDifference(AuditKind.PaymentWithoutOrder, orphan.Key, 0, -orphan.Value))
            .Concat(pieces.Select(static orphan => new AuditDifference(AuditKind.SaleWithoutOrder, orphan.Key, 0, -orphan.Value)));

        async Task GatherAsync(ContainerDefinition container, string query, SortedDictionary<string, long> sums)
        {
            await foreach (var record in database[container].QueryAsync(new QueryDefinition(query), FactJson.Default.RecordFact, ct: ct))
            {
                if (record is { OrderId: { } orderId, Delta: not 0 } && bookings.Contains(orderId) && sums.Count < DifferencesMax)
                    sums[orderId] = sums.GetValueOrDefault(orderId) + record.Delta;
            }
        }
    }
}
