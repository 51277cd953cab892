using Faults;
using LocalPlatform.Cosmos;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Azure.Cosmos;

namespace EndToEnd.Tests.Support;

/// <summary>
/// Cosmos DB as a service of its own: it outlives the app's processes, serves several of them, and answers through
/// <see cref="CosmosFaultHandler"/>, and, once that is frozen, <see cref="LaggingReplica"/>.
/// </summary>
public sealed class CosmosFront : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly CosmosStore _store;
    private readonly CosmosGatewayHandler _gateway;
    private readonly HttpMessageInvoker _invoker;
    private readonly WebApplication _app;

    private CosmosFront(FaultPlan plan)
    {
        var path = Path.Combine(_folder.Path, "cosmos.db");
        _store = CosmosStore.Open(path, TimeProvider.System);
        _gateway = new CosmosGatewayHandler(_store);
        Replica = new LaggingReplica(path, new CosmosStoreOptions()) { LagMax = TimeSpan.FromSeconds(2) };
        var lagging = Replica.Handler();
        lagging.InnerHandler = _gateway;
        Faults = new CosmosFaultHandler(plan) { InnerHandler = lagging };
        _invoker = new HttpMessageInvoker(Faults);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { Args = [] });
        builder.WebHost.UseKestrelCore();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.Run(ServeAsync);
    }

    public CosmosFaultHandler Faults { get; }

    /// <summary>Reads of those who know of nothing newer are up to two seconds behind, while it is frozen.</summary>
    public LaggingReplica Replica { get; }

    /// <summary>The setting <c>Cosmos</c> of an app that is to use it.</summary>
    public (string Name, string Value) Setting =>
        ("Cosmos", $"AccountEndpoint={_app.Urls.First()}/;AccountKey={LocalCosmos.WellKnownKey};");

    public static async Task<CosmosFront> StartAsync(FaultPlan plan)
    {
        var front = new CosmosFront(plan);
        await front._app.StartAsync();
        return front;
    }

    /// <summary>A client that meets no faults.</summary>
    public CosmosClient Client() => RawAudit.Client(_gateway);

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _invoker.Dispose();
        await Replica.DisposeAsync();
        await _store.DisposeAsync();
        _folder.Dispose();
    }

    private async Task ServeAsync(HttpContext context)
    {
        using var request = await ReadAsync(context);
        try
        {
            using var response = await _invoker.SendAsync(request, CancellationToken.None);
            await WriteAsync(context.Response, response);
        }
        catch (HttpRequestException)
        {
            context.Abort();
        }
    }

    private static async Task<HttpRequestMessage> ReadAsync(HttpContext context)
    {
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var request = new HttpRequestMessage(new HttpMethod(context.Request.Method), $"http://{context.Request.Host}{target}");
        if (context.Request.ContentLength > 0 || context.Request.Headers.TransferEncoding.Count > 0)
        {
            var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            request.Content = new ByteArrayContent(body.ToArray());
        }
        foreach (var (name, values) in context.Request.Headers)
        {
            if (!request.Headers.TryAddWithoutValidation(name, values.ToArray()))
                request.Content?.Headers.TryAddWithoutValidation(name, values.ToArray());
        }
        return request;
    }

    private static async Task WriteAsync(HttpResponse to, HttpResponseMessage from)
    {
        to.StatusCode = (int)from.StatusCode;
        foreach (var (name, values) in from.Headers.NonValidated)
            to.Headers.Append(name, values.ToString());
        var body = await from.Content.ReadAsByteArrayAsync();
        if (body.Length == 0)
            return;
        to.ContentType = from.Content.Headers.ContentType?.ToString();
        to.ContentLength = body.Length;
        await to.Body.WriteAsync(body);
    }
}
