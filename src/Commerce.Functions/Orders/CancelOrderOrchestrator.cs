using Commerce.Functions.Durable;
using Commerce.Shared;
using Commerce.Shared.Orders;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

namespace Commerce.Functions.Orders;

/// <summary>
/// Gives the money back, then the stock, and marks the order. The refund comes first because it alone can be refused (a balance has
/// an upper bound), and then nothing has been touched. The output is that refusal, or nothing.
/// </summary>
public static class CancelOrderOrchestrator
{
    public const string Name = "CancelOrder";

    [Function(Name)]
    public static async Task<Failure?> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var work = context.GetInput<OrderWork>() ?? throw new InvalidOperationException("A cancellation has no input.");
        var refusal = await context.CallActivityAsync<Failure?>(nameof(OrderActivities.RefundOrder), work, Retries.UntilDone);
        if (refusal is null)
            await context.CallActivityAsync<string>(nameof(OrderActivities.CompleteCancellation), work, Retries.UntilDone);
        return refusal;
    }
}
