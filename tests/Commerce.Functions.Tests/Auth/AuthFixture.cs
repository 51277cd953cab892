using Commerce.Functions.Auth;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Commerce.Functions.Tests.Auth;

/// <summary>An issuer, a clock, and what verifies the one's tokens by the other.</summary>
internal sealed class AuthFixture : IDisposable
{
    public static readonly DateTimeOffset Start = new(2026, 11, 26, 9, 0, 0, TimeSpan.Zero);

    public AuthFixture(string userClaim = "sub")
    {
        Issuer = new TestIssuer(Time);
        var options = Options.Create(new AuthOptions
        {
            Issuer = TestIssuer.Address,
            Audience = TestIssuer.Audience,
            UserClaim = userClaim
        });
        Keys = new IssuerKeys(Issuer, options, Time, NullLogger<IssuerKeys>.Instance);
        Verifier = new TokenVerifier(Keys, options, Time);
    }

    public FakeTimeProvider Time { get; } = new(Start);

    public TestIssuer Issuer { get; }

    public IssuerKeys Keys { get; }

    public TokenVerifier Verifier { get; }

    public async Task<Caller?> VerifyAsync(string token) =>
        (await Verifier.VerifyAsync(token, TestContext.Current.CancellationToken)).Caller;

    public async Task<bool> IsRefusedAsync(string token) =>
        await Verifier.VerifyAsync(token, TestContext.Current.CancellationToken) == Verification.Refused;

    public void Dispose()
    {
        Verifier.Dispose();
        Issuer.Dispose();
    }
}
