using Commerce.Shared.Balance;
using Commerce.Shared.Catalog;
using Commerce.Shared.Orders;

namespace Commerce.Shared.Audit;

/// <summary>An order with all that was booked for it.</summary>
/// <param name="Order">The order.</param>
/// <param name="Payment">Its payment; null when there is none.</param>
/// <param name="Refund">Its refund; null when there is none.</param>
/// <param name="Movements">All movements of stock that name it, of whatever product.</param>
public sealed record BookedOrder(Order Order, LedgerEntry? Payment, LedgerEntry? Refund, IReadOnlyList<StockMovement> Movements);

/// <summary>What an order's status demands of the books.</summary>
public static class OrderAudit
{
    /// <summary>
    /// How long an order may be between two states, on its way to being decided or cancelled. Everything is retried for as long as it
    /// takes; what takes longer than this is worth a check.
    /// </summary>
    public static readonly TimeSpan UnderWayMax = TimeSpan.FromMinutes(5);

    /// <summary>Where an order and its books disagree.</summary>
    public static IEnumerable<AuditDifference> Check(BookedOrder booked, DateTimeOffset now)
    {
        var order = booked.Order;
        var total = order.Lines.Sum(static line => line.Amount);
        if (total != order.TotalAmount || order.Lines.Any(static line => line.Amount != line.UnitPrice * line.Quantity))
            yield return Differs(
                order, AuditKind.OrderTotal, order.Lines.Sum(static line => line.UnitPrice * line.Quantity), order.TotalAmount);
        var strays = booked.Movements
            .Where(movement => movement.Delta != 0 && order.Lines.All(line => Place(line).Key != movement.ProductId));
        foreach (var stray in strays)
            yield return LineDiffers(order, StockPartition.Of(stray.ProductId), AuditKind.LineStock, 0, -stray.Delta, stray.Id);
        if (UnderWaySince(booked) is { } since)
        {
            if (now - since > UnderWayMax)
                yield return Differs(order, AuditKind.OrderStuck, (long)UnderWayMax.TotalSeconds, (long)(now - since).TotalSeconds);
            yield break;
        }
        foreach (var difference in CheckMoney(booked))
            yield return difference;
        foreach (var line in order.Lines)
        {
            foreach (var difference in CheckLine(order, line, booked.Movements))
                yield return difference;
        }
    }

    /// <summary>What was booked for an order that does not exist.</summary>
    public static IEnumerable<AuditDifference> CheckMissing(
        string orderId, IEnumerable<LedgerEntry> entries, IEnumerable<StockMovement> movements)
    {
        foreach (var entry in entries)
        {
            yield return new(AuditKind.PaymentWithoutOrder, orderId, 0, -entry.Amount)
            {
                Document = LedgerNames.Accounts.Document(entry.UserId, entry.Id),
            };
        }
        foreach (var movement in movements.Where(static movement => movement.Delta != 0))
        {
            yield return new(AuditKind.SaleWithoutOrder, orderId, 0, -movement.Delta)
            {
                Document = LedgerNames.Products.Document(movement.ProductId, movement.Id),
            };
        }
    }

    private static IEnumerable<AuditDifference> CheckMoney(BookedOrder booked)
    {
        var (order, payment, refund) = (booked.Order, booked.Payment, booked.Refund);
        var (paid, refunded) = order.Status switch
        {
            OrderStatus.Paid => (order.TotalAmount, 0L),
            OrderStatus.Cancelled => (order.TotalAmount, order.TotalAmount),
            _ => (0L, 0L),
        };
        var isSold = order.Status is OrderStatus.Paid or OrderStatus.Cancelled;
        var isCancelled = order.Status == OrderStatus.Cancelled;
        if (paid != -(payment?.Amount ?? 0) || isSold != payment is not null)
            yield return Differs(order, AuditKind.OrderPayment, paid, -(payment?.Amount ?? 0), OperationId.Payment(order.Id));
        if (refunded != (refund?.Amount ?? 0) || isCancelled != refund is not null)
            yield return Differs(order, AuditKind.OrderRefund, refunded, refund?.Amount ?? 0, OperationId.Refund(order.Id));
        foreach (var entry in (LedgerEntry?[])[isSold ? payment : null, isCancelled ? refund : null])
        {
            if (entry is not null && !HasLinesOf(entry, order))
                yield return Differs(
                    order, AuditKind.OrderFacts, order.TotalAmount, (entry.Lines ?? []).Sum(static line => line.UnitPrice * line.Quantity),
                        entry.Id);
        }
    }

    private static bool HasLinesOf(LedgerEntry entry, Order order) =>
        (entry.Lines ?? []).SequenceEqual(order.Lines.Select(SoldLine.Of));

    private static IEnumerable<AuditDifference> CheckLine(Order order, OrderLine line, IReadOnlyList<StockMovement> movements)
    {
        var own = movements.Where(movement => movement.ProductId == Place(line).Key).ToList();
        var sale = own.Find(static movement => movement.Kind == MovementKind.Sale);
        var held = order.Status == OrderStatus.Paid ? line.Quantity : 0;
        var isHeld = -own.Sum(static movement => movement.Delta);
        if (held != isHeld)
            yield return LineDiffers(order, Place(line), AuditKind.LineStock, held, isHeld, OperationId.Sale(order.Id));
        var release = own.Find(static movement => movement.Kind == MovementKind.Release);
        if (release is not null && sale is not null && release.UnitPrice != sale.UnitPrice)
            yield return LineDiffers(
                order, Place(line), AuditKind.LinePrice, sale.UnitPrice ?? 0, release.UnitPrice ?? 0, release.Id);
        if (order.Status is not (OrderStatus.Paid or OrderStatus.Cancelled))
            yield break;
        if (held == isHeld && sale?.Delta != -line.Quantity)
            yield return LineDiffers(
                order, Place(line), AuditKind.LineStock, line.Quantity, -(sale?.Delta ?? 0), OperationId.Sale(order.Id));
        if (sale is not null && sale.UnitPrice != line.UnitPrice)
            yield return LineDiffers(order, Place(line), AuditKind.LinePrice, line.UnitPrice, sale.UnitPrice ?? 0, sale.Id);
    }

    private static StockPartition Place(OrderLine line) => new(line.ProductId, line.Shard);

    /// <summary>Since when the order has been on its way to its next status; null when it rests.</summary>
    private static DateTimeOffset? UnderWaySince(BookedOrder booked) => booked.Order.Status switch
    {
        OrderStatus.Pending => booked.Order.CreatedAt,
        // A cancellation begins with the refund and ends with the status.
        OrderStatus.Paid => booked.Refund?.CreatedAt,
        _ => null,
    };

    private static AuditDifference Differs(Order order, string kind, long expected, long actual, string? id = null) =>
        new(kind, order.Id, expected, actual) { Document = LedgerNames.Accounts.Document(order.UserId, id ?? order.Id) };

    private static AuditDifference LineDiffers(
        Order order, StockPartition place, string kind, long expected, long actual, string id) =>
        new(kind, $"{order.Id}/{place.ProductId}", expected, actual) { Document = LedgerNames.Products.Document(place.Key, id) };
}
