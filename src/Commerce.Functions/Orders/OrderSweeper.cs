using Commerce.Shared.Orders;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Commerce.Functions.Orders;

/// <summary>
/// Looks after what a crash, or a deployment that broke running orchestrations, has left behind: pending orders that nobody works on,
/// and cancellations that died half-way. Starting them again is safe, since every step finds what was done before.
/// </summary>
public sealed partial class OrderSweeper(
    OrderStore orders, OrderOrchestrations orchestrations, IOptions<OrderOptions> options, TimeProvider time, ILogger<OrderSweeper> logger)
{
    [Function("SweepOrders")]
    public async Task SweepAsync([TimerTrigger("8,18,28,38,48,58 * * * * *")] TimerInfo timer, [DurableClient] DurableTaskClient durable, CancellationToken ct)
    {
        var createdBefore = time.GetUtcNow() - TimeSpan.FromSeconds(options.Value.SweepAfterSeconds);
        await foreach (var order in orders.PendingAsync(createdBefore, ct))
        {
            if (await orchestrations.RestartIfDeadAsync(durable, order))
                LogRestarted(order.Id, order.CreatedAt);
        }
        var dead = new OrchestrationQuery(
            Statuses: [OrchestrationRuntimeStatus.Failed, OrchestrationRuntimeStatus.Terminated],
            InstanceIdPrefix: OrderOrchestrations.CancellationId(""),
            FetchInputsAndOutputs: true);
        await foreach (var instance in durable.GetAllInstancesAsync(dead).WithCancellation(ct))
            await FinishCancellationAsync(durable, instance.ReadInputAs<OrderWork>());
    }

    private async Task FinishCancellationAsync(DurableTaskClient durable, OrderWork? work)
    {
        if (work is null || await orders.FindAsync(work.UserId, work.OrderId) is not { Status: OrderStatus.Paid } order)
            return;
        await OrderOrchestrations.StartCancellationAsync(durable, order);
        LogCancellationRestarted(order.Id);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Order {OrderId}, pending since {CreatedAt:O}, had no orchestration; started it again")]
    private partial void LogRestarted(string orderId, DateTimeOffset createdAt);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The cancellation of order {OrderId} had died; started it again")]
    private partial void LogCancellationRestarted(string orderId);
}
