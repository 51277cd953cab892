using Commerce.Shared;
using Commerce.Shared.Orders;
using Microsoft.DurableTask.Client;

namespace Commerce.Functions.Orders;

/// <summary>
/// Cancels paid orders. An order can be cancelled once, so the order itself makes that idempotent; what a key was refused is recorded, so
/// that it is refused the same when it is repeated.
/// </summary>
public sealed class OrderCancellation(OrderStore orders, CancellationStore requests, OrderFlights flights, TimeProvider time)
{
    // From pending to paid to cancelled.
    private const int StatusChangesMax = 2;

    /// <summary>
    /// Cancels an order and waits for it. The order cancelled, or still paid when <paramref name="wait"/> is over; or why it cannot be
    /// cancelled.
    /// </summary>
    public async Task<Result<Order>> CancelAsync(DurableTaskClient durable, string userId, string orderId, string idempotencyKey, TimeSpan wait)
    {
        if (await orders.FindAsync(userId, orderId, static order => CancellationRequest.RefusalOf(order) is null) is not { } order)
            return Failure.NotFound($"User '{userId}' has no order '{orderId}'.");
        for (var changes = 0; changes <= StatusChangesMax; changes++, order = await orders.GetAsync(userId, orderId))
        {
            if (await TryCancelAsync(durable, order, idempotencyKey, wait) is { } answer)
                return answer;
        }
        return new Failure(ErrorCode.Busy, "The order is being changed. Repeat the request shortly, with the same Idempotency-Key.");
    }

    /// <summary>The answer; null when the order has changed meanwhile, and is to be judged again.</summary>
    private async Task<Result<Order>?> TryCancelAsync(DurableTaskClient durable, Order order, string idempotencyKey, TimeSpan wait)
    {
        var asked = new CancellationRequest
        {
            Id = OperationId.Cancellation(order.UserId, idempotencyKey),
            UserId = order.UserId,
            OrderId = order.Id,
            CreatedAt = time.GetUtcNow(),
            Refusal = CancellationRequest.RefusalOf(order),
        };
        if (await requests.RecordAsync(asked, order) is not { } request)
            return null;
        if (request.OrderId != order.Id)
            return OrderPlacement.KeyReused;
        if (request.Refusal is { } refusal)
            return refusal;
        var outcome = await RunAsync(durable, order, wait);
        // Of all that can go wrong here only the balance's bound is an answer; the rest is worth another try.
        return outcome.Failure is { Code: ErrorCode.BalanceLimitExceeded } exceeded ? await requests.RefuseAsync(request, exceeded) : outcome;
    }

    private async Task<Result<Order>> RunAsync(DurableTaskClient durable, Order order, TimeSpan wait)
    {
        if (order.Status == OrderStatus.Cancelled)
            return order;
        var boarded = flights.Board(
            OrderOrchestrations.CancellationId(order.Id), order.Fingerprint, [], flight => LeadAsync(durable, flight, order));
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
