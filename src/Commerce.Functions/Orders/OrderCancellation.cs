using Commerce.Shared;
using Commerce.Shared.Orders;
using Microsoft.DurableTask.Client;

namespace Commerce.Functions.Orders;

/// <summary>
/// Cancels paid orders. An order can be cancelled once, so the order itself is what makes this idempotent; a repeat, under whatever
/// key, finds it cancelled.
/// </summary>
public sealed class OrderCancellation(OrderStore orders, OrderFlights flights)
{
    /// <summary>
    /// Cancels an order and waits for it. The order cancelled, or still paid when <paramref name="wait"/> is over; or why it cannot be
    /// cancelled.
    /// </summary>
    public async Task<Result<Order>> CancelAsync(DurableTaskClient durable, string userId, string orderId, TimeSpan wait)
    {
        var order = await orders.FindAsync(userId, orderId);
        switch (order?.Status)
        {
            case null:
                return Failure.NotFound($"User '{userId}' has no order '{orderId}'.");
            case OrderStatus.Cancelled:
                return order;
            case OrderStatus.Pending:
                return new Failure(ErrorCode.OrderNotCancellable, "The order is still being placed. Ask again when it is paid.") { OrderId = orderId };
            case OrderStatus.Rejected:
                return new Failure(ErrorCode.OrderNotCancellable, "The order was rejected; nothing was paid.") { OrderId = orderId };
        }
        var boarded = flights.Board(
            OrderOrchestrations.CancellationId(orderId), order.Fingerprint, [], flight => LeadAsync(durable, flight, order));
        return boarded.Succeeded ? await flights.OutcomeAsync(boarded.Value, wait) : boarded.Failure;
    }

    private async Task LeadAsync(DurableTaskClient durable, OrderFlight flight, Order order)
    {
        await OrderOrchestrations.StartCancellationAsync(durable, order);
        flight.Accept(order);
        await flights.FollowAsync(flight, async () =>
            await orders.FindAsync(order.UserId, order.Id) is { Status: OrderStatus.Cancelled } cancelled
                ? cancelled
                : await OrderOrchestrations.FindRefusalAsync(durable, order.Id));
    }
}
