using Commerce.Functions.Durable;
using Commerce.Shared;
using Commerce.Shared.Orders;
using Microsoft.DurableTask.Client;

namespace Commerce.Functions.Orders;

/// <summary>
/// Cancels paid orders. An order can be cancelled once, so the order itself makes that idempotent; what a key was refused is recorded, so
/// that it is refused the same when it is repeated.
/// </summary>
public sealed class OrderCancellation(OrderStore orders, CancellationStore requests, InFlightOrders inFlight, TimeProvider time)
{
    // From pending to paid to cancelled.
    private const int StatusChangesMax = 2;

    // One that was under way, one that another instance began, and one that it begins itself.
    private const int RunsMax = 3;

    private static Failure Changing =>
        new(ErrorCode.Busy, "The order is being changed. Repeat the request shortly, with the same Idempotency-Key.");

    /// <summary>
    /// Cancels an order and waits for it. The order cancelled, or still paid when <paramref name="wait"/> is over; or why it cannot be
    /// cancelled.
    /// </summary>
    public async Task<Result<Order>> CancelAsync(
        DurableTaskClient durable, string userId, string orderId, string idempotencyKey, TimeSpan wait)
    {
        if (await orders.FindAsync(userId, orderId, static order => CancellationRequest.RefusalOf(order) is null) is not { } order)
            return Failure.NotFound($"User '{userId}' has no order '{orderId}'.");
        for (var changes = 0; changes <= StatusChangesMax; changes++, order = await orders.GetAsync(userId, orderId))
        {
            if (await TryCancelAsync(durable, order, idempotencyKey, wait) is { } answer)
                return answer;
        }
        return Changing;
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
            return Failure.KeyReused;
        if (request.Refusal is { } refusal)
            return refusal;
        var outcome = await RunAsync(durable, order, wait);
        // Of all that can go wrong here only the balance's bound is an answer; the rest is worth another try.
        if (outcome.Failure is not { Code: ErrorCode.BalanceLimitExceeded } exceeded)
            return outcome;
        return await requests.RefuseAsync(request, exceeded) is { } stands ? stands : default(Result<Order>?);
    }

    /// <summary>
    /// Runs the cancellation. What a run that was under way before is refused is no answer: it may have asked before there was room.
    /// </summary>
    private async Task<Result<Order>> RunAsync(DurableTaskClient durable, Order order, TimeSpan wait)
    {
        var since = time.GetTimestamp();
        for (var run = 1; run <= RunsMax; run++)
        {
            var (outcome, isOurs) = await JoinOrStartAsync(durable, order, wait - time.GetElapsedTime(since));
            if (outcome.Succeeded || isOurs)
                return outcome;
        }
        return Changing;
    }

    /// <summary>The outcome, and whether it is that of an orchestration which began after it was asked for.</summary>
    private async Task<(Result<Order> Outcome, bool IsOurs)> JoinOrStartAsync(DurableTaskClient durable, Order order, TimeSpan wait)
    {
        if (order.Status == OrderStatus.Cancelled)
            return (order, true);
        var joined = inFlight.JoinOrAdd(OrderOrchestrations.CancellationId(order.Id), order.Fingerprint, [], out var isNew);
        if (!joined.Succeeded)
            return (joined.Failure, true);
        if (isNew)
            _ = inFlight.EndWithAsync(joined.Value, FollowAsync(durable, joined.Value, order));
        var outcome = await inFlight.OutcomeAsync(joined.Value, wait);
        return (outcome, isNew && joined.Value.IsStarted);
    }

    private async Task FollowAsync(DurableTaskClient durable, InFlightOrder running, Order order)
    {
        try
        {
            running.IsStarted = await durable.StartUnlessRunningAsync(CancelOrderOrchestrator.Name, OrderWork.Of(order), running.Id);
        }
        finally
        {
            // Started or not: the order is marked, and the sweeper starts what cannot be started now.
            running.Accept(order);
        }
        await foreach (var poll in inFlight.PollsAsync(running))
        {
            if (await orders.PollAsync(order.UserId, order.Id) is { Status: OrderStatus.Cancelled } cancelled)
                poll.Found(cancelled);
            else if (await OrderOrchestrations.PollRefusalAsync(durable, order.Id) is { } refusal)
                poll.Found(refusal);
        }
    }
}
