using System.Text.Json.Nodes;
using Commerce.Functions.Auth;
using Commerce.Functions.Tests.Support;
using Microsoft.Extensions.Options;

namespace Commerce.Functions.Tests.Auth;

/// <summary>Every function with every kind of caller: served, or refused before anything is read.</summary>
public sealed class AccessMatrixTests(TestStore store) : IClassFixture<TestStore>, IDisposable
{
    private const string User = "kim";

    private readonly AuthFixture _auth = new();
    private readonly FairShares _shares = new(Options.Create(new RateLimitOptions
    {
        FailedSignInsPerMinute = 10_000,
        ReadsPerMinute = 10_000
    }));

    private static readonly string[] AllScopes = [.. typeof(Scopes).GetFields().Select(field => (string)field.GetRawConstantValue()!)];

    /// <summary>Callers: who they are called here, their token, and the status of what refuses them where they are refused.</summary>
    private IEnumerable<(string Name, string? Token, int Refusal)> Callers() =>
    [
        ("nobody", null, 401),
        ("wrong issuer", _auth.Issuer.Token(User, change: claims => claims["iss"] = "https://other.example"), 401),
        ("wrong audience", _auth.Issuer.Token(User, change: claims => claims["aud"] = "other"), 401),
        ("expired", _auth.Issuer.Token(User, change: claims =>
            claims["exp"] = (AuthFixture.Start - TimeSpan.FromHours(1)).ToUnixTimeSeconds()), 401),
        ("other user", _auth.Issuer.Token("lee"), 403),
        ("user", _auth.Issuer.Token(User), 403),
        .. AllScopes.Select(scope => (scope, (string?)_auth.Issuer.Token("service", scope), 403)),
    ];

    private static bool IsServed(AccessRule rule, string caller) => rule.Need switch
    {
        Need.Public => true,
        Need.User => caller is "user" or Scopes.UsersAct || caller == rule.Scope,
        _ => caller == rule.Scope,
    };

    [Fact]
    public async Task Who_is_refused_has_reached_nothing()
    {
        using var counter = new CountingHandler();
        var app = store.NewProcess(counter);
        var auth = new AuthMiddleware(_auth.Verifier, _shares);
        var cells = 0;
        foreach (var function in HttpFunction.All)
        {
            foreach (var (name, token, refusal) in Callers().Where(caller => !IsServed(AccessTable.Find(function.Name)!, caller.Name)))
            {
                var call = await function.CallAsync(app, auth, token, User);
                Assert.True((refusal, false) == (call.Response.StatusCode, call.IsReached),
                    $"{function.Name} by {name}: {call.Response.StatusCode}");
                AssertTells(call, refusal, hasToken: token is not null, AccessTable.Find(function.Name)!);
                cells++;
            }
        }
        Assert.InRange(cells, 200, 1000);
        Assert.Equal(0, counter.Requests);
    }

    [Fact]
    public async Task Who_is_served_is_answered_by_the_function()
    {
        using var counter = new CountingHandler();
        var app = store.NewProcess(counter);
        var auth = new AuthMiddleware(_auth.Verifier, _shares);
        foreach (var function in HttpFunction.All)
        {
            foreach (var (name, token, _) in Callers().Where(caller => IsServed(AccessTable.Find(function.Name)!, caller.Name)))
            {
                var call = await function.CallAsync(app, auth, token, User);
                Assert.True(call.IsReached && call.Response.StatusCode is not (401 or 403 or 429 or 500),
                    $"{function.Name} by {name}: {call.Response.StatusCode}");
            }
        }
        Assert.NotEqual(0, counter.Requests);
    }

    [Fact]
    public async Task A_function_that_nobody_has_decided_on_is_refused_to_everybody()
    {
        var undecided = HttpFunction.All[0] with { Name = "SomethingNew" };
        foreach (var (_, token, _) in Callers())
            Assert.False((await undecided.CallAsync(store.App, new AuthMiddleware(_auth.Verifier, _shares), token, User)).IsReached);
    }

    [Fact]
    public async Task While_the_issuer_was_never_there_signed_calls_come_back_later_and_the_public_is_served()
    {
        _auth.Issuer.IsUp = false;
        var token = _auth.Issuer.Token(User);
        foreach (var function in HttpFunction.All)
        {
            var call = await function.CallAsync(store.App, new AuthMiddleware(_auth.Verifier, _shares), token, User);
            var isPublic = AccessTable.Find(function.Name)!.Need == Need.Public;
            Assert.Equal(isPublic, call.IsReached);
            if (!isPublic)
                Assert.Equal((503, "5"), (call.Response.StatusCode, call.Response.Headers.RetryAfter.ToString()));
        }
    }

    public void Dispose()
    {
        _shares.Dispose();
        _auth.Dispose();
    }

    private static void AssertTells(HttpFunction.Call call, int status, bool hasToken, AccessRule rule)
    {
        var challenge = call.Response.Headers.WWWAuthenticate.ToString();
        call.Response.Body.Position = 0;
        var problem = JsonNode.Parse(call.Response.Body)!;
        if (status == 401)
        {
            Assert.EndsWith("/unauthenticated", (string?)problem["type"], StringComparison.Ordinal);
            Assert.Equal(hasToken
                ? "Bearer error=\"invalid_token\", error_description=\"The access token is not valid here, or no longer.\"" : "Bearer",
                    challenge);
            return;
        }
        Assert.EndsWith("/forbidden", (string?)problem["type"], StringComparison.Ordinal);
        Assert.Equal($"Bearer error=\"insufficient_scope\", scope=\"{(rule.Need == Need.User ? Scopes.UsersAct : rule.Scope)}\"",
            challenge);
    }

    private sealed class CountingHandler : DelegatingHandler
    {
        private int _requests;

        public int Requests => _requests;

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _requests);
            return base.SendAsync(request, cancellationToken);
        }
    }
}
