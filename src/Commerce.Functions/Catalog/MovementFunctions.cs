using System.Globalization;
using Commerce.Functions.Http;
using Microsoft.Azure.Functions.Worker;

namespace Commerce.Functions.Catalog;

/// <summary>What changed a product's stock.</summary>
public sealed class MovementFunctions(ProductReader products)
{
    private const string MovementsList = "movements";

    [Function("ListStockMovements")]
    public async Task<IResult> List(
        [HttpTrigger(AuthorizationLevel.Function, "get", "head", Route = "ops/products/{productId}/movements")] HttpRequest request, string productId)
    {
        var input = new RequestInput(request);
        input.ProductId(productId);
        var page = input.Page(MovementsList);
        var before = long.MaxValue;
        if (page.After is { } after && !long.TryParse(after, NumberStyles.None, CultureInfo.InvariantCulture, out before))
            input.Refuse("cursor", "must be the nextCursor of the page before");
        if (input.Failure is { } wrong)
            return Answers.Problem(wrong);

        var ct = request.HttpContext.RequestAborted;
        var found = await products.MovementsAsync(productId, before, page.Limit + 1, ct);
        if (found.Count == 0 && await products.FindAsync(productId, ct) is null)
            return Answers.Problem(ProductFunctions.Unknown(productId));
        var items = found.Take(page.Limit).Select(MovementView.Of).ToList();
        var next = found.Count > page.Limit
            ? Cursor.Encode(MovementsList, found[page.Limit - 1].Sequence.ToString(CultureInfo.InvariantCulture))
            : null;
        return Answers.Ok(new MovementList(items, next), CatalogJson.Wire.MovementList);
    }
}
