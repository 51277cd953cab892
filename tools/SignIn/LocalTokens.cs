using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;

namespace Commerce.SignIn;

/// <summary>
/// Access tokens of the issuer that a local run brings along, each fetched once and used until shortly before it expires. Of a shop that
/// has no such issuer there are none.
/// </summary>
/// <param name="http">What the issuer is asked with.</param>
/// <param name="shop">The shop's address.</param>
internal sealed class LocalTokens(HttpMessageInvoker http, Uri shop)
{
    /// <summary>Everything that a token can be good for.</summary>
    public const string EveryScope =
        "users.act orders.read catalog.write stock.write delivery.read delivery.operate ranking.read ranking.operate audit.read";

    // A token that expires on its way would be refused.
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<(string Subject, string Scope), LocalToken?> _tokens = new();

    /// <summary>A token for somebody; null when the shop has no issuer of its own.</summary>
    /// <exception cref="HttpRequestException">The shop does not answer, or refuses.</exception>
    public ValueTask<string?> GetAsync(string subject, string scope, CancellationToken ct)
    {
        if (_tokens.TryGetValue((subject, scope), out var token) && (token is null || token.UsedUntil > DateTimeOffset.UtcNow))
            return new(token?.Text);
        return new(FetchAsync(subject, scope, ct));
    }

    private async Task<string?> FetchAsync(string subject, string scope, CancellationToken ct)
    {
        // Two who come at once may fetch two: either will do.
        var token = await AskAsync(subject, scope, ct);
        _tokens[(subject, scope)] = token;
        return token?.Text;
    }

    private async Task<LocalToken?> AskAsync(string subject, string scope, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(shop, "/local/identity/token"))
        {
            Content = new FormUrlEncodedContent([new("sub", subject), new("scope", scope)]),
        };
        using var response = await http.SendAsync(request, ct);
        if (response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed)
            return null;
        using var answer = JsonDocument.Parse(await response.EnsureSuccessStatusCode().Content.ReadAsStringAsync(ct));
        var lifetime = TimeSpan.FromSeconds(answer.RootElement.GetProperty("expires_in").GetInt32());
        return new(answer.RootElement.GetProperty("access_token").GetString()!, DateTimeOffset.UtcNow + lifetime - Margin);
    }

    private sealed record LocalToken(string Text, DateTimeOffset UsedUntil);
}
