using Commerce.Functions.Durable;
using Commerce.Shared.Orders;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

namespace Commerce.Functions.Orders;

/// <summary>
/// Fulfils an order that holds its money: takes its stock and pays it; or undoes what was done and rejects it. The outcome follows from the
/// records that the steps leave, so it is the same however often any of this runs.
/// Running instances replay this code: change it only as <c>docs/adr</c> on orchestrations says.
/// </summary>
public static class PlaceOrderOrchestrator
{
    public const string Name = "PlaceOrder";

    [Function(Name)]
    public static async Task RunAsync([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var work = context.GetInput<OrderWork>() ?? throw new InvalidOperationException("An order has no input.");
        var paid = await context.CallActivityAsync<string?>(nameof(OrderActivities.FulfilOrder), work, Retries.UntilDone);
        if (paid is null)
            await context.CallActivityAsync<bool>(nameof(OrderActivities.RejectOrder), work, Retries.UntilDone);
    }
}
