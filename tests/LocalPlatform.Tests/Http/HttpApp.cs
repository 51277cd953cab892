using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using FromBodyAttribute = Microsoft.Azure.Functions.Worker.Http.FromBodyAttribute;

namespace LocalPlatform.Tests.Http;

public sealed record Item(string Name, int Count);

public sealed class Basket : IDisposable
{
    public static readonly ConcurrentQueue<string> Disposed = [];

    public string Id { get; } = Guid.NewGuid().ToString();

    public void Dispose() => Disposed.Enqueue(Id);
}

public class ShopFunctions(Basket basket)
{
    internal static readonly TaskCompletionSource Waiting = new();
    internal static readonly TaskCompletionSource Cancelled = new();

    [Function("GetOrder")]
    public static IResult GetOrder(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "users/{userId}/orders/{orderId:int}")] HttpRequest request,
        string userId, int orderId) => Results.Text($"{userId}:{orderId}");

    [Function("anyShelf")]
    public static IResult AnyShelf(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "shelves/{id}")] HttpRequest request, string id) =>
            Results.Text($"{id} of any");

    // Takes what is left of this very path: by its name it comes second, although an ordinal comparison would put it first.
    [Function("TopShelf")]
    public static IResult TopShelf([HttpTrigger(AuthorizationLevel.Function, "get", "put", Route = "shelves/top")] HttpRequest request) =>
        Results.Text("the top one");

    [Function("AddItem")]
    public static async Task<IResult> AddItem(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "items")] HttpRequest request, [FromBody] Item item)
    {
        await Task.Yield();
        return Results.Json(item with { Count = item.Count + 1 }, statusCode: 201);
    }

    [Function("Swallow")]
    public static async Task<IResult> Swallow([HttpTrigger(AuthorizationLevel.Function, "post", Route = "swallow")] HttpRequest request)
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body);
        return Results.Text($"{body.Length}");
    }

    [Function("Scope")]
    public IResult Scope(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "scope")] HttpRequest request, FunctionContext context) =>
        Results.Json((string[])[basket.Id, context.InstanceServices.GetRequiredService<Basket>().Id]);

    [Function("Context")]
    public static IResult Context(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "context/{id}")] HttpRequest request, FunctionContext context) =>
        Results.Json(new Dictionary<string, string>
        {
            ["name"] = context.FunctionDefinition.Name,
            ["trace"] = context.TraceContext.TraceParent,
            ["id"] = (string)context.BindingContext.BindingData["id"]!,
            ["colour"] = (string)context.BindingContext.BindingData["colour"]!,
            ["invocation"] = context.InvocationId,
        });

    [Function("Wait")]
    public static async Task<IResult> Wait(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "wait")] HttpRequest request, CancellationToken ct)
    {
        Waiting.SetResult();
        try
        {
            await Task.Delay(Timeout.Infinite, ct);
            return Results.Empty;
        }
        finally
        {
            Cancelled.SetResult();
        }
    }

    [Function("WhateverElse")]
    public static IResult WhateverElse(
        [HttpTrigger(AuthorizationLevel.Anonymous, Route = "{*path}")] HttpRequest request, string? path) =>
        Results.Text($"nothing at {path}", statusCode: 404);
}

public static class AnswerFunctions
{
    [Function("Text")]
    public static IResult Text([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "results/text")] HttpRequest request) =>
        Results.Text("hello");

    [Function("Json")]
    public static Task<IResult> Json([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "results/json")] HttpRequest request) =>
        Task.FromResult(Results.Json(new Item("pen", 1)));

    [Function("Action")]
    public static Task<IActionResult> Action([HttpTrigger(AuthorizationLevel.Anonymous, "get",
        Route = "results/action")] HttpRequest request) =>
        Task.FromResult<IActionResult>(new OkObjectResult(new Item("ink", 2)));

    [Function("Explode")]
    public static IResult Explode([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "explode")] HttpRequest request) =>
        throw new InvalidOperationException(request.Path);

    [Function("ExplodeLate")]
    public static async Task<IResult> ExplodeLate(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "explode/late")] HttpRequest request)
    {
        await request.HttpContext.Response.WriteAsync("so far so good");
        await request.HttpContext.Response.Body.FlushAsync();
        throw new InvalidOperationException(request.Path);
    }
}
