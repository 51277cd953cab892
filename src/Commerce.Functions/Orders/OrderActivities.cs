using Commerce.Functions.Balance;
using Commerce.Functions.Cart;
using Commerce.Functions.Cosmos;
using Commerce.Shared;
using Commerce.Shared.Balance;
using Commerce.Shared.Cart;
using Commerce.Shared.Delivery;
using Commerce.Shared.Orders;
using Microsoft.Azure.Functions.Worker;

namespace Commerce.Functions.Orders;

/// <summary>
/// The steps of an order. Each may run more than once, and even twice at the same time: what it did is found by the ids of the
/// records it left, so the outcome is the same however often, late or at the same time they run. Steps that need no compensation between
/// them are one, since each costs a turn of the orchestration.
/// </summary>
public sealed class OrderActivities(
    StockReserver stock, AccountLedger accounts, OrderStore orders, CartWriter carts, InFlightOrders inFlight, TimeProvider time)
{
    private const string ServiceBusConnection = "ServiceBus";
    private const int AttemptsMax = 10;

    /// <summary>
    /// Takes all lines out of stock, turns the money that is held into the payment, tells the buyer who waits, and sends the event. The
    /// event is made from the document that the payment's batch returns, and a repeat sends the same event again.
    /// </summary>
    /// <returns>The event; null, and nothing is sent, when the order is to be rejected.</returns>
    [Function(nameof(FulfilOrder))]
    [ServiceBusOutput(OrderEvents.QueueName, Connection = ServiceBusConnection)]
    public async Task<string?> FulfilOrder([ActivityTrigger] OrderWork work)
    {
        if (await FulfilAsync(work) is not { } order)
            return null;
        inFlight.Decide(order.Id, order);
        return OrderEvents.Paid(order);
    }

    /// <summary>Undoes what <see cref="FulfilOrder"/> did, rejects the order with the reason, and tells the buyer who waits.</summary>
    [Function(nameof(RejectOrder))]
    public async Task<bool> RejectOrder([ActivityTrigger] OrderWork work)
    {
        var order = await RejectAsync(work);
        inFlight.Decide(order.Id, order);
        return true;
    }

    /// <summary>Gives the payment back; null, or why the balance cannot take it.</summary>
    [Function(nameof(RefundOrder))]
    public async Task<Failure?> RefundOrder([ActivityTrigger] OrderWork work)
    {
        // Before the refund: who asks while it is tried has a run of his own, and a mark that stays until that one has ended.
        var order = await orders.GetAsync(work.UserId, work.OrderId);
        var answer = await accounts.SubmitAsync(work.UserId, new AccountCommand.Refund(work));
        if (answer.Failure is not { } refusal)
            return null;
        if (refusal.Code != ErrorCode.BalanceLimitExceeded)
            throw new UndecidedWriteException(refusal);
        await orders.KeepAsync(order);
        inFlight.Decide(OrderOrchestrations.CancellationId(work.OrderId), refusal);
        return refusal;
    }

    /// <summary>Puts the stock back, marks the order as cancelled, tells those who wait, and sends the event.</summary>
    [Function(nameof(CompleteCancellation))]
    [ServiceBusOutput(OrderEvents.QueueName, Connection = ServiceBusConnection)]
    public async Task<string> CompleteCancellation([ActivityTrigger] OrderWork work)
    {
        await stock.ReleaseAsync(work);
        var order = await orders.CancelAsync(work.UserId, work.OrderId, time.GetUtcNow());
        inFlight.Decide(OrderOrchestrations.CancellationId(order.Id), order);
        return OrderEvents.Cancelled(order);
    }

    /// <summary>
    /// Takes the lines at the order's prices and pays. Where another price is in force, the order gets that one and holds the money for it
    /// before the line is taken: at no time is stock taken that is not covered.
    /// </summary>
    /// <returns>The order, paid; null when a line is refused, or the order was rejected before.</returns>
    private async Task<Order?> FulfilAsync(OrderWork work)
    {
        while (true)
        {
            var reservation = await stock.ReserveAsync(work);
            if (reservation.IsRefused)
                return null;
            var order = reservation.UnitPrices is { } prices
                ? await RepriceAsync(work, prices)
                : await SubmitAsync(new AccountCommand.Pay(work));
            switch (order.Status)
            {
                case OrderStatus.Paid or OrderStatus.Cancelled:
                    return order;
                case OrderStatus.Rejected:
                    return null;
            }
            work = OrderWork.Of(order);
        }
    }

    /// <summary>
    /// Puts the lines back, the items into their cart, releases the money, and rejects the order for the reason that its lines tell.
    /// </summary>
    /// <returns>The order as it is then; a repeat changes nothing.</returns>
    /// <exception cref="UndecidedWriteException">It was changed by others all the time; to be repeated.</exception>
    private async Task<Order> RejectAsync(OrderWork work)
    {
        for (var attempt = 0; attempt < AttemptsMax; attempt++)
        {
            var order = await orders.GetAsync(work.UserId, work.OrderId);
            if (order.Status != OrderStatus.Pending)
                return order;
            var current = OrderWork.Of(order);
            var reason = OrderRules.ReasonToReject(current, await stock.ReleaseAsync(current));
            var answer = await accounts.SubmitAsync(
                order.UserId, new AccountCommand.Reject(current, reason, await CartWithItemsOfAsync(order)));
            if (answer is { Value.Record.Order: { Status: not OrderStatus.Pending } decided })
                return decided;
            if (answer.Failure is { } failure && failure != Failure.Superseded)
                throw new UndecidedWriteException(failure);
        }
        throw new UndecidedWriteException(Failure.Superseded);
    }

    private async Task<Order> RepriceAsync(OrderWork work, IReadOnlyList<long> unitPrices)
    {
        var order = await orders.GetAsync(work.UserId, work.OrderId);
        return order.Status == OrderStatus.Pending && order.Revision == work.Revision
            ? await SubmitAsync(new AccountCommand.Reprice(order, unitPrices))
            : order;
    }

    private async Task<ShoppingCart?> CartWithItemsOfAsync(Order order)
    {
        if (order.CartLines is null)
            return null;
        var cart = await carts.FindAtPrimaryAsync(order.UserId) ?? CartRules.Empty(order.UserId, time.GetUtcNow());
        CartItem[] items = [.. order.CartItems().Select(static item => new CartItem(item.ProductId, item.Quantity))];
        return CartRules.GiveBack(cart, order.Id, items, time.GetUtcNow());
    }

    /// <summary>The order as the command leaves it, or as it is if it was not what the command was made for.</summary>
    private async Task<Order> SubmitAsync(AccountCommand command)
    {
        var answer = await accounts.SubmitAsync(command.UserId, command);
        return answer.Value?.Record.Order ?? throw new UndecidedWriteException(answer.Failure!);
    }
}
