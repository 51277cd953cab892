using System.Net.Http.Headers;

namespace Commerce.SignIn;

/// <summary>Signs the calls of a client with a token of the shop's local issuer, unless they carry one already.</summary>
/// <param name="inner">What sends.</param>
/// <param name="subject">Who calls.</param>
/// <param name="scope">What for.</param>
internal sealed class SignInHandler(HttpMessageHandler inner, string subject, string scope = LocalTokens.EveryScope)
    : DelegatingHandler(inner)
{
    private const string ApiPrefix = "/api/";

    private LocalTokens? _tokens;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var address = request.RequestUri!;
        if (address.AbsolutePath.StartsWith(ApiPrefix, StringComparison.Ordinal) && !request.Headers.Contains("Authorization"))
        {
            // The handlers below are this one's to dispose.
            _tokens ??= new LocalTokens(new HttpMessageInvoker(InnerHandler!, disposeHandler: false), new Uri(address, "/"));
            if (await _tokens.GetAsync(subject, scope, cancellationToken) is { } token)
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }
        return await base.SendAsync(request, cancellationToken);
    }
}
