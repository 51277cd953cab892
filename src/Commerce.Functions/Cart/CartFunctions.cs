using Commerce.Functions.Catalog;
using Commerce.Functions.Http;
using Commerce.Shared;
using Commerce.Shared.Cart;
using Microsoft.Azure.Functions.Worker;

namespace Commerce.Functions.Cart;

/// <summary>What a user does with a cart, short of buying it.</summary>
public sealed class CartFunctions(CartWriter carts, CartViewer viewer, ProductReader products)
{
    [Function("GetCart")]
    public async Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Function, "get", "head", Route = "users/{userId}/cart")] HttpRequest request, string userId)
    {
        var input = new RequestInput(request);
        input.UserId(userId);
        if (input.Failure is { } wrong)
            return Answers.Problem(wrong);

        var cart = await carts.FindAsync(userId, request.HttpContext.RequestAborted);
        var (view, etag) = await viewer.ViewAsync(userId, cart, request.HttpContext.RequestAborted);
        return Answers.OkUnlessUnchanged(request, view, CartJson.Wire.CartView, etag);
    }

    [Function("AddCartItem")]
    public async Task<IResult> Add(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "users/{userId}/cart/items")] HttpRequest request, string userId)
    {
        var input = new RequestInput(request);
        input.UserId(userId);
        var body = await input.JsonAsync(CartJson.Wire.CartItemRequest);
        var productId = input.BodyProductId(body?.ProductId);
        var quantity = input.WholeNumber(body?.Quantity, "quantity", 1, Limits.QuantityMax);
        return input.Failure is { } wrong
            ? Answers.Problem(wrong)
            : await PutInAsync(request, userId, productId, new CartChange.Add(productId, quantity));
    }

    [Function("SetCartItem")]
    public async Task<IResult> Set(
        [HttpTrigger(AuthorizationLevel.Function, "put", Route = "users/{userId}/cart/items/{productId}")] HttpRequest request,
        string userId,
        string productId)
    {
        var input = new RequestInput(request);
        input.UserId(userId);
        input.ProductId(productId);
        var body = await input.JsonAsync(CartJson.Wire.CartQuantityRequest);
        var quantity = input.WholeNumber(body?.Quantity, "quantity", 1, Limits.QuantityMax);
        return input.Failure is { } wrong
            ? Answers.Problem(wrong)
            : await PutInAsync(request, userId, productId, new CartChange.Set(productId, quantity));
    }

    [Function("RemoveCartItem")]
    public async Task<IResult> Remove(
        [HttpTrigger(AuthorizationLevel.Function, "delete", Route = "users/{userId}/cart/items/{productId}")] HttpRequest request,
        string userId,
        string productId)
    {
        var input = new RequestInput(request);
        input.UserId(userId);
        input.ProductId(productId);
        return input.Failure is { } wrong
            ? Answers.Problem(wrong)
            : await TakeOutAsync(request, userId, new CartChange.Remove(productId));
    }

    [Function("ClearCart")]
    public async Task<IResult> Clear(
        [HttpTrigger(AuthorizationLevel.Function, "delete", Route = "users/{userId}/cart")] HttpRequest request, string userId)
    {
        var input = new RequestInput(request);
        input.UserId(userId);
        return input.Failure is { } wrong
            ? Answers.Problem(wrong)
            : await TakeOutAsync(request, userId, new CartChange.Clear());
    }

    private async Task<IResult> PutInAsync(HttpRequest request, string userId, string productId, CartChange change)
    {
        if (await products.FindAsync(productId, request.HttpContext.RequestAborted) is null)
            return Answers.Problem(ProductFunctions.Unknown(productId) with { Errors = [new("productId", "is not a product of the catalog")] });
        var outcome = await carts.ChangeAsync(userId, change, CartETag.Precondition(request));
        if (!outcome.Succeeded)
            return Answers.Problem(outcome.Failure);

        var (view, etag) = await viewer.ViewAsync(userId, outcome.Value.Cart, request.HttpContext.RequestAborted);
        return outcome.Value.IsNewItem
            ? Answers.Created(view, CartJson.Wire.CartView, ResourcePath.Of("users", userId, "cart"), etag)
            : Answers.Ok(view, CartJson.Wire.CartView, etag);
    }

    private async Task<IResult> TakeOutAsync(HttpRequest request, string userId, CartChange change)
    {
        var outcome = await carts.ChangeAsync(userId, change, CartETag.Precondition(request));
        return outcome.Succeeded ? Answers.NoContent() : Answers.Problem(outcome.Failure);
    }
}
