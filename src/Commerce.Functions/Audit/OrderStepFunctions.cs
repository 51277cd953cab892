using Commerce.Functions.Http;
using Commerce.Functions.Orders;
using Microsoft.Azure.Functions.Worker;

namespace Commerce.Functions.Audit;

/// <summary>What an order has written, step by step.</summary>
public sealed class OrderStepFunctions(OrderStore orders, OrderSteps steps)
{
    [Function("ListOrderSteps")]
    public async Task<IResult> Steps(
        [HttpTrigger(AuthorizationLevel.Function, "get", "head", Route = "ops/orders/{userId}/{orderId}/steps")] HttpRequest request,
        string userId,
        string orderId)
    {
        var input = new RequestInput(request, userId, orderId: orderId);
        return input.Problem ?? (await orders.FindAsync(userId, orderId) is { } order
            ? Answers.Ok(
                new OrderStepList(
                    OrderView.Of(order), await steps.ReadAsync(order, request.HttpContext.RequestAborted)), AuditJson.Wire.OrderStepList)
            : Answers.Problem(OrderFunctions.Unknown(userId, orderId)));
    }
}
