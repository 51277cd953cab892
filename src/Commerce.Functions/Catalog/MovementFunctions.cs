using Commerce.Functions.Http;
using Commerce.Shared.Catalog;
using Microsoft.Azure.Functions.Worker;

namespace Commerce.Functions.Catalog;

/// <summary>What changed a product's stock.</summary>
public sealed class MovementFunctions(ProductReader products)
{
    private const string MovementsList = "movements";

    [Function("ListStockMovements")]
    public async Task<IResult> List(
        [HttpTrigger(AuthorizationLevel.Function, "get", "head", Route = "ops/products/{productId}/movements")] HttpRequest request,
        string productId)
    {
        var input = new RequestInput(request, productId: productId);
        var page = input.Page(MovementsList);
        var before = input.SequenceOf(page);
        var shard = input.QueryNumber("shard", 0, StockPartition.ShardsMax);
        if (input.Problem is { } problem)
            return problem;
        var ct = request.HttpContext.RequestAborted;
        var found = await products.MovementsAsync(StockPartition.KeyOf(productId, shard), before, page.ReadMax, ct);
        if (found.Count == 0 && await products.FindAsync(productId, ct) is null)
            return Answers.Problem(ProductFunctions.Unknown(productId));
        var (items, next) = page.Cut(found, MovementView.Of, static movement => Page.Position(movement.Sequence));
        return Answers.Ok(new MovementList(items, next), CatalogJson.Wire.MovementList);
    }
}
