using Commerce.Functions.Auth;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Hosting;

namespace Commerce.Functions.Tests.Auth;

/// <summary>An app that does not know whose tokens to take does not start.</summary>
public sealed class AuthOptionsTests
{
    [Theory]
    [InlineData("https://issuer.example/tenant/v2.0", "commerce", null)]
    [InlineData("http://127.0.0.1:7071/local/identity", "commerce", null)]
    [InlineData("http://localhost:7071/local/identity", "commerce", null)]
    [InlineData(null, "commerce", "Auth:Issuer")]
    [InlineData("", "commerce", "Auth:Issuer")]
    [InlineData("issuer.example", "commerce", "Auth:Issuer")]
    [InlineData("http://issuer.example", "commerce", "Auth:Issuer")]
    [InlineData("https://issuer.example?x=1", "commerce", "Auth:Issuer")]
    [InlineData("https://issuer.example", null, "Auth:Audience")]
    [InlineData("https://issuer.example", "", "Auth:Audience")]
    public void A_missing_or_malformed_setting_is_named(string? issuer, string? audience, string? named)
    {
        var problem = new AuthOptions { Issuer = issuer, Audience = audience }.Problem();

        Assert.Equal(named, problem?.Split(' ')[0]);
    }

    [Fact]
    public void The_claim_that_names_users_may_not_be_empty() =>
        Assert.StartsWith("Auth:UserClaim", new AuthOptions { Issuer = "https://i.example", Audience = "a", UserClaim = "" }.Problem(),
            StringComparison.Ordinal);

    [Theory]
    [InlineData("https://issuer.example/", "https://issuer.example/.well-known/openid-configuration")]
    [InlineData("https://issuer.example/tenant", "https://issuer.example/tenant/.well-known/openid-configuration")]
    public void An_issuer_is_described_below_its_name(string issuer, string address) =>
        Assert.Equal(address, new AuthOptions { Issuer = issuer, Audience = "a" }.MetadataAddress);

    [Theory]
    [InlineData("http://127.0.0.1:7071/local/identity", true, "Production", true)]
    [InlineData("https://localhost/identity", true, "Production", true)]
    [InlineData("https://[::1]/identity", true, "Staging", true)]
    [InlineData("http://127.0.0.1:7071/local/identity", true, "Development", false)]
    [InlineData("http://127.0.0.1:7071/local/identity", false, "Production", false)]
    [InlineData("https://issuer.example", true, "Production", false)]
    public void A_published_app_takes_no_issuer_on_its_own_machine(string issuer, bool isPublished, string environment, bool isRefused)
    {
        var result = new AuthOptionsValidator(new TestEnvironment(environment))
            .Validate(new AuthOptions { Issuer = issuer, Audience = "commerce" }, isPublished);

        Assert.Equal(isRefused, result.Failed);
    }

    [Theory]
    [InlineData(0, 1, 1, 1, 0, "RateLimits:OrdersPerMinute")]
    [InlineData(1, 0, 1, 1, 0, "RateLimits:ReadsPerMinute")]
    [InlineData(1, 1, 10_000_001, 1, 0, "RateLimits:UnsignedReadsPerMinute")]
    [InlineData(1, 1, 1, -1, 0, "RateLimits:FailedSignInsPerMinute")]
    [InlineData(1, 1, 1, 1, 11, "RateLimits:ForwardedHops")]
    [InlineData(1, 1, 1, 1, 10, null)]
    public void A_limit_out_of_range_is_named(int orders, int reads, int unsignedReads, int failed, int hops, string? named)
    {
        var options = new RateLimitOptions
        {
            OrdersPerMinute = orders,
            ReadsPerMinute = reads,
            UnsignedReadsPerMinute = unsignedReads,
            FailedSignInsPerMinute = failed,
            ForwardedHops = hops,
        };

        Assert.Equal(named, options.Problem()?.Split(' ')[0]);
    }

    private sealed class TestEnvironment(string name) : IHostEnvironment
    {
        public string EnvironmentName { get; set; } = name;

        public string ApplicationName { get; set; } = "";

        public string ContentRootPath { get; set; } = "";

        public IFileProvider ContentRootFileProvider { get; set; } = new NullFileProvider();
    }
}
