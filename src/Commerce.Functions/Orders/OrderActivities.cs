using Commerce.Functions.Cart;
using Commerce.Functions.Ledger;
using Commerce.Shared;
using Commerce.Shared.Balance;
using Commerce.Shared.Delivery;
using Commerce.Shared.Orders;
using Microsoft.Azure.Functions.Worker;

namespace Commerce.Functions.Orders;

/// <summary>
/// The steps of an order. Each may run more than once, and even twice at the same time: what it did is found by the ids of the
/// records it left.
/// </summary>
public sealed class OrderActivities(
    StockReserver stock, LedgerWriter<Account, AccountCommand, LedgerEntry> accounts, OrderStore orders, CartWriter carts, OrderFlights flights, TimeProvider time)
{
    private const string ServiceBusConnection = "ServiceBus";

    /// <summary>Takes all lines out of stock, or tells why not.</summary>
    [Function(nameof(ReserveStock))]
    public Task<StockReservation> ReserveStock([ActivityTrigger] OrderWork work) => stock.ReserveAsync(work);

    /// <summary>Puts back what <see cref="ReserveStock"/> took, and closes what it did not take.</summary>
    [Function(nameof(ReleaseStock))]
    public async Task<bool> ReleaseStock([ActivityTrigger] OrderWork work)
    {
        await stock.ReleaseAsync(work);
        return true;
    }

    /// <summary>Takes the payment from the balance; null, or why the balance does not do.</summary>
    [Function(nameof(PayOrder))]
    public async Task<Failure?> PayOrder([ActivityTrigger] OrderPayment payment)
    {
        var answer = await accounts.SubmitAsync(payment.UserId, new AccountCommand.Pay(payment.UserId, payment.OrderId, payment.Amount));
        if (!answer.Succeeded)
            throw new LedgerUnavailableException(answer.Failure);
        var entry = answer.Value.Record;
        return entry.Kind == EntryKind.Declined ? Failure.InsufficientBalance(payment.Amount, entry.BalanceAfter) : null;
    }

    /// <summary>Gives the payment back; null, or why the balance cannot take it.</summary>
    [Function(nameof(RefundOrder))]
    public async Task<Failure?> RefundOrder([ActivityTrigger] OrderPayment payment)
    {
        var answer = await accounts.SubmitAsync(payment.UserId, new AccountCommand.Refund(payment.UserId, payment.OrderId, payment.Amount));
        if (answer.Failure is not { } failure)
            return null;
        if (failure.Code != ErrorCode.BalanceLimitExceeded)
            throw new LedgerUnavailableException(failure);
        flights.Decide(OrderOrchestrations.CancellationId(payment.OrderId), failure);
        return failure;
    }

    /// <summary>
    /// Marks the order as paid, empties the cart it came from, tells the buyer who waits, and sends the event. One step rather than two: the event is made from the
    /// document that the write returns, and a repeat sends the same event again.
    /// </summary>
    [Function(nameof(CompleteOrder))]
    [ServiceBusOutput(OrderEvents.QueueName, Connection = ServiceBusConnection)]
    public async Task<string> CompleteOrder([ActivityTrigger] OrderCompletion completion)
    {
        var order = await orders.PayAsync(completion, time.GetUtcNow());
        if (order.FromCart)
            await carts.SettleAsync(order);
        flights.Decide(order.Id, order);
        return OrderEvents.Paid(order);
    }

    /// <summary>Marks the order as rejected, with the reason, and tells the buyer who waits.</summary>
    [Function(nameof(RejectOrder))]
    public async Task<bool> RejectOrder([ActivityTrigger] OrderRejection rejection)
    {
        var order = await orders.RejectAsync(rejection);
        flights.Decide(order.Id, order);
        return true;
    }

    /// <summary>Marks the order as cancelled, tells those who wait, and sends the event.</summary>
    [Function(nameof(CompleteCancellation))]
    [ServiceBusOutput(OrderEvents.QueueName, Connection = ServiceBusConnection)]
    public async Task<string> CompleteCancellation([ActivityTrigger] OrderKey key)
    {
        var order = await orders.CancelAsync(key, time.GetUtcNow());
        flights.Decide(OrderOrchestrations.CancellationId(order.Id), order);
        return OrderEvents.Cancelled(order);
    }
}
