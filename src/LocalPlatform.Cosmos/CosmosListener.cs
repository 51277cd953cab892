using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace LocalPlatform.Cosmos;

/// <summary>
/// The gateway behind a loopback port, over plain HTTP: for a client in another process, in any language, in gateway mode.
/// Requests must be signed with the emulator's well-known key.
/// </summary>
public sealed class CosmosListener : IAsyncDisposable
{
    private const int BodyBytesMax = 4 * 1024 * 1024;

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
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = [] });
        builder.Logging.ClearProviders();
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
        var headers = new ContextHeaders(context.Request.Headers);
        if (HasControlCharacters(path))
            await WriteAsync(context, null, GatewayResponse.BadRequest("The request path holds control characters."));
        else if (!MasterKeySignature.IsValid(LocalCosmos.WellKnownKey, context.Request.Method, path, headers))
            await WriteAsync(context, null, GatewayResponse.Error(
                401,
                "The input authorization token can't serve the request. The wrong key is being used or the expected payload is not "
                + "built as per the protocol."));
        else
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body, context.RequestAborted);
            var request = new GatewayRequest(context.Request.Method, path, headers, body.GetBuffer().AsMemory(0, (int)body.Length));
            await WriteAsync(context, request, await store.Gateway.HandleAsync(request, $"{context.Request.Scheme}://{context.Request.Host}/"));
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

    private sealed class ContextHeaders(IHeaderDictionary headers) : IGatewayHeaders
    {
        public string? Find(string name) => headers.TryGetValue(name, out var values) && values.Count > 0 ? values.ToString() : null;
    }
}

/// <summary>The signature of a request: HMAC-SHA256 over verb, resource and date, as clients send it in Authorization.</summary>
internal static class MasterKeySignature
{
    /// <summary>Whether the request was signed with <paramref name="key"/> (base64).</summary>
    public static bool IsValid(string key, string method, string path, IGatewayHeaders headers)
    {
        if (headers.Find(HeaderNames.Authorization) is not { } header
            || Uri.UnescapeDataString(header) is not { } authorization
            || !authorization.StartsWith("type=master&ver=1.0&sig=", StringComparison.Ordinal))
            return false;
        var signature = authorization["type=master&ver=1.0&sig=".Length..];
        var (type, link, id) = Resource(path);
        var date = headers.Find(HeaderNames.Date) ?? headers.Find("Date") ?? "";
        bool IsSigned(string resource)
        {
            var payload = $"{method.ToLowerInvariant()}\n{type}\n{resource}\n{date.ToLowerInvariant()}\n\n";
            var expected = Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(key), Encoding.UTF8.GetBytes(payload)));
            return CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(expected), Encoding.UTF8.GetBytes(signature));
        }
        // A resource addressed by resource id is signed by that id alone, in lower case.
        return IsSigned(link) || IsSigned(id.ToLowerInvariant());
    }

    // A path of an odd number of segments names a feed, whose owner is signed; an even one a resource.
    private static (string Type, string Link, string Id) Resource(string path)
    {
        var segments = path.Trim('/').Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (segments.Length == 0)
            return ("", "", "");
        // An id with a slash in it makes a path longer than any resource's: it is all of it the document's name.
        var isFeed = segments.Length % 2 == 1 && segments.Length < 6;
        var type = isFeed ? segments[^1] : segments.Length > 6 ? segments[4] : segments[^2];
        var link = string.Join('/', (isFeed ? segments[..^1] : segments).Select(Uri.UnescapeDataString));
        return (type, link, link[(link.LastIndexOf('/') + 1)..]);
    }
}
