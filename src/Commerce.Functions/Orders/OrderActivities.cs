using Commerce.Shared;
using Commerce.Shared.Delivery;
using Commerce.Shared.Orders;
using Microsoft.Azure.Functions.Worker;

namespace Commerce.Functions.Orders;

/// <summary>
/// The steps of an order. Each may run more than once, and even twice at the same time: what it did is found by the ids of the
/// records it left. Steps that need no compensation between them are one, since each costs a turn of the orchestration.
/// </summary>
public sealed class OrderActivities(OrderFulfilment fulfilment, OrderFlights flights)
{
    private const string ServiceBusConnection = "ServiceBus";

    /// <summary>
    /// Takes all lines out of stock, turns the money that is held into the payment, tells the buyer who waits, and sends the event. The event is
    /// made from the document that the payment's batch returns, and a repeat sends the same event again.
    /// </summary>
    /// <returns>The event; null, and nothing is sent, when the order is to be rejected.</returns>
    [Function(nameof(FulfilOrder))]
    [ServiceBusOutput(OrderEvents.QueueName, Connection = ServiceBusConnection)]
    public async Task<string?> FulfilOrder([ActivityTrigger] OrderWork work)
    {
        if (await fulfilment.FulfilAsync(work) is not { } order)
            return null;
        flights.Decide(order.Id, order);
        return OrderEvents.Paid(order);
    }

    /// <summary>Undoes what <see cref="FulfilOrder"/> did, rejects the order with the reason, and tells the buyer who waits.</summary>
    [Function(nameof(RejectOrder))]
    public async Task<bool> RejectOrder([ActivityTrigger] OrderWork work)
    {
        var order = await fulfilment.RejectAsync(work);
        flights.Decide(order.Id, order);
        return true;
    }

    /// <summary>Gives the payment back; null, or why the balance cannot take it.</summary>
    [Function(nameof(RefundOrder))]
    public async Task<Failure?> RefundOrder([ActivityTrigger] OrderWork work)
    {
        if (await fulfilment.RefundAsync(work) is not { } refusal)
            return null;
        flights.Decide(OrderOrchestrations.CancellationId(work.OrderId), refusal);
        return refusal;
    }

    /// <summary>Puts the stock back, marks the order as cancelled, tells those who wait, and sends the event.</summary>
    [Function(nameof(CompleteCancellation))]
    [ServiceBusOutput(OrderEvents.QueueName, Connection = ServiceBusConnection)]
    public async Task<string> CompleteCancellation([ActivityTrigger] OrderWork work)
    {
        var order = await fulfilment.CancelAsync(work);
        flights.Decide(OrderOrchestrations.CancellationId(order.Id), order);
        return OrderEvents.Cancelled(order);
    }
}
