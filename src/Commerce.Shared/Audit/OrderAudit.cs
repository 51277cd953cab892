using Commerce.Shared.Balance;
using Commerce.Shared.Catalog;
using Commerce.Shared.Orders;

namespace Commerce.Shared.Audit;

/// <summary>An order with all that was booked for it.</summary>
/// <param name="Order">The order.</param>
/// <param name="Payment">Its payment, or the record that it was declined; null when there is none.</param>
/// <param name="Refund">Its refund; null when there is none.</param>
/// <param name="Lines">The sale (or its refusal) and the release of each line, aligned with the order's.</param>
public sealed record BookedOrder(Order Order, LedgerEntry? Payment, LedgerEntry? Refund, IReadOnlyList<BookedLine> Lines);

/// <summary>What was booked in the stock for a line.</summary>
public readonly record struct BookedLine(StockMovement? Sale, StockMovement? Release)
{
    /// <summary>Pieces taken out of stock and not put back.</summary>
    public long Held => -((Sale?.Delta ?? 0) + (Release?.Delta ?? 0));
}

/// <summary>What an order's status demands of the books.</summary>
public static class OrderAudit
{
    /// <summary>
    /// How long an order may be between two states, on its way to being decided or cancelled. Everything is retried for as long as it
    /// takes; what takes longer than this is worth a look.
    /// </summary>
    public static readonly TimeSpan UnderWayMax = TimeSpan.FromMinutes(5);

    /// <summary>Where an order and its books disagree.</summary>
    public static IEnumerable<AuditDifference> Check(BookedOrder booked, DateTimeOffset now)
    {
        var order = booked.Order;
        var total = order.Lines.Sum(static line => line.Amount);
        if (total != order.TotalAmount)
            yield return new(AuditKind.OrderTotal, order.Id, total, order.TotalAmount);
        if (UnderWaySince(booked) is { } since)
        {
            if (now - since > UnderWayMax)
                yield return new(AuditKind.OrderStuck, order.Id, (long)UnderWayMax.TotalSeconds, (long)(now - since).TotalSeconds);
            yield break;
        }
        var (paid, refunded) = order.Status switch
        {
            OrderStatus.Paid => (order.TotalAmount, 0L),
            OrderStatus.Cancelled => (order.TotalAmount, order.TotalAmount),
            _ => (0L, 0L),
        };
        if (paid != -(booked.Payment?.Amount ?? 0) || (order.Status is OrderStatus.Paid or OrderStatus.Cancelled && booked.Payment is null))
            yield return new(AuditKind.OrderPayment, order.Id, paid, -(booked.Payment?.Amount ?? 0));
        if (refunded != (booked.Refund?.Amount ?? 0))
            yield return new(AuditKind.OrderRefund, order.Id, refunded, booked.Refund?.Amount ?? 0);
        for (var i = 0; i < order.Lines.Count; i++)
        {
            foreach (var difference in CheckLine(order, order.Lines[i], booked.Lines[i]))
                yield return difference;
        }
    }

    private static IEnumerable<AuditDifference> CheckLine(Order order, OrderLine line, BookedLine booked)
    {
        var id = $"{order.Id}/{line.ProductId}";
        var held = order.Status == OrderStatus.Paid ? line.Quantity : 0;
        if (held != booked.Held)
            yield return new(AuditKind.LineStock, id, held, booked.Held);
        if (order.Status is not (OrderStatus.Paid or OrderStatus.Cancelled))
            yield break;
        if (booked.Sale is not { Kind: MovementKind.Sale } sale)
            yield return new(AuditKind.LineStock, id, line.Quantity, 0);
        else if (sale.UnitPrice != line.UnitPrice)
            yield return new(AuditKind.LinePrice, id, line.UnitPrice, sale.UnitPrice ?? 0);
    }

    /// <summary>Since when the order has been on its way to its next status; null when it rests.</summary>
    private static DateTimeOffset? UnderWaySince(BookedOrder booked) => booked.Order.Status switch
    {
        OrderStatus.Pending => booked.Order.CreatedAt,
        // A cancellation begins with the refund and ends with the status.
        OrderStatus.Paid => booked.Refund?.CreatedAt,
        _ => null,
    };
}
