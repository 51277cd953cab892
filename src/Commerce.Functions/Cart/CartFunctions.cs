using System.Text.Json.Serialization.Metadata;
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
        var input = new RequestInput(request, userId);
        if (input.Problem is { } problem)
            return problem;
        var cart = await carts.FindAsync(userId, request.HttpContext.RequestAborted);
        var (view, etag) = await viewer.ViewAsync(userId, cart, request.HttpContext.RequestAborted);
        return Answers.OkUnlessUnchanged(request, view, CartJson.Wire.CartView, etag);
    }

    [Function("AddCartItem")]
    public async Task<IResult> Add(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "users/{userId}/cart/items")] HttpRequest request, string userId)
    {
        var input = new RequestInput(request, userId);
        var body = await input.JsonAsync(CartJson.Wire.CartItemRequest);
        var productId = input.BodyProductId(body?.ProductId);
        var quantity = input.WholeNumber(body?.Quantity, "quantity", 1, Limits.QuantityMax);
        return input.Problem ?? await PutInAsync(request, userId, productId, new CartChange.Add(productId, quantity));
    }

    [Function("SetCartItem")]
    public async Task<IResult> Set(
        [HttpTrigger(AuthorizationLevel.Function, "put", Route = "users/{userId}/cart/items/{productId}")] HttpRequest request,
        string userId,
        string productId)
    {
        var input = new RequestInput(request, userId, productId: productId);
        var body = await input.JsonAsync(CartJson.Wire.CartQuantityRequest);
        var quantity = input.WholeNumber(body?.Quantity, "quantity", 1, Limits.QuantityMax);
        return input.Problem ?? await PutInAsync(request, userId, productId, new CartChange.Set(productId, quantity));
    }

    [Function("RemoveCartItem")]
    public async Task<IResult> Remove(
        [HttpTrigger(AuthorizationLevel.Function, "delete", Route = "users/{userId}/cart/items/{productId}")] HttpRequest request,
        string userId,
        string productId) =>
        new RequestInput(request, userId, productId: productId).Problem
        ?? await ChangeAsync(request, userId, productId, new CartChange.Remove(productId));

    [Function("ClearCart")]
    public async Task<IResult> Clear(
        [HttpTrigger(AuthorizationLevel.Function, "delete", Route = "users/{userId}/cart")] HttpRequest request, string userId) =>
        new RequestInput(request, userId).Problem ?? await ChangeAsync(request, userId, productId: null, new CartChange.Clear());

    private async Task<IResult> PutInAsync(HttpRequest request, string userId, string productId, CartChange change) =>
        await products.FindAsync(productId, request.HttpContext.RequestAborted) is null
            ? Answers.Problem(ProductFunctions.Unknown(productId) with { Errors = [new("productId", "is not a product of the catalog")] })
            : await ChangeAsync(request, userId, productId, change);

    private async Task<IResult> ChangeAsync(HttpRequest request, string userId, string? productId, CartChange change)
    {
        var outcome = await carts.ChangeAsync(userId, change, CartETag.Precondition(request));
        if (!outcome.Succeeded)
            return Answers.Problem(outcome.Failure);
        var wanted = Preference.Of(request).Return;
        if (wanted == ReturnPreference.Representation)
        {
            var (whole, version) = await viewer.ViewAsync(userId, outcome.Value.Cart, request.HttpContext.RequestAborted);
            return Changed(outcome.Value, whole, CartJson.Wire.CartView, version, Applied("representation"));
        }
        var (view, etag) = await viewer.ViewChangeAsync(outcome.Value.Cart, productId);
        if (wanted == ReturnPreference.Minimal)
            return Answers.NoContent(etag, Applied("minimal"));
        // Of an empty cart there is nothing to tell.
        return change is CartChange.Clear ? Answers.NoContent(etag) : Changed(outcome.Value, view, CartJson.Wire.CartChangeView, etag);
    }

    private static JsonAnswer<T> Changed<T>(
        CartOutcome outcome, T view, JsonTypeInfo<T> type, string etag, params IReadOnlyList<(string Name, string Value)> headers) =>
        new(outcome.IsNewItem ? StatusCodes.Status201Created : StatusCodes.Status200OK, view, type)
        {
            ETag = etag,
            Location = outcome.IsNewItem ? ResourcePath.Of("users", outcome.Cart.UserId, "cart") : null,
            Headers = headers,
        };

    private static (string Name, string Value) Applied(string preference) => (Preference.AppliedHeader, $"return={preference}");
}
