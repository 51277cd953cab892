using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Commerce.Load.Tests.Fakes;

/// <summary>What happens to a request besides, or instead of, its work.</summary>
internal enum Fault
{
    None,

    /// <summary>The connection breaks before anything is done.</summary>
    BreakBefore,

    /// <summary>The connection breaks after the work is done: the buyer cannot know.</summary>
    BreakAfter,

    /// <summary>503 with Retry-After.</summary>
    Busy,

    /// <summary>500.</summary>
    Error,
}

/// <summary>The HTTP contract over a <see cref="FakeBook"/>, with faults.</summary>
internal sealed class FakeShop : IAsyncDisposable
{
    private readonly WebApplication _app;

    private FakeShop(WebApplication app, FakeBook book) => (_app, Book, Platform) = (app, book, new FakeDataPlatform(book));

    public FakeBook Book { get; }

    /// <summary>Where the events of its orders go.</summary>
    public FakeDataPlatform Platform { get; }

    /// <summary>Decides the fault of each request.</summary>
    public Func<HttpRequest, Fault> FaultOf { get; set; } = _ => Fault.None;

    /// <summary>How long each request waits before it is worked on.</summary>
    public Func<HttpRequest, TimeSpan> DelayOf { get; set; } = _ => TimeSpan.Zero;

    public string Url { get; private set; } = "";

    public static Task<FakeShop> StartAsync() => StartAsync(new FakeBook(), 0);

    /// <summary>Starts on <paramref name="port"/> (0: a free one) with what <paramref name="book"/> remembers.</summary>
    public static async Task<FakeShop> StartAsync(FakeBook book, int port)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port));
        var shop = new FakeShop(builder.Build(), book);
        shop.Map();
        await shop._app.StartAsync();
        shop.Url = shop._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return shop;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private void Map()
    {
        _app.UseWhen(http => !http.Request.Path.StartsWithSegments("/local/identity"), shop => shop.Use(InjectAsync));
        _app.MapPost("/local/identity/token", async (HttpRequest request) => new
        {
            access_token = $"of-{(await request.ReadFormAsync())["sub"]}",
            expires_in = 3600,
        });
        _app.MapPost("/api/ops/products/import", async (HttpRequest request) =>
            Book.Import(await new StreamReader(request.Body).ReadToEndAsync()));
        _app.MapPut("/api/ops/products/{id}/shards", async (string id, HttpRequest request) => Book.Spreads(id, await BodyAsync(request)));
        _app.MapGet("/api/products", (int limit, int? cursor) => Book.Products(limit, cursor ?? 0));
        _app.MapGet("/api/products/top", (int limit) => Book.Top(limit));
        _app.MapGet("/api/products/{id}", (string id) => Book.Product(id));
        _app.MapPost("/api/users/{user}/balance/charges", async (string user, HttpRequest request) =>
            Book.Charge(user, Key(request), await BodyAsync(request)));
        _app.MapPost("/api/users/{user}/orders", async (string user, HttpRequest request) =>
            Book.Order(user, Key(request), await BodyAsync(request)));
        _app.MapGet("/api/users/{user}/orders", (string user, int limit, int? cursor) => Book.Orders(user, limit, cursor ?? 0));
        _app.MapGet("/api/users/{user}/orders/{id}", (string user, string id) => Book.OrderById(user, id));
        _app.MapPost("/api/users/{user}/orders/{id}/cancellation", (string user, string id, HttpRequest request) =>
            Book.Cancel(user, id, Key(request)));
        _app.MapGet("/api/ops/audit", () => Book.Audit());
        Platform.Map(_app);
    }

    private async Task InjectAsync(HttpContext context, RequestDelegate next)
    {
        await Task.Delay(DelayOf(context.Request));
        if (!IsSigned(context.Request))
        {
            context.Response.StatusCode = 401;
            return;
        }
        var fault = FaultOf(context.Request);
        if (fault == Fault.BreakBefore)
        {
            context.Abort();
        }
        else if (fault is Fault.Busy or Fault.Error)
        {
            context.Response.StatusCode = fault == Fault.Busy ? 503 : 500;
            context.Response.Headers.RetryAfter = "0";
        }
        else if (fault == Fault.BreakAfter)
        {
            context.Response.Body = Stream.Null;
            await next(context);
            context.Abort();
        }
        else
        {
            await next(context);
        }
    }

    /// <summary>Users call for themselves, and an operator may call for anybody.</summary>
    private static bool IsSigned(HttpRequest request)
    {
        var caller = request.Headers.Authorization.ToString();
        return !request.Path.StartsWithSegments("/api/users", out var rest)
            || caller == "Bearer of-load-driver" || caller == $"Bearer of-{rest.Value!.Split('/')[1]}";
    }

    private static string Key(HttpRequest request) => request.Headers["Idempotency-Key"].ToString();

    private static async Task<JsonObject> BodyAsync(HttpRequest request) => (JsonObject)(await JsonNode.ParseAsync(request.Body))!;
}
