using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Commerce.Functions.Cosmos;
using Commerce.Shared;
using Commerce.Shared.Audit;
using Commerce.Shared.Balance;
using Commerce.Shared.Catalog;
using Commerce.Shared.Orders;
using Microsoft.Azure.Cosmos;

namespace Commerce.Functions.Audit;

/// <summary>
/// Checks orders against what was booked for them, both ways: everything that bears the order's id in either container is found by it,
/// whatever the partition.
/// </summary>
public sealed class OrderBooks(AuditReader reader, TimeProvider time)
{
    /// <summary>Most orders that are looked up by one query.</summary>
    internal const int OrdersAtOnce = 100;

    /// <summary>All orders, in no order.</summary>
    internal static readonly QueryDefinition AllOrders = new("SELECT * FROM c WHERE c.type = 'order'");

    /// <summary>What does not agree, by order, checked twice: the second time the order is read after its books.</summary>
    /// <param name="documents">Orders, as they were read.</param>
    /// <param name="ct">Stops the reading.</param>
    internal async Task<Dictionary<string, List<AuditDifference>>> CheckAsync(
        IReadOnlyCollection<JsonElement> documents, CancellationToken ct)
    {
        var suspects = await CompareAsync(documents, [.. documents.Select(static order => order.Text("id"))], ct);
        return suspects.Count == 0 ? suspects : await CheckAsync([.. suspects.Keys], ct);
    }

    /// <summary>What does not agree, by order; also what was booked for orders that do not exist.</summary>
    internal async Task<Dictionary<string, List<AuditDifference>>> CheckAsync(IReadOnlyCollection<string> orderIds, CancellationToken ct)
    {
        var found = new Dictionary<string, List<AuditDifference>>();
        foreach (var ids in orderIds.Chunk(OrdersAtOnce))
        {
            foreach (var (id, differences) in await CompareAsync(null, ids, ct))
                found[id] = differences;
        }
        return found;
    }

    /// <summary>Those of the orders that no user has.</summary>
    internal async Task<List<string>> MissingAsync(IReadOnlyCollection<string> orderIds, CancellationToken ct)
    {
        var missing = new List<string>();
        foreach (var ids in orderIds.Chunk(OrdersAtOnce))
        {
            var found = await reader.ReadAllAsync(CommerceDatabase.Accounts, ById("SELECT c.id FROM c", ids, "c.type = 'order'"), null, ct);
            missing.AddRange(ids.Except(found.Select(static order => order.Text("id"))));
        }
        return missing;
    }

    private async Task<Dictionary<string, List<AuditDifference>>> CompareAsync(
        IReadOnlyCollection<JsonElement>? orders, IReadOnlyCollection<string> ids, CancellationToken ct)
    {
        var found = new Dictionary<string, List<AuditDifference>>();
        var entries = await ReadAsync(
            LedgerQueries.Accounts, ids, OperationId.Payment, OperationId.Refund, DocumentJsonContext.Default.LedgerEntry, found, ct);
        var movements = await ReadAsync(
            LedgerQueries.Products, ids, OperationId.Sale, OperationId.Release, DocumentJsonContext.Default.StockMovement, found, ct);
        var entriesOf = entries.ToLookup(static entry => entry.OrderId ?? "");
        var movementsOf = movements.ToLookup(static movement => movement.OrderId ?? "");
        // Orders are read last, so whatever they say had been booked when they said it.
        orders ??= await reader.ReadAllAsync(CommerceDatabase.Accounts, ById("SELECT * FROM c", ids), null, ct);
        foreach (var json in orders)
            Add(found, json.Text("id"), Compare(json, entriesOf, movementsOf));
        foreach (var id in ids.Except(orders.Select(static order => order.Text("id"))))
            Add(found, id, OrderAudit.CheckMissing(id, entriesOf[id], movementsOf[id]));
        return found;
    }

    private IEnumerable<AuditDifference> Compare(
        JsonElement json, ILookup<string, LedgerEntry> entries, ILookup<string, StockMovement> movements)
    {
        // A status may be read from a number, too, but no query would find it.
        if (json.TryRead(DocumentJsonContext.Default.Order) is not { Type: Order.DocumentType, Lines: not null } order
            || json.Text("status") != OrderTransitions.NameOf(order.Status))
            return [AuditDocuments.Unreadable(LedgerNames.Accounts, json.Text("userId"), json)];
        var own = entries[order.Id].Where(entry => entry.UserId == order.UserId).ToList();
        var strays = OrderAudit.CheckMissing(order.Id, entries[order.Id].Except(own), []);
        var booked = new BookedOrder(
            order,
            own.Find(static entry => entry.Kind == EntryKind.Payment),
            own.Find(static entry => entry.Kind == EntryKind.Refund),
            [.. movements[order.Id]]);
        try
        {
            return [.. OrderAudit.Check(booked, time.GetUtcNow()), .. strays];
        }
        catch (OverflowException)
        {
            return [AuditDocuments.Unreadable(LedgerNames.Accounts, order.UserId, json)];
        }
    }

    /// <summary>The records that bear one of two ids derived from an order's.</summary>
    private async Task<List<T>> ReadAsync<T>(
        LedgerQueries ledger,
        IReadOnlyCollection<string> orderIds,
        Func<string, string> one,
        Func<string, string> other,
        JsonTypeInfo<T> type,
        Dictionary<string, List<AuditDifference>> found,
        CancellationToken ct)
        where T : class
    {
        var read = new List<T>();
        var query = ById("SELECT * FROM c", [.. orderIds.Select(one), .. orderIds.Select(other)]);
        foreach (var json in await reader.ReadAllAsync(ledger.Container, query, null, ct))
        {
            if (json.TryRead(type) is { } record)
            {
                read.Add(record);
                continue;
            }
            var orderId = orderIds.First(id => json.Text("id") == one(id) || json.Text("id") == other(id));
            var owner = json.Text(ledger.Container.PartitionKeyPath.TrimStart('/'));
            Add(found, orderId, [AuditDocuments.Unreadable(ledger.Names, owner, json)]);
        }
        return read;
    }

    private static QueryDefinition ById(string select, IReadOnlyCollection<string> ids, string condition = "true")
    {
        var names = string.Join(',', Enumerable.Range(0, ids.Count).Select(static n => $"@id{n}"));
        var query = new QueryDefinition($"{select} WHERE {condition} AND c.id IN ({names})");
        foreach (var (n, id) in ids.Index())
            query.WithParameter($"@id{n}", id);
        return query;
    }

    private static void Add(Dictionary<string, List<AuditDifference>> found, string id, IEnumerable<AuditDifference> differences)
    {
        foreach (var difference in differences)
        {
            if (!found.TryGetValue(id, out var list))
                found.Add(id, list = []);
            list.Add(difference);
        }
    }
}
