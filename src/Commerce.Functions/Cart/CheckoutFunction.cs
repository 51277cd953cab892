using Commerce.Functions.Http;
using Commerce.Functions.Orders;
using Commerce.Shared;
using Commerce.Shared.Orders;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Options;

namespace Commerce.Functions.Cart;

/// <summary>
/// Buying a cart: an order of what is in it. The bought quantities leave the cart in the step that completes the order, so a rejected
/// order leaves it as it is, and what is added in the meantime stays.
/// </summary>
public sealed class CheckoutFunction(CartWriter carts, OrderPlacement placement, IOptions<OrderOptions> options)
{
    [Function("CheckoutCart")]
    public async Task<IResult> Checkout(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "users/{userId}/cart/checkout")] HttpRequest request,
        string userId,
        [DurableClient] DurableTaskClient durable,
        FunctionContext context)
    {
        var input = new RequestInput(request);
        input.UserId(userId);
        var key = input.IdempotencyKey();
        if (input.Failure is { } wrong)
            return Answers.Problem(wrong);

        var items = await ItemsAsync(request, userId, key);
        if (!items.Succeeded)
            return Answers.Problem(items.Failure);
        var preference = Preference.Of(request);
        var wish = new OrderRequest(userId, key, items.Value, context.TraceContext.TraceParent) { FromCart = true };
        return OrderAnswers.Placed(await placement.PlaceAsync(durable, wish, OrderAnswers.Wait(preference, options.Value)), preference);
    }

    /// <summary>What the order of this key holds, if there is one already; otherwise what is in the cart.</summary>
    private async Task<Result<List<OrderItem>>> ItemsAsync(HttpRequest request, string userId, string key)
    {
        if (await placement.FindAsync(userId, key) is { } order)
            return order.Lines.Select(static line => new OrderItem(line.ProductId, line.Quantity)).ToList();
        var cart = await carts.FindAsync(userId, request.HttpContext.RequestAborted);
        if (CartETag.Precondition(request) is { } holds && !holds(cart?.ETag))
            return CartWriter.NotThisVersion;
        return cart is { Items.Count: > 0 }
            ? cart.Items.Select(static item => new OrderItem(item.ProductId, item.Quantity)).ToList()
            : new Failure(ErrorCode.CartEmpty, "There is nothing in the cart.");
    }
}
