using System.Text.Json.Nodes;
using Commerce.Functions.Auth;
using CsCheck;

namespace Commerce.Functions.Tests.Auth;

/// <summary>What a token must be to be believed.</summary>
public sealed class TokenVerifierTests : IDisposable
{
    private readonly AuthFixture _auth = new();

    private static long Seconds(TimeSpan fromStart) => (AuthFixture.Start + fromStart).ToUnixTimeSeconds();

    private static readonly Dictionary<string, Func<TestIssuer, string>> Wrong = new()
    {
        ["no signature, alg none"] = issuer => issuer.Unsigned("none"),
        ["no signature, alg None"] = issuer => issuer.Unsigned("None"),
        ["no signature, another alg"] = issuer => issuer.Unsigned("ES256"),
        ["a secret that is the public key"] = issuer => issuer.SignedWithPublicKey(asText: false),
        ["a secret that is the public key's text"] = issuer => issuer.SignedWithPublicKey(asText: true),
        ["another issuer"] = issuer => issuer.Token(change: claims => claims["iss"] = "https://other.example"),
        ["the issuer with a slash"] = issuer => issuer.Token(change: claims => claims["iss"] = TestIssuer.Address + "/"),
        ["no issuer"] = issuer => issuer.Token(change: claims => claims.Remove("iss")),
        ["another audience"] = issuer => issuer.Token(change: claims => claims["aud"] = "other"),
        ["other audiences"] = issuer => issuer.Token(change: claims => claims["aud"] = new JsonArray("other", "COMMERCE")),
        ["no audience"] = issuer => issuer.Token(change: claims => claims.Remove("aud")),
        ["expired"] = issuer => issuer.Token(change: claims => claims["exp"] = Seconds(-TokenVerifier.ClockSkew)),
        ["never expiring"] = issuer => issuer.Token(change: claims => claims.Remove("exp")),
        ["expiring in words"] = issuer => issuer.Token(change: claims => claims["exp"] = "later"),
        ["not yet valid"] = issuer => issuer.Token(change: claims => claims["nbf"] = Seconds(TokenVerifier.ClockSkew) + 1),
        ["nobody"] = issuer => issuer.Token(sub: null),
        ["an empty name"] = issuer => issuer.Token(sub: ""),
        ["a name that is no user id"] = issuer => issuer.Token(sub: "kim/../lee"),
        ["a name that is too long"] = issuer => issuer.Token(sub: new string('x', 65)),
        ["a number for a name"] = issuer => issuer.Token(change: claims => claims["sub"] = 17850),
        ["names"] = issuer => issuer.Token(change: claims => claims["sub"] = new JsonArray("kim")),
        ["two names"] = issuer =>
            issuer.Sign(issuer.Claims("kim", null, null).ToJsonString()
                .Replace("\"sub\":\"kim\"", "\"sub\":\"lee\",\"sub\":\"kim\"", StringComparison.Ordinal)),
        ["two scopes"] = issuer =>
            issuer.Sign(issuer.Claims("kim", "a", null).ToJsonString()
                .Replace("\"scope\":\"a\"", "\"scope\":\"a\",\"scope\":\"b\"", StringComparison.Ordinal)),
        ["a key of nobody"] = issuer => issuer.Sign(issuer.Claims("kim", null, null).ToJsonString(), keyId: "key-of-nobody"),
        ["an extension that must be understood"] = issuer =>
            issuer.Sign(issuer.Claims("kim", null, null).ToJsonString(), header: ",\"crit\":[\"b64\"],\"b64\":false"),
        ["no payload"] = issuer => issuer.Sign(""),
        ["a payload that is none"] = issuer => issuer.Sign("[]"),
        ["another payload"] = issuer => Swap(issuer.Token(), issuer.Token(sub: "lee")),
        ["five parts"] = issuer => issuer.Token() + ".x.y",
        ["no token"] = _ => "x",
        ["dots"] = _ => "..",
    };

    public static TheoryData<string> WrongTokens => [.. Wrong.Keys];

    [Theory]
    [MemberData(nameof(WrongTokens))]
    public async Task A_token_that_is_not_as_it_must_be_is_refused(string how) =>
        Assert.True(await _auth.IsRefusedAsync(Wrong[how](_auth.Issuer)), how);

    [Fact]
    public async Task A_good_token_says_who_calls_and_what_for()
    {
        var caller = await _auth.VerifyAsync(_auth.Issuer.Token("kim", "stock.write audit.read"));

        Assert.True(caller!.Is("kim"));
        Assert.False(caller.Is("KIM"));
        Assert.Equal(["stock.write", "audit.read"], caller.Scopes);
    }

    [Theory]
    [InlineData("scp", "\"stock.write\"")]
    [InlineData("scp", "[\"stock.write\"]")]
    [InlineData("roles", "[\"stock.write\", 7]")]
    [InlineData("scope", "[\"stock.write\"]")]
    public async Task Scopes_are_where_issuers_put_them(string claim, string value)
    {
        var caller = await _auth.VerifyAsync(_auth.Issuer.Token(change: claims => claims[claim] = JsonNode.Parse(value)));

        Assert.Equal(["stock.write"], caller!.Scopes);
    }

    [Fact]
    public async Task One_audience_of_several_is_enough() =>
        Assert.NotNull(await _auth.VerifyAsync(_auth.Issuer.Token(change: claims =>
            claims["aud"] = new JsonArray("other", TestIssuer.Audience))));

    [Fact]
    public async Task The_user_may_be_named_by_another_claim()
    {
        using var house = new AuthFixture("oid");

        Assert.Equal("kim", (await house.VerifyAsync(house.Issuer.Token("-pairwise", change: claims => claims["oid"] = "kim")))!.Subject);
        Assert.True(await house.IsRefusedAsync(house.Issuer.Token("kim")));
    }

    [Theory]
    [InlineData("exp", -29)]
    [InlineData("nbf", 30)]
    public async Task Clocks_may_differ_a_little(string claim, int seconds) =>
        Assert.NotNull(await _auth.VerifyAsync(_auth.Issuer.Token(change: claims =>
            claims[claim] = Seconds(TimeSpan.FromSeconds(seconds)))));

    [Fact]
    public async Task A_token_that_outlives_the_calendar_is_taken() =>
        Assert.NotNull(await _auth.VerifyAsync(_auth.Issuer.Token(change: claims => claims["exp"] = 999_999_999_999_999)));

    [Fact]
    public async Task A_token_that_is_remembered_expires_all_the_same()
    {
        var token = _auth.Issuer.Token();
        Assert.NotNull(await _auth.VerifyAsync(token));
        _auth.Time.Advance(TimeSpan.FromSeconds(629));
        Assert.NotNull((await _auth.Verifier.RecallAsync(TokenHash.Of(token), TestContext.Current.CancellationToken)));

        _auth.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.Null(await _auth.Verifier.RecallAsync(TokenHash.Of(token), TestContext.Current.CancellationToken));
        Assert.True(await _auth.IsRefusedAsync(token));
    }

    [Fact]
    public async Task What_is_refused_is_not_remembered()
    {
        var token = _auth.Issuer.Token(sub: null);
        Assert.True(await _auth.IsRefusedAsync(token));

        Assert.Null(await _auth.Verifier.RecallAsync(TokenHash.Of(token), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Any_text_is_refused_and_none_is_an_error()
    {
        var good = _auth.Issuer.Token();
        var changes = Gen.Select(Gen.Int[0, good.Length - 1], Gen.Char["aZ09-_. =é"], (at, letter) =>
            good[..at] + letter + good[(at + 1)..]);
        await Gen.OneOf(changes, Gen.Char["eyJ.{}\"é-_"].Array[0, 60].Select(text => new string(text)))
            // The last letter of a signature has bits that mean nothing.
            .Where(text => text[..Math.Max(0, text.Length - 1)] != good[..^1])
            .SampleAsync(async text =>
                Assert.True(await _auth.IsRefusedAsync(text), text), iter: 300, threads: 1,
                    writeLine: TestContext.Current.TestOutputHelper!.WriteLine);
    }

    public void Dispose() => _auth.Dispose();

    private static string Swap(string token, string other)
    {
        var (parts, others) = (token.Split('.'), other.Split('.'));
        return $"{parts[0]}.{others[1]}.{parts[2]}";
    }
}
