using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using LocalPlatform.Hosting;
using LocalPlatform.Storage;
using LocalPlatform.Tests.Hosting;
using LocalPlatform.Tests.Support;
using Microsoft.AspNetCore.WebUtilities;

namespace LocalPlatform.Tests.Identity;

/// <summary>The local issuer: what it publishes, the tokens it gives, and how one signs in on its page.</summary>
public sealed class IdentityTests(IdentityApp app) : IClassFixture<IdentityApp>
{
    private const string Verifier = "a-secret-of-the-page-that-is-long-enough-to-be-one";

    private static readonly string Challenge = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(Verifier)));

    private string Back => $"{app.Http.BaseAddress}console/?page=1";

    private Dictionary<string, string?> SignInRequest(params (string Name, string? Value)[] changes)
    {
        var request = new Dictionary<string, string?>
        {
            ["response_type"] = "code",
            ["client_id"] = "console",
            ["redirect_uri"] = Back,
            ["scope"] = "a b",
            ["state"] = "s<t>&a\"te",
            ["code_challenge"] = Challenge,
            ["code_challenge_method"] = "S256",
        };
        foreach (var (name, value) in changes)
            request[name] = value;
        return request;
    }

    private async Task<HttpResponseMessage> SignInAsync(string sub, Dictionary<string, string?> request)
    {
        using var http = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = app.Http.BaseAddress };
        using var form = new FormUrlEncodedContent(request.Append(new("sub", sub)).Where(field => field.Value is not null)!);
        return await http.PostAsync(new Uri("/local/identity/authorize", UriKind.Relative), form);
    }

    private Task<(int Status, JsonElement Answer)> ExchangeAsync(string code, params (string Name, string Value)[] changes)
    {
        var form = new Dictionary<string, string>
        {
            ["grant_type"] = "authorization_code",
            ["code"] = code,
            ["client_id"] = "console",
            ["redirect_uri"] = Back,
            ["code_verifier"] = Verifier,
        };
        foreach (var (name, value) in changes)
            form[name] = value;
        return app.TokenAsync([.. form.Select(field => (field.Key, field.Value))]);
    }

    private async Task<string> CodeAsync()
    {
        using var response = await SignInAsync("kim", SignInRequest());
        return QueryHelpers.ParseQuery(response.Headers.Location!.Query)["code"].ToString();
    }

    [Fact]
    public async Task It_is_found_by_what_it_publishes()
    {
        var found = JsonDocument.Parse(await app.Http.GetStringAsync(new Uri("/local/identity/.well-known/openid-configuration",
            UriKind.Relative))).RootElement;

        Assert.Equal(app.Issuer, found.GetProperty("issuer").GetString());
        Assert.Equal($"{app.Issuer}/jwks", found.GetProperty("jwks_uri").GetString());
        Assert.Equal($"{app.Issuer}/token", found.GetProperty("token_endpoint").GetString());
        Assert.Equal($"{app.Issuer}/authorize", found.GetProperty("authorization_endpoint").GetString());
    }

    [Fact]
    public async Task A_token_is_had_for_the_asking()
    {
        var (status, answer) = await app.TokenAsync(("sub", "kim"), ("scope", "a.read b.write"));

        Assert.Equal((200, "Bearer", 3600, "a.read b.write"),
            (status, answer.GetProperty("token_type").GetString(), answer.GetProperty("expires_in").GetInt32(),
                answer.GetProperty("scope").GetString()));
        var claims = await app.ReadAsync(answer.GetProperty("access_token").GetString()!);
        Assert.Equal((app.Issuer, "the-app", "kim", "a.read b.write"),
            (claims.GetProperty("iss").GetString(), claims.GetProperty("aud").GetString(), claims.GetProperty("sub").GetString(),
                claims.GetProperty("scope").GetString()));
        Assert.Equal(3600, claims.GetProperty("exp").GetInt64() - claims.GetProperty("iat").GetInt64());
    }

    [Theory]
    [InlineData("invalid_request", "scope", "a")]
    [InlineData("invalid_request", "sub", "")]
    [InlineData("invalid_request", "sub", "k\nim")]
    [InlineData("invalid_scope", "sub", "kim", "scope", "a  b")]
    [InlineData("invalid_scope", "sub", "kim", "scope", "\"")]
    [InlineData("invalid_request", "sub", "kim", "sub", "lee")]
    [InlineData("unsupported_grant_type", "sub", "kim", "grant_type", "password")]
    [InlineData("invalid_request", "grant_type", "authorization_code")]
    [InlineData("invalid_grant", "grant_type", "authorization_code", "code", "x", "client_id", "console", "redirect_uri", "x",
        "code_verifier", "x")]
    public async Task What_is_wrong_with_a_request_is_said_as_OAuth_says_it(string error, params string[] fields)
    {
        var (status, answer) = await app.TokenAsync([.. fields.Chunk(2).Select(pair => (pair[0], pair[1]))]);

        Assert.Equal((400, error), (status, answer.GetProperty("error").GetString()));
        Assert.NotEmpty(answer.GetProperty("error_description").GetString()!);
    }

    [Fact]
    public async Task Who_signs_in_on_the_page_comes_back_with_a_code_that_is_worth_a_token_once()
    {
        using var response = await SignInAsync("kim", SignInRequest());

        Assert.Equal(HttpStatusCode.SeeOther, response.StatusCode);
        Assert.StartsWith(Back, response.Headers.Location!.ToString(), StringComparison.Ordinal);
        var query = QueryHelpers.ParseQuery(response.Headers.Location.Query);
        Assert.Equal(("s<t>&a\"te", app.Issuer, "1"), (query["state"].ToString(), query["iss"].ToString(), query["page"].ToString()));
        var (status, answer) = await ExchangeAsync(query["code"].ToString());
        Assert.Equal(200, status);
        var claims = await app.ReadAsync(answer.GetProperty("access_token").GetString()!);
        Assert.Equal(("kim", "a b"), (claims.GetProperty("sub").GetString(), claims.GetProperty("scope").GetString()));

        Assert.Equal(400, (await ExchangeAsync(query["code"].ToString())).Status);
    }

    [Theory]
    [InlineData("code_verifier", "another-secret-of-another-page-that-is-long-enough")]
    [InlineData("client_id", "another")]
    [InlineData("redirect_uri", "http://127.0.0.1/")]
    public async Task A_code_is_worth_nothing_to_others(string name, string value)
    {
        var (status, answer) = await ExchangeAsync(await CodeAsync(), (name, value));

        Assert.Equal((400, "invalid_grant"), (status, answer.GetProperty("error").GetString()));
    }

    [Fact]
    public async Task The_page_shows_what_it_was_given_as_text_and_may_do_nothing_but_send_its_form()
    {
        using var page = await app.Http.GetAsync(new Uri(QueryHelpers.AddQueryString("/local/identity/authorize",
            SignInRequest(("scope", "\"><script>"))), UriKind.Relative));
        var html = await page.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        Assert.DoesNotContain("<script", html, StringComparison.Ordinal);
        Assert.Contains("value=\"s&lt;t&gt;&amp;a&quot;te\"", html, StringComparison.Ordinal);
        var policy = Assert.Single(page.Headers.GetValues("Content-Security-Policy"));
        Assert.StartsWith("default-src 'none'; style-src 'unsafe-inline'; form-action 'self' http://127.0.0.1:", policy,
            StringComparison.Ordinal);
        Assert.EndsWith("base-uri 'none'; frame-ancestors 'none'", policy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("redirect_uri", "https://elsewhere.example/")]
    [InlineData("redirect_uri", "http://127.0.0.1:1/")]
    [InlineData("redirect_uri", "javascript:alert(1)")]
    [InlineData("redirect_uri", "/console")]
    [InlineData("response_type", "token")]
    [InlineData("client_id", "")]
    [InlineData("code_challenge", "short")]
    [InlineData("code_challenge_method", "plain")]
    public async Task A_request_to_sign_in_that_is_not_in_order_is_refused_on_the_page_itself(string name, string value)
    {
        var request = SignInRequest((name, value));
        using var page = await app.Http.GetAsync(new Uri(QueryHelpers.AddQueryString("/local/identity/authorize", request),
            UriKind.Relative));
        using var answer = await SignInAsync("kim", request);

        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.BadRequest), (page.StatusCode, answer.StatusCode));
    }

    [Fact]
    public async Task Pages_of_this_host_under_its_other_name_may_read_the_answer()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/local/identity/jwks");
        var page = $"http://localhost:{app.Http.BaseAddress!.Port}";
        request.Headers.Add("Origin", page);
        using var response = await app.Http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(page, Assert.Single(response.Headers.GetValues("Access-Control-Allow-Origin")));
    }

    [Fact]
    public async Task Its_key_outlives_a_restart_and_is_its_owners_alone()
    {
        using var folder = new TestFolder().With("localplatform.json", IdentityApp.File);
        var keys = new List<string>();
        for (var start = 0; start < 2; start++)
        {
            await using var host = await FunctionsHost.StartAsync([typeof(FineFunctions)], null, folder);
            keys.Add(await host.Http.GetStringAsync(new Uri("/local/identity/jwks", UriKind.Relative),
                TestContext.Current.CancellationToken));
        }

        Assert.Equal(keys[0], keys[1]);
        var file = Path.Combine(folder.Path, "data", "identity-key.pem");
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
    }

    [Fact]
    public async Task A_key_that_is_none_and_an_audience_that_is_missing_are_named_at_the_start()
    {
        using var folder = new TestFolder().With("localplatform.json", IdentityApp.File).With("data/identity-key.pem", "no key");
        var broken = await Assert.ThrowsAsync<DataUnusableException>(() => FunctionsHost.StartAsync([typeof(FineFunctions)], null, folder));
        Assert.Contains("identity-key.pem", broken.Message, StringComparison.Ordinal);

        using var other = new TestFolder().With("localplatform.json", """{ "identity": { "audienceSetting": "App:Audience" } }""");
        var missing = await Assert.ThrowsAsync<PlatformStartException>(() =>
            FunctionsHost.StartAsync([typeof(FineFunctions)], null, other));
        Assert.Equal("Setting 'App:Audience' of the local issuer: it is missing.", missing.Message);
    }

    [Fact]
    public async Task A_host_without_one_has_no_such_routes()
    {
        using var folder = new TestFolder();
        await using var host = await FunctionsHost.StartAsync([typeof(FineFunctions)], null, folder);

        Assert.Equal(HttpStatusCode.NotFound,
            (await host.Http.GetAsync(new Uri("/local/identity/jwks", UriKind.Relative), TestContext.Current.CancellationToken))
                .StatusCode);
    }
}
