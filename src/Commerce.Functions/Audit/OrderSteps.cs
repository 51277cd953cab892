using Commerce.Functions.Cosmos;
using Commerce.Functions.Delivery;
using Commerce.Shared;
using Commerce.Shared.Balance;
using Commerce.Shared.Catalog;
using Commerce.Shared.Delivery;
using Commerce.Shared.Orders;
using Microsoft.Azure.Cosmos;

namespace Commerce.Functions.Audit;

/// <summary>
/// What an order has written so far, in the order in which it happened: read off the documents themselves, whose ids follow from the
/// order's.
/// </summary>
public sealed class OrderSteps(CommerceDatabase database, DeliveryStore deliveries)
{
    private readonly Container _accounts = database[CommerceDatabase.Accounts];
    private readonly Container _catalog = database[CommerceDatabase.Catalog];

    internal async Task<IReadOnlyList<OrderStepView>> ReadAsync(Order order, CancellationToken ct)
    {
        var entries = EntriesAsync(order, ct);
        var movements = MovementsAsync(order, ct);
        var events = EventsAsync(order, ct);
        IEnumerable<OrderStepView> steps =
        [
            new(order.CreatedAt, "placed", $"{CommerceDatabase.Accounts.Name}/{order.UserId}/{order.Id}") { Amount = order.TotalAmount },
            .. (await entries).Select(Step),
            .. (await movements).Select(Step),
            .. (await events).SelectMany(Steps),
        ];
        return [.. steps.OrderBy(static step => step.At)];
    }

    private Task<List<LedgerEntry>> EntriesAsync(Order order, CancellationToken ct)
    {
        var key = new PartitionKey(order.UserId);
        return _accounts.ReadManyAsync(
            [(OperationId.Payment(order.Id), key), (OperationId.Refund(order.Id), key)], DocumentJsonContext.Default.LedgerEntry, ct);
    }

    private Task<List<StockMovement>> MovementsAsync(Order order, CancellationToken ct)
    {
        string[] ids = [OperationId.Sale(order.Id), OperationId.Release(order.Id)];
        return _catalog.ReadManyAsync(
            [.. order.Lines.SelectMany(line => ids, static (line, id) => (id, new PartitionKey(SoldLine.Of(line).Partition)))],
            DocumentJsonContext.Default.StockMovement,
            ct);
    }

    private async Task<IReadOnlyList<EventDelivery>> EventsAsync(Order order, CancellationToken ct)
    {
        var found = new List<EventDelivery>();
        foreach (var type in (string[])[OrderEvents.PaidType, OrderEvents.CancelledType])
        {
            if (OrderEvents.Happened(type, order)
                && await deliveries.FindAsync(OrderEvents.Ref(type, order.Id, order.UserId, order.CreatedAt).EventId, ct) is { } delivery)
                found.Add(delivery);
        }
        return found;
    }

    private static OrderStepView Step(LedgerEntry entry) => new(
        entry.CreatedAt,
        entry.Kind == EntryKind.Refund ? "refunded" : "paid",
        $"{CommerceDatabase.Accounts.Name}/{entry.UserId}/{entry.Id}")
    {
        Amount = entry.Amount,
        After = entry.BalanceAfter,
    };

    private static OrderStepView Step(StockMovement movement) => new(
        movement.OccurredAt,
        movement.Kind switch
        {
            MovementKind.Sale => "stock-taken",
            MovementKind.Release => "stock-returned",
            MovementKind.Sealed => "stock-closed",
            _ => "stock-refused",
        },
        $"{CommerceDatabase.Catalog.Name}/{movement.ProductId}/{movement.Id}")
    {
        ProductId = StockPartition.Of(movement.ProductId).ProductId,
        Amount = movement.Delta,
        After = movement.StockAfter,
    };

    private static IEnumerable<OrderStepView> Steps(EventDelivery delivery) => delivery.Attempts.Select(attempt => new OrderStepView(
        attempt.At,
        attempt.Verdict == DeliveryVerdict.Delivered ? "event-delivered" : "event-failed",
        $"{CommerceDatabase.Deliveries.Name}/{delivery.Shard}/{delivery.Id}")
    {
        Detail = attempt.Detail,
    });
}
