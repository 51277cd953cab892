using LocalPlatform.Cosmos.Protocol;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace LocalPlatform.Cosmos;

/// <summary>
/// The gateway behind a loopback port, over plain HTTP: for a client in another process, in any language, in gateway mode.
/// Requests must be signed with the emulator's well-known key.
/// </summary>
public sealed class CosmosListener : IAsyncDisposable
{
    private const int BodyBytesMax = 4 * 1024 * 1024;

    private static readonly Refusal WrongKey = new(
        401,
        "The input authorization token can't serve the request. The wrong key is being used or the expected payload is not "
        + "built as per the protocol.");

    private readonly WebApplication _app;

    private CosmosListener(WebApplication app) => _app = app;

    /// <summary>Address of the gateway, with the port that was free when <c>0</c> was asked for.</summary>
    public Uri Endpoint => new(_app.Urls.First());

    /// <summary>For a client of this listener.</summary>
    public string ConnectionString => $"AccountEndpoint={Endpoint};AccountKey={LocalCosmos.WellKnownKey};";

    /// <summary>Starts to listen on 127.0.0.1.</summary>
    /// <param name="store">What is served; stays the caller's.</param>
    /// <param name="port">TCP port; 0 takes a free one.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    public static async Task<CosmosListener> StartAsync(CosmosStore store, int port, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { Args = [] });
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = BodyBytesMax);
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        var app = builder.Build();
        app.Run(context => HandleAsync(store, context));
        await app.StartAsync(cancellationToken);
        return new CosmosListener(app);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private static async Task HandleAsync(CosmosStore store, HttpContext context)
    {
        var path = RawPath(context);
        var message = new Message(context.Request);
        if (HasControlCharacters(path))
            await WriteAsync(context, null, GatewayResponse.Of(Refusal.BadRequest("The request path holds control characters.")));
        else if (!MasterKeySignature.IsValid(LocalCosmos.WellKnownKey, context.Request.Method, path, message))
            await WriteAsync(context, null, GatewayResponse.Of(WrongKey));
        else
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body, context.RequestAborted);
            var request = new GatewayRequest(context.Request.Method, path, message, body.GetBuffer().AsMemory(0, (int)body.Length));
            await WriteAsync(context, request, await store.Gateway.HandleAsync(request));
        }
    }

    private static async Task WriteAsync(HttpContext context, GatewayRequest? request, GatewayResponse answer)
    {
        var response = context.Response;
        response.StatusCode = answer.Status;
        answer.WriteHeaders(request, response.Headers, static (headers, name, value) => headers.Append(name, value));
        if (answer.Body.IsEmpty)
            return;
        response.ContentType = answer.ContentType;
        response.ContentLength = answer.Body.Length;
        await response.Body.WriteAsync(answer.Body, context.RequestAborted);
    }

    // The service's front end refuses them too.
    private static bool HasControlCharacters(string path) =>
        path.Contains('%', StringComparison.Ordinal) && Uri.UnescapeDataString(path).AsSpan().IndexOfAnyInRange('\0', '\u001F') >= 0;

    // As sent: the server's own path is decoded, and ids may hold encoded slashes.
    private static string RawPath(HttpContext context)
    {
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        if (Uri.TryCreate(target, UriKind.Absolute, out var absolute) && absolute.Scheme.StartsWith("http", StringComparison.Ordinal))
            target = absolute.PathAndQuery;
        return ResourcePath.WithoutQuery(target);
    }

    private sealed class Message(HttpRequest request) : IGatewayMessage
    {
        public string Endpoint => $"{request.Scheme}://{request.Host}/";

        public string? Find(string header) =>
            request.Headers.TryGetValue(header, out var values) && values.Count > 0 ? values.ToString() : null;
    }
}
