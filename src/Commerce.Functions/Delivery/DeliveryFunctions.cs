using Commerce.Shared.Delivery;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace Commerce.Functions.Delivery;

/// <summary>Takes order events off the queue and brings them to the data platform.</summary>
public sealed class DeliveryFunctions(
    EventDispatcher dispatcher, PlatformGate gate, RedeliveryStarter redelivery, EventReconciler reconciler)
{
    private const string ServiceBusConnection = "ServiceBus";

    [Function("DeliverOrderEvent")]
    public async Task DeliverAsync(
        [ServiceBusTrigger(OrderEvents.QueueName, Connection = ServiceBusConnection)] string message,
        [DurableClient] DurableTaskClient durable,
        CancellationToken ct)
    {
        var state = await dispatcher.DispatchAsync(OrderEventMessage.Parse(message), ct);
        if (state == DeliveryState.Waiting)
            await redelivery.EnsureRunningAsync(durable, ct);
        else if (gate.TakeRecovery())
            await redelivery.WakeAsync(durable, ct);
    }

    /// <summary>
    /// Finds events that were lost between the order and the queue, or with the queue. They are old when they can be told from those that
    /// are on their way, so it is enough to check now and then.
    /// </summary>
    [Function("ReconcileEvents")]
    public async Task ReconcileAsync(
        [TimerTrigger("0 2,12,22,32,42,52 * * * *")] TimerInfo timer, [DurableClient] DurableTaskClient durable, CancellationToken ct)
    {
        if (await reconciler.RunAsync(ct) > 0)
            await redelivery.EnsureRunningAsync(durable, ct);
    }
}
