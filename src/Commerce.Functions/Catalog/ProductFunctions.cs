using Commerce.Functions.Http;
using Commerce.Shared;
using Microsoft.Azure.Functions.Worker;

namespace Commerce.Functions.Catalog;

/// <summary>The catalog as clients see it.</summary>
public sealed class ProductFunctions(ProductReader products, ShownStock shown)
{
    private const string ProductsList = "products";

    [Function("ListProducts")]
    public async Task<IResult> List(
        [HttpTrigger(AuthorizationLevel.Function, "get", "head", Route = "products")] HttpRequest request)
    {
        var input = new RequestInput(request);
        var page = input.Page(ProductsList);
        if (input.Problem is { } problem)
            return problem;
        var ct = request.HttpContext.RequestAborted;
        var found = await products.ListAsync(page.After, page.ReadMax, ct);
        var (rows, next) = page.Cut(found, static product => product, static product => product.ProductId);
        var items = await Task.WhenAll(rows.Select(async row =>
            row.ShardsMade > 0 && await shown.FindAsync(row.ProductId, ct) is { } product ? ProductView.Of(product) : row.View));
        return Answers.Ok(new ProductList(items, next), CatalogJson.Wire.ProductList);
    }

    [Function("ShowProduct")]
    public async Task<IResult> Show(
        [HttpTrigger(AuthorizationLevel.Function, "get", "head", Route = "products/{productId}")] HttpRequest request, string productId)
    {
        var input = new RequestInput(request, productId: productId);
        return input.Problem ?? (await shown.FindAsync(productId, request.HttpContext.RequestAborted) is { } product
            ? Answers.OkUnlessUnchanged(request, ProductView.Of(product), CatalogJson.Wire.ProductView, product.ETag)
            : Answers.Problem(Unknown(productId)));
    }

    internal static Failure Unknown(string productId) =>
        Failure.NotFound($"There is no product '{productId}'.") with { ProductId = productId };
}
