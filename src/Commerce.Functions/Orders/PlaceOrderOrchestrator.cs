using Commerce.Shared;
using Commerce.Shared.Orders;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

namespace Commerce.Functions.Orders;

/// <summary>
/// Reserves the stock, takes the payment, completes the order; or undoes what was done and rejects it. The outcome follows from the
/// records that the steps leave (sale or refused, payment or declined), so it is the same however often any of this runs.
/// Running instances replay this code: change it only as <c>docs/adr</c> on orchestrations says.
/// </summary>
public static class PlaceOrderOrchestrator
{
    public const string Name = "PlaceOrder";

    [Function(Name)]
    public static async Task RunAsync([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var work = context.GetInput<OrderWork>() ?? throw new InvalidOperationException("An order has no input.");
        var reservation = await context.CallActivityAsync<StockReservation>(nameof(OrderActivities.ReserveStock), work, Retries.UntilDone);
        var refusal = reservation.Refusal;
        if (refusal is null)
        {
            var payment = new OrderPayment(work.OrderId, work.UserId, reservation.Total(work.Items));
            refusal = await context.CallActivityAsync<Failure?>(nameof(OrderActivities.PayOrder), payment, Retries.UntilDone);
        }
        if (refusal is null)
        {
            var completion = new OrderCompletion(work.OrderId, work.UserId, reservation.UnitPrices);
            await context.CallActivityAsync<string>(nameof(OrderActivities.CompleteOrder), completion, Retries.UntilDone);
            return;
        }
        // The refused line itself took nothing.
        var held = work with { Items = [.. work.Items.Where(item => item.ProductId != refusal.ProductId)] };
        if (held.Items.Count > 0)
            await context.CallActivityAsync<bool>(nameof(OrderActivities.ReleaseStock), held, Retries.UntilDone);
        var rejection = new OrderRejection(work.OrderId, work.UserId, refusal);
        await context.CallActivityAsync<bool>(nameof(OrderActivities.RejectOrder), rejection, Retries.UntilDone);
    }
}
