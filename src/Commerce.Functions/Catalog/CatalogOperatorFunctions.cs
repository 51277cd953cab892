using Commerce.Functions.Http;
using Commerce.Shared;
using Commerce.Shared.Catalog;
using Microsoft.Azure.Functions.Worker;

namespace Commerce.Functions.Catalog;

/// <summary>What operators do to the catalog.</summary>
public sealed class CatalogOperatorFunctions(CatalogWriter catalog, CatalogImport import, StockShards stock, ShardSwitch shards)
{
    [Function("PutProduct")]
    public async Task<IResult> Put(
        [HttpTrigger(AuthorizationLevel.Function, "put", Route = "ops/products/{productId}")] HttpRequest request, string productId)
    {
        var input = new RequestInput(request, productId: productId);
        var body = await input.JsonAsync(CatalogJson.Wire.ProductRequest);
        var name = input.Text(body?.Name, "name", Limits.NameLengthMax);
        var price = input.WholeNumber(body?.Price, "price", 0, Limits.PriceMax);
        if (input.Problem is { } problem)
            return problem;
        var row = new CatalogRow(productId, name, price, Stock: 0);
        Func<string?, bool>? precondition =
            EntityTags.HasPreconditions(request) ? etag => EntityTags.PreconditionsHold(request, etag) : null;
        return await catalog.PutAsync(row, precondition, request.HttpContext.RequestAborted) switch
        {
            null => Answers.PreconditionFailed(),
            { Effect: CatalogEffect.Created, Product: var created } => Answers.Created(
                ProductView.Of(created), CatalogJson.Wire.ProductView, ResourcePath.Of("products", productId), created.ETag),
            { Product: var product } => Answers.Ok(ProductView.Of(product), CatalogJson.Wire.ProductView, product.ETag),
        };
    }

    [Function("AdjustStock")]
    public async Task<IResult> Adjust(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "ops/products/{productId}/stock-adjustments")] HttpRequest request,
        string productId)
    {
        var input = new RequestInput(request, productId: productId);
        var key = input.IdempotencyKey();
        var body = await input.JsonAsync(CatalogJson.Wire.AdjustmentRequest);
        var delta = input.WholeNumber(body?.Delta, "delta", -Limits.StockMax, Limits.StockMax);
        var reason = input.Text(body?.Reason, "reason", Limits.ReasonLengthMax);
        if (body?.Delta == 0)
            input.Refuse("delta", "must not be 0");
        if (input.Problem is { } problem)
            return problem;
        var posting = await stock.SubmitAsync(new StockCommand.Adjust(productId, key, delta, reason));
        if (!posting.Succeeded)
            return Answers.Problem(posting.Failure);
        return StockRules.RefusalOf(posting.Value.Record) is { } refusal
            ? Answers.Problem(refusal)
            : Answers.Created(AdjustmentView.Of(posting.Value.Record), CatalogJson.Wire.AdjustmentView);
    }

    [Function("SetShards")]
    public async Task<IResult> SetShards(
        [HttpTrigger(AuthorizationLevel.Function, "put", Route = "ops/products/{productId}/shards")] HttpRequest request, string productId)
    {
        var input = new RequestInput(request, productId: productId);
        var body = await input.JsonAsync(CatalogJson.Wire.ShardsRequest);
        var count = (int)input.WholeNumber(body?.Count, "count", 0, StockPartition.ShardsMax);
        if (input.Problem is { } problem)
            return problem;
        return await shards.SetAsync(productId, count, request.HttpContext.RequestAborted)
            ? Answers.Ok(new ShardsView(productId, count), CatalogJson.Wire.ShardsView)
            : Answers.Problem(ProductFunctions.Unknown(productId));
    }

    [Function("ImportProducts")]
    public async Task<IResult> Import(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "ops/products/import")] HttpRequest request)
    {
        var rows = await CatalogCsv.ReadAsync(request, request.HttpContext.RequestAborted);
        return rows.Succeeded
            ? Answers.Ok(await import.RunAsync(rows.Value, request.HttpContext.RequestAborted), CatalogJson.Wire.ImportView)
            : Answers.Problem(rows.Failure);
    }
}
