using Commerce.Functions.Http;
using Commerce.Shared;
using Commerce.Shared.Orders;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Options;

namespace Commerce.Functions.Orders;

/// <summary>Placing, reading and cancelling orders.</summary>
public sealed class OrderFunctions(
    OrderPlacement placement, OrderCancellation cancellation, OrderStore orders, IOptions<OrderOptions> options)
{
    private const string OrdersList = "orders";

    [Function("PostOrder")]
    public async Task<IResult> PostOrder(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "users/{userId}/orders")] HttpRequest request,
        string userId,
        [DurableClient] DurableTaskClient durable,
        FunctionContext context)
    {
        var input = new RequestInput(request, userId);
        var key = input.IdempotencyKey();
        var body = await input.JsonAsync(OrderJson.Wire.PlaceOrderBody);
        var items = Items(input, body);
        var expected = input.OptionalWholeNumber(body?.ExpectedTotalAmount, "expectedTotalAmount", 0, Limits.MoneyMax);
        if (input.Problem is { } problem)
            return problem;
        var preference = Preference.Of(request);
        var draft = OrderRules.Draft(
            new OrderRequest(userId, key, items, context.TraceContext.TraceParent) { ExpectedTotalAmount = expected });
        return draft.Succeeded
            ? OrderAnswers.Placed(
                await placement.PlaceAsync(durable, draft.Value, OrderAnswers.Wait(preference, options.Value)), preference)
            : Answers.Problem(draft.Failure);
    }

    [Function("ShowOrder")]
    public async Task<IResult> ShowOrder(
        [HttpTrigger(AuthorizationLevel.Function, "get", "head", Route = "users/{userId}/orders/{orderId}")] HttpRequest request,
        string userId,
        string orderId)
    {
        var input = new RequestInput(request, userId, orderId: orderId);
        return input.Problem ?? (await orders.FindAsync(userId, orderId) is { } order
            ? Answers.OkUnlessUnchanged(request, OrderView.Of(order), OrderJson.Wire.OrderView, OrderAnswers.ETag(order))
            : Answers.Problem(Unknown(userId, orderId)));
    }

    [Function("ListOrders")]
    public async Task<IResult> ListOrders(
        [HttpTrigger(AuthorizationLevel.Function, "get", "head", Route = "users/{userId}/orders")] HttpRequest request, string userId)
    {
        var input = new RequestInput(request, userId);
        var page = input.Page(OrdersList);
        var after = input.TimeOf(page);
        if (input.Problem is { } problem)
            return problem;
        var found = await orders.ListAsync(userId, page.ReadMax, after);
        var (items, next) = page.Cut(found, OrderView.Of, static order => Page.Position(OrderStore.PositionOf(order)));
        return Answers.Ok(new OrderPage(items, next), OrderJson.Wire.OrderPage);
    }

    [Function("PostCancellation")]
    public async Task<IResult> PostCancellation(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "users/{userId}/orders/{orderId}/cancellation")] HttpRequest request,
        string userId,
        string orderId,
        [DurableClient] DurableTaskClient durable)
    {
        var input = new RequestInput(request, userId, orderId: orderId);
        var key = input.IdempotencyKey();
        if (input.Problem is { } problem)
            return problem;
        var preference = Preference.Of(request);
        var outcome = await cancellation.CancelAsync(durable, userId, orderId, key, OrderAnswers.Wait(preference, options.Value));
        return OrderAnswers.Cancelled(outcome, preference);
    }

    private static OrderItem[] Items(RequestInput input, PlaceOrderBody? body)
    {
        if (body?.Items is not { } wanted)
        {
            if (body is not null)
                input.Refuse("items", "is required");
            return [];
        }
        // Checked before the single items, so that 10,000 bad ones do not make an answer of 10,000 lines.
        if (OrderRules.RefuseCount(wanted.Count) is { } failure)
        {
            input.Refuse("items", failure);
            return [];
        }
        var items = new OrderItem[wanted.Count];
        for (var i = 0; i < items.Length; i++)
        {
            items[i] = new(
                input.BodyProductId(wanted[i]?.ProductId, $"items[{i}].productId"),
                input.WholeNumber(wanted[i]?.Quantity, $"items[{i}].quantity", 1, Limits.QuantityMax));
        }
        return items;
    }

    internal static Failure Unknown(string userId, string orderId) => Failure.NotFound($"User '{userId}' has no order '{orderId}'.");
}
