using System.Net;
using Commerce.SignIn;

namespace Commerce.Load.Http;

/// <summary>
/// Where the shop is, and how it is called: who signs in, and with which function key; all exchanges share its connections. Each user has a
/// token of their own, as in life, so that each has their own share of the shop.
/// </summary>
internal sealed class ShopEndpoint : IDisposable
{
    private const string KeyHeader = "x-functions-key";
    private const string UsersPath = "/api/users/";
    private const string Operator = "load-driver";
    private readonly Uri _baseUri;
    private readonly string? _key;
    private readonly string? _token;
    private readonly bool _isPublicUnsigned;
    private readonly LocalTokens _tokens;

    /// <param name="baseUrl">Scheme and authority, with a path if the shop lies under one.</param>
    /// <param name="key">Function key of a front door, or null.</param>
    /// <param name="token">An access token with all scopes, for all that needs one; null asks the shop's local issuer.</param>
    /// <param name="isPublicUnsigned">Whether what is public is asked for without a token.</param>
    /// <param name="away">How long nobody may listen there before the shop counts as gone.</param>
    /// <param name="time">The clock for that.</param>
    public ShopEndpoint(string baseUrl, string? key, string? token, bool isPublicUnsigned, TimeSpan away, TimeProvider time)
    {
        if (!Uri.TryCreate(baseUrl.TrimEnd('/') + '/', UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
            throw new Data.InputException($"{baseUrl}: not an http or https URL");
        _baseUri = uri;
        _key = key;
        _token = token;
        // All that is public, by one token, would be more than the share of one.
        _isPublicUnsigned = isPublicUnsigned || token is not null;
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
        _tokens = new LocalTokens(Invoker, uri);
        Presence = new Presence(BaseUrl, away, time);
    }

    public HttpMessageInvoker Invoker { get; }

    /// <summary>Whether the shop is there.</summary>
    public Presence Presence { get; }

    public string BaseUrl => _baseUri.ToString().TrimEnd('/');

    /// <summary>The address of a path such as <c>api/products</c>.</summary>
    public Uri At(string path) => new(_baseUri, path);

    /// <summary>Says who calls.</summary>
    /// <exception cref="HttpRequestException">The issuer does not answer.</exception>
    public async ValueTask SignAsync(HttpRequestMessage message, ShopRequest request, CancellationToken cancellationToken)
    {
        if (_key is not null)
            message.Headers.TryAddWithoutValidation(KeyHeader, _key);
        if (await TokenAsync(request, cancellationToken) is { } token)
            message.Headers.TryAddWithoutValidation("Authorization", "Bearer " + token);
    }

    public void Dispose() => Invoker.Dispose();

    private async ValueTask<string?> TokenAsync(ShopRequest request, CancellationToken cancellationToken)
    {
        var owner = request.ForOperator ? null : UserOf(request.Uri);
        if (owner is null && !request.ForOperator && _isPublicUnsigned)
            return null;
        if (_token is not null)
            return _token;
        var user = owner ?? request.UserId;
        return await (user is null
            ? _tokens.GetAsync(Operator, LocalTokens.EveryScope, cancellationToken)
            : _tokens.GetAsync(user, "", cancellationToken));
    }

    /// <summary>The user whose path it is; null for a path that is nobody's.</summary>
    private static string? UserOf(Uri uri)
    {
        var path = uri.AbsolutePath;
        var begin = path.IndexOf(UsersPath, StringComparison.Ordinal);
        if (begin < 0)
            return null;
        begin += UsersPath.Length;
        var end = path.IndexOf('/', begin);
        return Uri.UnescapeDataString(end < 0 ? path[begin..] : path[begin..end]);
    }
}
