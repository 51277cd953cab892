using Commerce.Functions.Auth;

namespace Commerce.Functions.Tests.Auth;

/// <summary>Keys change, and issuers fail.</summary>
public sealed class IssuerKeysTests : IDisposable
{
    private readonly AuthFixture _auth = new();

    private TestIssuer Issuer => _auth.Issuer;

    private async Task<Verification> VerifyAsync(string token) =>
        await _auth.Verifier.VerifyAsync(token, TestContext.Current.CancellationToken);

    private async Task<Caller?> RecallAsync(string token) =>
        await _auth.Verifier.RecallAsync(TokenHash.Of(token), TestContext.Current.CancellationToken);

    [Fact]
    public async Task Many_first_tokens_fetch_the_keys_once()
    {
        var callers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => VerifyAsync(Issuer.Token($"user-{i}"))));

        Assert.All(callers, verification => Assert.NotNull(verification.Caller));
        Assert.Equal(1, Issuer.Fetches);
    }

    [Fact]
    public async Task An_issuer_that_never_answered_is_no_fault_of_the_token()
    {
        Issuer.IsUp = false;
        Assert.Equal(Verification.Unavailable, await VerifyAsync(Issuer.Token()));
        Issuer.IsUp = true;
        Assert.Equal(Verification.Unavailable, await VerifyAsync(Issuer.Token()));

        _auth.Time.Advance(IssuerKeys.PauseAfterFailure);

        Assert.NotNull((await VerifyAsync(Issuer.Token())).Caller);
    }

    [Fact]
    public async Task Somebody_else_who_answers_is_not_the_issuer()
    {
        Issuer.Name = "https://other.example";

        Assert.Equal(Verification.Unavailable, await VerifyAsync(Issuer.Token()));
    }

    [Fact]
    public async Task A_token_with_a_new_key_makes_the_keys_be_fetched()
    {
        Assert.NotNull((await VerifyAsync(Issuer.Token())).Caller);
        _auth.Time.Advance(IssuerKeys.PauseForUnknownKeys);
        Issuer.Rotate("key-2");

        Assert.NotNull((await VerifyAsync(Issuer.Token())).Caller);
        Assert.Equal(2, Issuer.Fetches);
    }

    [Fact]
    public async Task Keys_that_nobody_has_do_not_make_the_issuer_be_asked_each_time()
    {
        for (var i = 0; i < 100; i++)
        {
            Assert.Equal(Verification.Refused,
                await VerifyAsync(Issuer.Sign(Issuer.Claims("kim", null, null).ToJsonString(), $"key-of-nobody-{i}")));
            _auth.Time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.InRange(Issuer.Fetches, 1, 4);
    }

    [Fact]
    public async Task The_last_keys_do_for_a_day_while_the_issuer_is_down()
    {
        Assert.NotNull((await VerifyAsync(Issuer.Token())).Caller);
        Issuer.IsUp = false;

        _auth.Time.Advance(IssuerKeys.GoodFor - TimeSpan.FromSeconds(1));
        Assert.NotNull((await VerifyAsync(Issuer.Token())).Caller);
        _auth.Time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(Verification.Unavailable, await VerifyAsync(Issuer.Token()));
    }

    /// <summary>An issuer that takes requests and answers none would hold up every call otherwise, for as long as the keys are good.</summary>
    [Fact]
    public async Task Nobody_waits_for_an_issuer_that_did_not_answer_a_while_ago()
    {
        Assert.NotNull((await VerifyAsync(Issuer.Token())).Caller);
        Issuer.IsUp = false;
        _auth.Time.Advance(IssuerKeys.WaitAfter);
        Assert.NotNull((await VerifyAsync(Issuer.Token())).Caller);
        var silence = new TaskCompletionSource();
        (Issuer.IsUp, Issuer.Silence) = (true, silence.Task);
        _auth.Time.Advance(IssuerKeys.PauseAfterFailure);

        var verification = VerifyAsync(Issuer.Token()).WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        Assert.NotNull((await verification).Caller);

        Issuer.Rotate("key-2");
        silence.SetResult();
        await Eventually.HoldsAsync(async () => (await VerifyAsync(Issuer.Token())).Caller is not null);
    }

    [Fact]
    public async Task A_key_that_was_withdrawn_is_not_trusted_after_the_stated_time_also_for_tokens_that_are_remembered()
    {
        var token = Issuer.Token(change: claims => claims["exp"] = (AuthFixture.Start + TimeSpan.FromHours(8)).ToUnixTimeSeconds());
        Assert.NotNull((await VerifyAsync(token)).Caller);
        Issuer.Rotate("key-2");
        Issuer.Withdraw("key-1");
        Assert.NotNull(await RecallAsync(token));

        _auth.Time.Advance(IssuerKeys.WaitAfter);

        Assert.Null(await RecallAsync(token));
        Assert.Equal(Verification.Refused, await VerifyAsync(token));
    }

    [Fact]
    public async Task Keys_that_are_the_same_leave_what_is_remembered()
    {
        Assert.NotNull((await VerifyAsync(Issuer.Token())).Caller);
        var before = await _auth.Keys.TrustedAsync(null, TestContext.Current.CancellationToken);
        _auth.Time.Advance(IssuerKeys.WaitAfter);

        Assert.Same(before, await _auth.Keys.TrustedAsync(null, TestContext.Current.CancellationToken));
        Assert.Equal(2, Issuer.Fetches);
    }

    public void Dispose() => _auth.Dispose();
}
