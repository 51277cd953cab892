using Commerce.Functions.Http;
using Commerce.Shared;
using Microsoft.Azure.Functions.Worker;

namespace Commerce.Functions.Catalog;

/// <summary>The catalog as clients see it.</summary>
public sealed class ProductFunctions(ProductReader products)
{
    private const string ProductsList = "products";

    [Function("ListProducts")]
    public async Task<IResult> List(
        [HttpTrigger(AuthorizationLevel.Function, "get", "head", Route = "products")] HttpRequest request)
    {
        var input = new RequestInput(request);
        var page = input.Page(ProductsList);
        if (input.Failure is { } wrong)
            return Answers.Problem(wrong);

        // One more than wanted tells whether there is a next page.
        var found = await products.ListAsync(page.After, page.Limit + 1, request.HttpContext.RequestAborted);
        var items = found.Take(page.Limit).ToList();
        var next = found.Count > page.Limit ? Cursor.Encode(ProductsList, items[^1].ProductId) : null;
        return Answers.Ok(new ProductList(items, next), CatalogJson.Wire.ProductList);
    }

    [Function("ShowProduct")]
    public async Task<IResult> Show(
        [HttpTrigger(AuthorizationLevel.Function, "get", "head", Route = "products/{productId}")] HttpRequest request, string productId)
    {
        var input = new RequestInput(request);
        input.ProductId(productId);
        if (input.Failure is { } wrong)
            return Answers.Problem(wrong);

        return await products.FindAsync(productId, request.HttpContext.RequestAborted) is { } product
            ? Answers.OkUnlessUnchanged(request, ProductView.Of(product), CatalogJson.Wire.ProductView, product.ETag)
            : Answers.Problem(Unknown(productId));
    }

    internal static Failure Unknown(string productId) =>
        Failure.NotFound($"There is no product '{productId}'.") with { ProductId = productId };
}
