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
/// Buying a cart: an order of what is in it. What it buys leaves the cart in the batch that accepts the order, so that one cart makes one
/// order whatever runs at once; an order that is rejected gives it back.
/// </summary>
public sealed class CheckoutFunctions(
    CartWriter carts, ProductReader products, ShownStock shown, OrderPlacement placement, IOptions<OrderOptions> options, TimeProvider time)
{
    [Function("CheckoutCart")]
    public async Task<IResult> Checkout(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "users/{userId}/cart/checkout")] HttpRequest request,
        string userId,
        [DurableClient] DurableTaskClient durable,
        FunctionContext context)
    {
        var input = new RequestInput(request, userId);
        var key = input.IdempotencyKey();
        var body = await input.OptionalJsonAsync(OrderJson.Wire.CheckoutBody);
        var expected = input.OptionalWholeNumber(body?.ExpectedTotalAmount, "expectedTotalAmount", 0, Limits.MoneyMax);
        if (input.Problem is { } problem)
            return problem;
        var preference = Preference.Of(request);
        var checkout = new OrderRequest(
            userId, key, [], context.TraceContext.TraceParent)
        { FromCart = true, ExpectedTotalAmount = expected };
        return OrderAnswers.Placed(await PlaceAsync(durable, request, checkout, OrderAnswers.Wait(preference, options.Value)), preference);
    }

    private async Task<Result<Order>> PlaceAsync(DurableTaskClient durable, HttpRequest request, OrderRequest checkout, TimeSpan wait)
    {
        for (var races = 0; ; races++)
        {
            var draft = await DraftAsync(request, checkout, atPrimary: races > 0);
            var outcome = draft.Succeeded ? await placement.PlaceAsync(durable, draft.Value, wait) : draft.Failure;
            if (outcome.Failure != Failure.Superseded)
                return outcome;
            // The cart was changed between the reading and the batch, or a replica's would be refused: what is in it now decides.
            await LostRaces.BackOffAsync(races, time);
        }
    }

    /// <summary>
    /// The draft of what is in the cart; or of what the order of this key holds, if there is one already. Nothing is refused because
    /// of what a replica has: that the primary is asked for.
    /// </summary>
    private async Task<Result<OrderDraft>> DraftAsync(HttpRequest request, OrderRequest checkout, bool atPrimary)
    {
        var draft = Draft(request, await WithCartAsync(request, checkout, atPrimary));
        if (draft.Succeeded)
            return draft;
        if (await placement.FindAsync(checkout.UserId, checkout.IdempotencyKey) is { } order)
            return OrderRules.Draft(checkout with
            {
                Items = [.. order.Lines.Select(static line => new OrderItem(line.ProductId, line.Quantity))],
                IsReadAtPrimary = true,
            });
        return atPrimary ? draft : await DraftAsync(request, checkout, atPrimary: true);
    }

    private async Task<OrderRequest> WithCartAsync(HttpRequest request, OrderRequest checkout, bool atPrimary)
    {
        var ct = request.HttpContext.RequestAborted;
        var cart = atPrimary ? await carts.FindAtPrimaryAsync(checkout.UserId) : await carts.PeekAsync(checkout.UserId);
        OrderItem[] items = [.. (cart?.Items ?? []).Select(static item => new OrderItem(item.ProductId, item.Quantity))];
        if (!CartETag.IsDemanded(request))
            return checkout with { Items = items, Cart = cart, IsReadAtPrimary = atPrimary };
        string[] productIds = [.. items.Select(static item => item.ProductId)];
        var seen = atPrimary ? await products.FindManyAtPrimaryAsync(productIds, ct) : await products.FindManyAsync(productIds, ct);
        return checkout with { Items = items, Cart = cart, IsReadAtPrimary = atPrimary, SeenProducts = await shown.OfAsync(seen) };
    }

    private static Result<OrderDraft> Draft(HttpRequest request, OrderRequest filled)
    {
        if (!CartETag.IsAsDemanded(request, filled.Cart, filled.SeenProducts))
            return CartWriter.NotThisVersion;
        if (filled.Items.Count == 0)
            return new Failure(ErrorCode.CartEmpty, "There is nothing in the cart.");
        // A cart that a rejected order has come back to may hold too much to be bought.
        return OrderRules.Draft(filled);
    }
}
