using Commerce.Functions.Balance;
using Commerce.Functions.Cart;
using Commerce.Functions.Catalog;
using Commerce.Functions.Orders;
using Commerce.Functions.Tests.Support;
using Microsoft.Azure.Functions.Worker;

namespace Commerce.Functions.Tests.Http;

/// <summary>
/// Every way by which a value gets into the shop. Each asks for something that is refused for another field as well, so that what is tried
/// leaves nothing, and tells which fields were refused.
/// </summary>
internal sealed class Inputs(IServiceProvider app)
{
    private const string Bad = "/";
    private const string Key = "Idempotency-Key";

    // What is refused for its fields asks neither for the one nor for the other.
    private static readonly FunctionContext NoContext = null!;
    private static readonly Microsoft.DurableTask.Client.DurableTaskClient NoDurable = null!;

    public IEnumerable<Input<string>> OfProductIds =>
    [
        new("put product", "productId", id =>
            CallAsync<CatalogOperatorFunctions>((functions, request) => functions.Put(request, id), """{"name":"x","price":-1}""")),
        new("adjust stock", "productId", id =>
            CallAsync<CatalogOperatorFunctions>((functions, request) =>
                functions.Adjust(request, id), """{"delta":0,"reason":"x"}""", "k")),
        new("import", "row 2, productId", id => ImportAsync($"\"{id}\",x,-1,0")),
        new("add to cart", "productId", id =>
            CallAsync<CartFunctions>((functions, request) => functions.Add(request, Bad), $$"""{"productId":"{{id}}","quantity":1}""")),
        new("set in cart", "productId", id =>
            CallAsync<CartFunctions>((functions, request) => functions.Set(request, Bad, id), """{"quantity":1}""")),
        new("remove from cart", "productId", id => CallAsync<CartFunctions>((functions, request) => functions.Remove(request, Bad, id))),
        new("order", "items[0].productId", id => OrderAsync($$"""{"items":[{"productId":"{{id}}","quantity":1}]}""")),
    ];

    public IEnumerable<Input<long>> OfQuantities =>
    [
        new("add to cart", "quantity", number =>
            CallAsync<CartFunctions>((functions, request) => functions.Add(request, Bad), $$"""{"productId":"p","quantity":{{number}}}""")),
        new("set in cart", "quantity", number =>
            CallAsync<CartFunctions>((functions, request) => functions.Set(request, Bad, "p"), $$"""{"quantity":{{number}}}""")),
        new("order", "items[0].quantity", number => OrderAsync($$"""{"items":[{"productId":"p","quantity":{{number}}}]}""")),
    ];

    public IEnumerable<Input<long>> OfPrices =>
    [
        new("put product", "price", number =>
            CallAsync<CatalogOperatorFunctions>((functions, request) =>
                functions.Put(request, Bad), $$"""{"name":"x","price":{{number}}}""")),
        new("import", "row 2, price", number => ImportAsync($"{Bad},x,{number},0")),
    ];

    public IEnumerable<Input<long>> OfStocks => [new("import", "row 2, stock", number => ImportAsync($"{Bad},x,0,{number}"))];

    public IEnumerable<Input<long>> OfExpectedTotals =>
    [
        new("order", "expectedTotalAmount", number =>
            OrderAsync($$"""{"items":[{"productId":"p","quantity":1}],"expectedTotalAmount":{{number}}}""")),
        new("checkout", "expectedTotalAmount", number => CheckoutAsync(Bad, $$"""{"expectedTotalAmount":{{number}}}""")),
    ];

    public IEnumerable<Input<string>> OfKeys =>
    [
        new("charge", Key, key =>
            CallAsync<BalanceFunctions>((functions, request) => functions.Charge(request, Bad), """{"amount":1}""", key)),
        new("order", Key, key => OrderAsync("""{"items":[{"productId":"p","quantity":1}]}""", key)),
        new("checkout", Key, key => CheckoutAsync(Bad, null, key)),
        new("cancel", Key, key => CancelAsync("o-8Jr2nYk0v5TqWc1xZpLs3A", key)),
        new("adjust stock", Key, key =>
            CallAsync<CatalogOperatorFunctions>((functions, request) =>
                functions.Adjust(request, Bad), """{"delta":1,"reason":"x"}""", key)),
    ];

    public IEnumerable<Input<string>> OfUserIds =>
    [
        new("charge", "userId", id =>
            CallAsync<BalanceFunctions>((functions, request) => functions.Charge(request, id), """{"amount":0}""", "k")),
        new("entries", "userId", id => CallAsync<BalanceFunctions>((functions, request) => functions.List(request, id), query: "?limit=0")),
        new("orders", "userId", id =>
            CallAsync<OrderFunctions>((functions, request) => functions.ListOrders(request, id), query: "?limit=0")),
        new("order", "userId", id =>
            CallAsync<OrderFunctions>((functions, request) =>
                functions.PostOrder(request, id, NoDurable, NoContext), """{"items":[]}""", "k")),
        new("show order", "userId", id => CallAsync<OrderFunctions>((functions, request) => functions.ShowOrder(request, id, Bad))),
        new("cancel", "userId", id =>
            CallAsync<OrderFunctions>((functions, request) => functions.PostCancellation(request, id, Bad, NoDurable), null, "k")),
        new("checkout", "userId", id => CheckoutAsync(id, """{"expectedTotalAmount":-1}""")),
        new("add to cart", "userId", id =>
            CallAsync<CartFunctions>((functions, request) => functions.Add(request, id), """{"productId":"p","quantity":0}""")),
        new("set in cart", "userId", id =>
            CallAsync<CartFunctions>((functions, request) => functions.Set(request, id, "p"), """{"quantity":0}""")),
        new("remove from cart", "userId", id => CallAsync<CartFunctions>((functions, request) => functions.Remove(request, id, Bad))),
    ];

    private Task<Reply> OrderAsync(string body, string key = "k") =>
        CallAsync<OrderFunctions>((functions, request) => functions.PostOrder(request, Bad, NoDurable, NoContext), body, key);

    private Task<Reply> CheckoutAsync(string user, string? body, string key = "k") =>
        CallAsync<CheckoutFunctions>((functions, request) => functions.Checkout(request, user, NoDurable, NoContext), body, key);

    private Task<Reply> CancelAsync(string orderId, string key) =>
        CallAsync<OrderFunctions>((functions, request) => functions.PostCancellation(request, Bad, orderId, NoDurable), null, key);

    private Task<Reply> ImportAsync(string row) => app.CallAsync<CatalogOperatorFunctions>(
        (functions, request) => functions.Import(request), $"productId,name,price,stock\n{row}", ("Content-Type", "text/csv"));

    private Task<Reply> CallAsync<T>(
        Func<T, Microsoft.AspNetCore.Http.HttpRequest, Task<Microsoft.AspNetCore.Http.IResult>> function, string? body = null,
            string? key = null, string query = "")
        where T : class =>
        app.CallAsync(function, body, [.. key is null ? Array.Empty<(string, string)>() : [(Key, key)], ("Query", query)]);
}

/// <param name="Name">What is asked for.</param>
/// <param name="Field">What the value is called there.</param>
/// <param name="TryAsync">Asks for it with a value.</param>
internal sealed record Input<T>(string Name, string Field, Func<T, Task<Reply>> TryAsync)
{
    /// <summary>True when a value is refused, and false when only the rest is.</summary>
    public async Task<bool> RefusesAsync(T value)
    {
        var reply = await TryAsync(value);
        Assert.True(reply.Status == 400, $"{Name} with {value}: {reply}");
        return reply.Body!["errors"]!.AsArray().Any(error => (string?)error!["field"] == Field);
    }
}
