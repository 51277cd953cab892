using Commerce.Functions.Cart;
using Commerce.Functions.Catalog;
using Commerce.Functions.Http;
using Commerce.Functions.Ledger;
using Commerce.Shared;
using Commerce.Shared.Orders;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Options;

namespace Commerce.Functions.Orders;

/// <summary>
/// Buying a cart: an order of what is in it. What it buys leaves the cart in the batch that lets the order in, so that one cart makes one order
/// whatever runs at once; an order that is rejected gives it back.
/// </summary>
public sealed class CheckoutFunction(CartWriter carts, ProductReader products, OrderPlacement placement, IOptions<OrderOptions> options)
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
        var body = await input.OptionalJsonAsync(OrderJson.Wire.CheckoutBody);
        var expected = input.OptionalWholeNumber(body?.ExpectedTotalAmount, "expectedTotalAmount", 0, Limits.MoneyMax);
        if (input.Failure is { } wrong)
            return Answers.Problem(wrong);

        var preference = Preference.Of(request);
        var wish = new OrderRequest(userId, key, [], context.TraceContext.TraceParent) { FromCart = true, ExpectedTotalAmount = expected };
        return OrderAnswers.Placed(await PlaceAsync(durable, request, wish, OrderAnswers.Wait(preference, options.Value)), preference);
    }

    private async Task<Result<Order>> PlaceAsync(DurableTaskClient durable, HttpRequest request, OrderRequest wish, TimeSpan wait)
    {
        while (true)
        {
            var filled = await FillAsync(request, wish);
            var outcome = filled.Succeeded ? await placement.PlaceAsync(durable, filled.Value, wait) : filled.Failure;
            // The cart was changed between the reading and the batch: what is in it now decides.
            if (outcome.Failure != LedgerFailures.Superseded)
                return outcome;
        }
    }

    /// <summary>The request with what is in the cart; or with what the order of this key holds, if there is one already.</summary>
    private async Task<Result<OrderRequest>> FillAsync(HttpRequest request, OrderRequest wish)
    {
        var ct = request.HttpContext.RequestAborted;
        var cart = await carts.FindAsync(wish.UserId, ct);
        var seen = CartETag.IsDemanded(request) ? await products.FindManyAsync([.. (cart?.Items ?? []).Select(static item => item.ProductId)], ct) : null;
        var filled = wish with
        {
            Items = [.. (cart?.Items ?? []).Select(static item => new OrderItem(item.ProductId, item.Quantity))],
            Cart = cart,
            SeenProducts = seen,
        };
        if (Refusal(request, filled) is not { } refusal)
            return filled;
        return await placement.FindAsync(wish.UserId, wish.IdempotencyKey) is { } order
            ? wish with { Items = [.. order.Lines.Select(static line => new OrderItem(line.ProductId, line.Quantity))] }
            : refusal;
    }

    private static Failure? Refusal(HttpRequest request, OrderRequest filled)
    {
        if (!CartETag.IsAsDemanded(request, filled.Cart, filled.SeenProducts))
            return CartWriter.NotThisVersion;
        if (filled.Items.Count == 0)
            return new Failure(ErrorCode.CartEmpty, "There is nothing in the cart.");
        // A cart that a rejected order has come back to may hold too much to be bought.
        return OrderRules.Draft(filled).Failure;
    }
}
