using System.Net;
using System.Net.Http.Json;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;

namespace LocalPlatform.Tests.Functions;

public sealed class HttpFunctionTests : IAsyncLifetime
{
    private FunctionsHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await FunctionsHost.StartAsync(
        [typeof(Shop), typeof(Plain)], builder => builder.Services.AddScoped<Basket>());

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Theory]
    [InlineData("/api/users/u1/orders/7", "u1:7")]
    [InlineData("/api/users/a%20b/orders/12", "a b:12")]
    public async Task Route_parameters_bind_by_name_and_type(string path, string expected) =>
        Assert.Equal(expected, await _host.Http.GetStringAsync(path));

    [Fact]
    public async Task A_constraint_sends_other_paths_to_the_catch_all()
    {
        var response = await _host.Http.GetAsync("/api/users/u1/orders/seven");
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal("nothing at users/u1/orders/seven", await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("DELETE", "/api/users/u1/orders/7")]
    [InlineData("PATCH", "/api/items")]
    [InlineData("GET", "/api/nowhere")]
    [InlineData("PROPFIND", "/api/nowhere")]
    public async Task Wrong_methods_and_unknown_paths_reach_the_catch_all(string method, string path)
    {
        var response = await _host.Http.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.StartsWith("nothing at ", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_path_outside_the_prefix_is_a_bare_404()
    {
        var response = await _host.Http.GetAsync("/users/u1/orders/7");
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task A_literal_path_wins_over_a_parameter() =>
        Assert.Equal("top", await _host.Http.GetStringAsync("/api/products/top"));

    [Fact]
    public async Task A_body_binds_as_json()
    {
        var response = await _host.Http.PostAsJsonAsync("/api/items", new Item("pen", 3));
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        Assert.Equal(new Item("pen", 4), await response.Content.ReadFromJsonAsync<Item>());
    }

    [Fact]
    public async Task A_function_that_throws_is_a_bare_500()
    {
        var response = await _host.Http.PostAsync("/api/items", new StringContent("{ no json", Encoding.UTF8, "application/json"));
        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync());
    }

    [Theory]
    [InlineData("text", "text/plain; charset=utf-8", "hello")]
    [InlineData("value", "application/json; charset=utf-8", """{"name":"pen","count":1}""")]
    [InlineData("action", "application/json; charset=utf-8", """{"name":"ink","count":2}""")]
    [InlineData("nothing", null, "")]
    public async Task Plain_values_and_action_results_are_written(string kind, string? contentType, string body)
    {
        var response = await _host.Http.GetAsync($"/api/results/{kind}");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(contentType, response.Content.Headers.ContentType?.ToString());
        Assert.Equal(body, await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_run_has_one_scope_which_ends_with_it()
    {
        var first = await _host.Http.GetFromJsonAsync<string[]>("/api/scope");
        var second = await _host.Http.GetFromJsonAsync<string[]>("/api/scope");
        Assert.Equal(first![0], first[1]);
        Assert.NotEqual(first[0], second![0]);
        Assert.Contains(first[0], Basket.Disposed);
    }

    [Fact]
    public async Task The_context_tells_the_function_the_trace_and_the_binding_data()
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/api/context/42?colour=red");
        request.Headers.Add("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        var told = await (await _host.Http.SendAsync(request)).Content.ReadFromJsonAsync<Dictionary<string, string>>();
        Assert.Equal("Context", told!["name"]);
        Assert.Contains("0af7651916cd43dd8448eb211c80319c", told["trace"], StringComparison.Ordinal);
        Assert.Equal("42", told["id"]);
        Assert.Equal("red", told["colour"]);
        Assert.True(Guid.TryParse(told["invocation"], out _));
    }

    [Fact]
    public async Task A_caller_that_hangs_up_cancels_the_run()
    {
        using var hangUp = new CancellationTokenSource();
        var call = _host.Http.GetAsync("/api/wait", hangUp.Token);
        await Shop.Waiting.Task.WaitAsync(TimeSpan.FromSeconds(10));
        await hangUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await Shop.Cancelled.Task.WaitAsync(TimeSpan.FromSeconds(10));
    }

    public sealed record Item(string Name, int Count);

    public sealed class Basket : IDisposable
    {
        public static readonly List<string> Disposed = [];

        public string Id { get; } = Guid.NewGuid().ToString();

        public void Dispose()
        {
            lock (Disposed)
                Disposed.Add(Id);
        }
    }

    public class Shop(Basket basket)
    {
        internal static readonly TaskCompletionSource Waiting = new();
        internal static readonly TaskCompletionSource Cancelled = new();

        [Function("GetOrder")]
        public static IResult GetOrder(
            [HttpTrigger(AuthorizationLevel.Function, "get", Route = "users/{userId}/orders/{orderId:int}")] HttpRequest request,
            string userId, int orderId) => Results.Text($"{userId}:{orderId}");

        [Function("Product")]
        public static string Product(
            [HttpTrigger(AuthorizationLevel.Function, "get", Route = "products/{id}")] HttpRequest request, string id) => $"product {id}";

        [Function("Top")]
        public static string Top([HttpTrigger(AuthorizationLevel.Function, "get", Route = "products/top")] HttpRequest request) => "top";

        [Function("AddItem")]
        public static async Task<IResult> AddItem(
            [HttpTrigger(AuthorizationLevel.Function, "post", Route = "items")] HttpRequest request,
            [Microsoft.Azure.Functions.Worker.Http.FromBody] Item item)
        {
            await Task.Yield();
            return Results.Json(item with { Count = item.Count + 1 }, statusCode: 201);
        }

        [Function("Scope")]
        public string[] Scope(
            [HttpTrigger(AuthorizationLevel.Function, "get", Route = "scope")] HttpRequest request, FunctionContext context) =>
            [basket.Id, context.InstanceServices.GetRequiredService<Basket>().Id];

        [Function("Context")]
        public static Dictionary<string, string> Context(
            [HttpTrigger(AuthorizationLevel.Function, "get", Route = "context/{id}")] HttpRequest request, FunctionContext context) => new()
            {
                ["name"] = context.FunctionDefinition.Name,
                ["trace"] = context.TraceContext.TraceParent,
                ["id"] = (string)context.BindingContext.BindingData["id"]!,
                ["colour"] = (string)context.BindingContext.BindingData["colour"]!,
                ["invocation"] = context.InvocationId,
            };

        [Function("Wait")]
        public static async Task Wait(
            [HttpTrigger(AuthorizationLevel.Function, "get", Route = "wait")] HttpRequest request, CancellationToken ct)
        {
            Waiting.SetResult();
            try
            {
                await Task.Delay(Timeout.Infinite, ct);
            }
            finally
            {
                Cancelled.SetResult();
            }
        }

        [Function("Fallback")]
        public static IResult Fallback(
            [HttpTrigger(AuthorizationLevel.Anonymous, Route = "{*path}")] HttpRequest request, string? path) =>
            Results.Text($"nothing at {path}", statusCode: 404);
    }

    public static class Plain
    {
        [Function("Text")]
        public static string Text([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "results/text")] HttpRequest request) => "hello";

        [Function("Value")]
        public static ValueTask<Item> Value([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "results/value")] HttpRequest request) =>
            new(new Item("pen", 1));

        [Function("Action")]
        public static Task<IActionResult> Action([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "results/action")] HttpRequest request) =>
            Task.FromResult<IActionResult>(new OkObjectResult(new Item("ink", 2)));

        [Function("Nothing")]
        public static Task Nothing([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "results/nothing")] HttpRequest request) =>
            Task.CompletedTask;
    }
}
