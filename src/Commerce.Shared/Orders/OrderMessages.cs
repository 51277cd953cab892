namespace Commerce.Shared.Orders;

// What crosses the orchestrations of an order. All of it ends up in their histories: ids and numbers, never documents.

/// <summary>Input of placing an order and of reserving its stock.</summary>
/// <param name="OrderId">The order, and the orchestration's instance id.</param>
/// <param name="UserId">Who buys.</param>
/// <param name="Items">What is bought, in ascending product id.</param>
public sealed record OrderWork(string OrderId, string UserId, IReadOnlyList<WorkItem> Items)
{
    public static OrderWork Of(Order order) =>
        new(order.Id, order.UserId, [.. order.Lines.Select(line => new WorkItem(line.ProductId, line.Quantity, line.UnitPrice))]);
}

/// <param name="ProductId">The product.</param>
/// <param name="Quantity">Pieces.</param>
/// <param name="UnitPrice">Won a piece when the order was accepted.</param>
public sealed record WorkItem(string ProductId, long Quantity, long UnitPrice);

/// <summary>What came of reserving an order's stock.</summary>
/// <param name="UnitPrices">Won a piece at the reservation, aligned with the items; null when all are as they were accepted.</param>
/// <param name="Refusal">Why the order cannot be served, or null.</param>
public sealed record StockReservation(IReadOnlyList<long>? UnitPrices, Failure? Refusal)
{
    /// <summary>Won for all items.</summary>
    public long Total(IReadOnlyList<WorkItem> items) =>
        items.Select((item, i) => checked((UnitPrices?[i] ?? item.UnitPrice) * item.Quantity)).Sum();
}

/// <summary>Input of the payment of an order and of its refund.</summary>
/// <param name="OrderId">The order.</param>
/// <param name="UserId">Whose balance.</param>
/// <param name="Amount">Won, zero or more.</param>
public sealed record OrderPayment(string OrderId, string UserId, long Amount);

/// <summary>Input of completing an order.</summary>
/// <param name="OrderId">The order.</param>
/// <param name="UserId">Who bought.</param>
/// <param name="UnitPrices">As in <see cref="StockReservation"/>.</param>
public sealed record OrderCompletion(string OrderId, string UserId, IReadOnlyList<long>? UnitPrices);

/// <summary>Input of rejecting an order.</summary>
public sealed record OrderRejection(string OrderId, string UserId, Failure Reason);

/// <summary>Names an order.</summary>
public sealed record OrderKey(string OrderId, string UserId);
