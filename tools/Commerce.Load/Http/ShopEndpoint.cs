using System.Net;

namespace Commerce.Load.Http;

/// <summary>Where the shop is and with which function keys it is called; all exchanges share its connections.</summary>
internal sealed class ShopEndpoint : IDisposable
{
    private const string KeyHeader = "x-functions-key";
    private readonly Uri _baseUri;
    private readonly string? _key;
    private readonly string? _operatorKey;

    /// <param name="baseUrl">Scheme and authority, with a path if the shop lies under one.</param>
    /// <param name="key">Function key of clients, or null.</param>
    /// <param name="operatorKey">Function key of <c>/api/ops</c>; null takes <paramref name="key"/>.</param>
    public ShopEndpoint(string baseUrl, string? key = null, string? operatorKey = null)
    {
        if (!Uri.TryCreate(baseUrl.TrimEnd('/') + '/', UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
            throw new Data.InputException($"{baseUrl}: not an http or https URL");
        _baseUri = uri;
        _key = key;
        _operatorKey = operatorKey ?? key;
        Invoker = new HttpMessageInvoker(new SocketsHttpHandler
        {
            UseCookies = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            UseProxy = !uri.IsLoopback,
            ConnectTimeout = TimeSpan.FromSeconds(5),
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(2),
            // No traceparent: the driver traces nothing, and the header would make the shop start a span for each request.
            ActivityHeadersPropagator = null,
        });
    }

    public HttpMessageInvoker Invoker { get; }

    public string BaseUrl => _baseUri.ToString().TrimEnd('/');

    /// <summary>The address of a path such as <c>api/products</c>.</summary>
    public Uri At(string path) => new(_baseUri, path);

    public void AddKey(HttpRequestMessage message, bool forOperator)
    {
        if ((forOperator ? _operatorKey : _key) is { } key)
            message.Headers.TryAddWithoutValidation(KeyHeader, key);
    }

    public void Dispose() => Invoker.Dispose();
}
