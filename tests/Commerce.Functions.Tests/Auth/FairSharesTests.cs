using System.Net;
using Commerce.Functions.Auth;
using Commerce.Functions.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Commerce.Functions.Tests.Auth;

/// <summary>Nobody takes more than a fair share, and nobody is made to pay for somebody else.</summary>
public sealed class FairSharesTests : IDisposable
{
    // A bucket of three that gets one more after twenty seconds, which is longer than any test takes.
    private readonly FairShares _shares = New(hops: 0);
    private readonly AuthFixture _auth = new();

    private static FairShares New(int hops) => new(Options.Create(new RateLimitOptions
    {
        OrdersPerMinute = 3,
        ReadsPerMinute = 3,
        UnsignedReadsPerMinute = 3,
        FailedSignInsPerMinute = 3,
        ForwardedHops = hops,
    }));

    private static Caller Of(string subject, params string[] scopes) => new(subject, scopes);

    private static DefaultHttpContext From(string address, string? forwarded = null)
    {
        var http = new DefaultHttpContext();
        http.Connection.RemoteIpAddress = IPAddress.Parse(address);
        if (forwarded is not null)
            http.Request.Headers["X-Forwarded-For"] = forwarded;
        return http;
    }

    private static int Taken(Func<UsedUp?> take)
    {
        var taken = 0;
        while (taken < 10 && take() is null)
            taken++;
        return taken;
    }

    [Fact]
    public void A_user_has_a_minutes_worth_and_is_told_when_there_is_more()
    {
        var http = From("127.0.0.1");
        Assert.Equal(3, Taken(() => _shares.Take(Share.Orders, Of("kim"), "kim", http)));

        var usedUp = _shares.Take(Share.Orders, Of("kim"), "kim", http);

        Assert.Equal(("orders", 3), (usedUp!.Policy, usedUp.Quota));
        Assert.InRange(usedUp.RetryAfterSeconds, 1, 20);
    }

    [Fact]
    public void Shares_are_apart()
    {
        var http = From("127.0.0.1");
        Assert.Equal(3, Taken(() => _shares.Take(Share.Orders, Of("kim"), "kim", http)));

        Assert.Equal(3, Taken(() => _shares.Take(Share.Reads, Of("kim"), "kim", http)));
        Assert.Equal(3, Taken(() => _shares.Take(Share.Orders, Of("lee"), "lee", http)));
        Assert.Equal(3, Taken(() => _shares.Take(Share.Reads, null, null, http)));
        Assert.Equal(10, Taken(() => _shares.Take(Share.None, Of("kim"), null, http)));
    }

    [Fact]
    public void Who_acts_for_many_has_a_share_for_each()
    {
        var (kiosk, http) = (Of("kiosk", Scopes.UsersAct), From("127.0.0.1"));
        Assert.Equal(3, Taken(() => _shares.Take(Share.Orders, kiosk, "kim", http)));

        Assert.Equal(3, Taken(() => _shares.Take(Share.Orders, kiosk, "lee", http)));
        Assert.Equal(3, Taken(() => _shares.Take(Share.Orders, Of("kim"), "kim", http)));
    }

    [Fact]
    public void The_unsigned_are_told_apart_by_their_addresses()
    {
        Assert.Equal(3, Taken(() => _shares.Take(Share.Reads, null, null, From("10.0.0.1"))));

        Assert.Equal(3, Taken(() => _shares.Take(Share.Reads, null, null, From("10.0.0.2"))));
        // What a client writes itself is no address.
        Assert.Equal(0, Taken(() => _shares.Take(Share.Reads, null, null, From("10.0.0.1", "10.0.0.3"))));
    }

    [Theory]
    [InlineData(0, "1.2.3.4", null, "1.2.3.4")]
    [InlineData(0, "::ffff:1.2.3.4", null, "1.2.3.4")]
    [InlineData(0, "2001:db8:1:2:aaaa::1", null, "20010db800010002")]
    [InlineData(1, "127.0.0.1", "5.6.7.8:50123", "5.6.7.8")]
    [InlineData(1, "127.0.0.1", "9.9.9.9, 5.6.7.8:50123", "5.6.7.8")]
    [InlineData(1, "127.0.0.1", "[2001:db8:1:2::7]:50123", "20010db800010002")]
    [InlineData(2, "127.0.0.1", "9.9.9.9, 5.6.7.8, 10.0.0.1:443", "5.6.7.8")]
    [InlineData(2, "127.0.0.1", "5.6.7.8", "unknown")]
    // A quote that is never closed hides no comma.
    [InlineData(2, "127.0.0.1", "9.9.9.9, \", 5.6.7.8, 10.0.0.1:443", "5.6.7.8")]
    [InlineData(1, "127.0.0.1", "\"9.9.9.9, 5.6.7.8:50123", "5.6.7.8")]
    [InlineData(1, "127.0.0.1", "5.6.7.8,", "unknown")]
    [InlineData(1, "127.0.0.1", "somewhere", "unknown")]
    [InlineData(1, "127.0.0.1", null, "unknown")]
    public void An_address_is_what_our_own_proxies_say(int hops, string connection, string? forwarded, string expected) =>
        Assert.Equal(expected, ClientAddress.Of(From(connection, forwarded), hops));

    [Fact]
    public async Task Beyond_the_share_a_call_is_answered_429_and_reaches_nothing()
    {
        var token = _auth.Issuer.Token();
        for (var i = 0; i < 3; i++)
            Assert.Equal(200, (await CallAsync("PostOrder", token)).Status);

        var (status, headers, isReached) = await CallAsync("PostOrder", token);

        Assert.Equal((429, false), (status, isReached));
        Assert.Equal("\"orders\";q=3;w=60", headers["RateLimit-Policy"]);
        Assert.Equal($"\"orders\";r=0;t={headers.RetryAfter}", headers["RateLimit"]);
        Assert.Equal(200, (await CallAsync("GetBalance", token)).Status);
    }

    [Fact]
    public async Task Who_tries_tokens_is_held_up_and_who_is_known_is_not()
    {
        var known = _auth.Issuer.Token();
        Assert.Equal(200, (await CallAsync("GetBalance", known)).Status);
        for (var i = 0; i < 3; i++)
            Assert.Equal(401, (await CallAsync("GetBalance", $"x.y.{i}")).Status);

        Assert.Equal(429, (await CallAsync("GetBalance", "x.y.z")).Status);
        Assert.Equal(200, (await CallAsync("GetBalance", known)).Status);
        Assert.Equal(401, (await CallAsync("GetBalance", null)).Status);
    }

    [Fact]
    public async Task A_token_gets_its_sender_a_share_of_what_is_public()
    {
        for (var i = 0; i < 3; i++)
            Assert.Equal(200, (await CallAsync("ListProducts", null)).Status);
        Assert.Equal(429, (await CallAsync("ListProducts", null)).Status);

        Assert.Equal(200, (await CallAsync("ListProducts", _auth.Issuer.Token())).Status);
        Assert.Equal(429, (await CallAsync("ListProducts", "x.y.z")).Status);
        Assert.Equal(200, (await CallAsync("HealthReady", "x.y.z")).Status);
    }

    /// <summary>The host hands on what the query names as if it stood in the route.</summary>
    [Theory]
    [InlineData("ListProducts")]
    [InlineData("GetTopProducts")]
    [InlineData("ShowProduct")]
    public async Task Nobody_gets_more_of_what_has_no_user_by_naming_users(string function)
    {
        var token = _auth.Issuer.Token();
        for (var i = 0; i < 3; i++)
            await CallAsync(function, token, $"u-{i}");
        Assert.Equal(429, (await CallAsync(function, token, "u-4")).Status);
    }

    public void Dispose()
    {
        _shares.Dispose();
        _auth.Dispose();
    }

    private async Task<(int Status, IHeaderDictionary Headers, bool IsReached)> CallAsync(
        string function, string? token, string userId = "kim")
    {
        await using var services = new ServiceCollection().BuildServiceProvider();
        var http = From("127.0.0.1");
        (http.RequestServices, http.Response.Body) = (services, new MemoryStream());
        if (token is not null)
            http.Request.Headers.Authorization = $"Bearer {token}";
        var run = new FakeRun(services, function, new Dictionary<string, object?> { ["userId"] = userId })
        {
            Items = new Dictionary<object, object> { ["HttpRequestContext"] = http },
        };
        var isReached = false;
        await new AuthMiddleware(_auth.Verifier, _shares).Invoke(run, _ =>
        {
            isReached = true;
            return Task.CompletedTask;
        });
        return (http.Response.StatusCode, http.Response.Headers, isReached);
    }
}
