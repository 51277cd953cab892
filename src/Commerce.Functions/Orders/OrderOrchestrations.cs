using Commerce.Functions.Durable;
using Commerce.Shared;
using Commerce.Shared.Orders;
using Grpc.Core;
using Microsoft.DurableTask.Client;

namespace Commerce.Functions.Orders;

/// <summary>
/// Starts the orchestrations of orders again. Their instance ids follow from the order. Should one be started twice all the same (the
/// isolated worker does not refuse that), it is harmless: every step finds what was done before.
/// </summary>
public sealed class OrderOrchestrations(OrderStore orders, TimeProvider time)
{
    /// <summary>Instance id of an order's cancellation.</summary>
    public static string CancellationId(string orderId) => "cancel-" + orderId;

    /// <summary>Starts a pending order's orchestration again unless one runs. True when it had to.</summary>
    public Task<bool> RestartIfDeadAsync(DurableTaskClient durable, OpenOrder order, CancellationToken ct = default) => RestartIfDeadAsync(
        durable, order, order.OrderId, OrderStatus.Pending, PlaceOrderOrchestrator.Name, ct);

    /// <summary>Starts the cancellation of a paid order again unless one runs. True when it had to.</summary>
    public Task<bool> RestartCancellationIfDeadAsync(DurableTaskClient durable, OpenOrder order, CancellationToken ct = default) =>
        RestartIfDeadAsync(durable, order, CancellationId(order.OrderId), OrderStatus.Paid, CancelOrderOrchestrator.Name, ct);

    private async Task<bool> RestartIfDeadAsync(
        DurableTaskClient durable, OpenOrder open, string instanceId, OrderStatus status, string orchestrator, CancellationToken ct)
    {
        if (await durable.IsRunningAsync(instanceId, ct))
        {
            // What its hub has lost it does not know either, and calls it running for ever. A second one beside it does no harm.
            if (open.SubstituteNumber(time.GetUtcNow()) is not { } number)
                return false;
            instanceId = $"{instanceId}-{number}";
            if (await durable.GetInstanceAsync(instanceId, ct) is not null)
                return false;
        }
        // It may have completed between the two reads.
        if (await orders.FindAsync(open.UserId, open.OrderId, ct) is not { } order || order.Status != status)
            return false;
        await durable.TryStartAsync(orchestrator, OrderWork.Of(order), instanceId, ct);
        return true;
    }

    /// <summary>
    /// Why an order's cancellation was refused, for who polls; null when it was not, is still under way, or the hub does not answer.
    /// </summary>
    public static async Task<Failure?> PollRefusalAsync(DurableTaskClient durable, string orderId)
    {
        try
        {
            return await durable.GetInstanceAsync(CancellationId(orderId), getInputsAndOutputs: true)
                is { RuntimeStatus: OrchestrationRuntimeStatus.Completed } instance // One that failed or was terminated has another output.
                ? instance.ReadOutputAs<Failure>()
                : null;
        }
        catch (RpcException)
        {
            return null;
        }
    }
}
