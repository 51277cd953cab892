using Commerce.Functions.Cart;
using Commerce.Functions.Catalog;
using Commerce.Functions.Cosmos;
using Commerce.Functions.Http;
using Commerce.Shared;
using Commerce.Shared.Orders;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Options;

namespace Commerce.Functions.Orders;

/// <summary>
/// Buying a cart: an order of what is in it. What it buys leaves the cart in the batch that lets the order in, so that one cart makes one
/// order whatever runs at once; an order that is rejected gives it back.
/// </summary>
public sealed class CheckoutFunction(
    CartWriter carts, ProductReader products, OrderPlacement placement, IOptions<OrderOptions> options, TimeProvider time)
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
        for (var races = 0; ; races++)
        {
            var filled = await FillAsync(request, wish, atPrimary: races > 0);
            var outcome = filled.Succeeded ? await placement.PlaceAsync(durable, filled.Value, wait) : filled.Failure;
            if (outcome.Failure != Failure.Superseded)
                return outcome;
            // The cart was changed between the reading and the batch: what is in it now decides.
            await LostRaces.BackOffAsync(races, time);
        }
    }

    /// <summary>
    /// The request with what is in the cart; or with what the order of this key holds, if there is one already. Nothing is refused because
    /// of what a replica has: that the primary is asked for.
    /// </summary>
    private async Task<Result<OrderRequest>> FillAsync(HttpRequest request, OrderRequest wish, bool atPrimary)
    {
        var filled = await WithCartAsync(request, wish, atPrimary);
        if (Refusal(request, filled) is not { } refusal)
            return filled;
        if (await placement.FindAsync(wish.UserId, wish.IdempotencyKey) is { } order)
            return wish with { Items = [.. order.Lines.Select(static line => new OrderItem(line.ProductId, line.Quantity))] };
        return atPrimary ? refusal : await FillAsync(request, wish, atPrimary: true);
    }

    private async Task<OrderRequest> WithCartAsync(HttpRequest request, OrderRequest wish, bool atPrimary)
    {
        var ct = request.HttpContext.RequestAborted;
        var cart = atPrimary ? await carts.FindAtPrimaryAsync(wish.UserId) : await carts.PeekAsync(wish.UserId);
        OrderItem[] items = [.. (cart?.Items ?? []).Select(static item => new OrderItem(item.ProductId, item.Quantity))];
        if (!CartETag.IsDemanded(request))
            return wish with { Items = items, Cart = cart };
        string[] productIds = [.. items.Select(static item => item.ProductId)];
        var seen = atPrimary ? await products.FindManyAtPrimaryAsync(productIds, ct) : await products.FindManyAsync(productIds, ct);
        return wish with { Items = items, Cart = cart, SeenProducts = seen };
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
