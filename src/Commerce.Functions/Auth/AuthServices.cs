using Commerce.Functions.Settings;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Protocols;

namespace Commerce.Functions.Auth;

internal static class AuthServices
{
    // So long may a request wait for the issuer's answer, the first time.
    private static readonly TimeSpan IssuerTimeout = TimeSpan.FromSeconds(5);
    private const int IssuerBytesMax = 1024 * 1024;

    public static IServiceCollection AddAuth(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<AuthOptions>().Bind(configuration.GetSection(AuthOptions.Section)).ValidateOnStart();
        return services
            .AddSingleton<IValidateOptions<AuthOptions>, AuthOptionsValidator>()
            .AddCheckedOptions<RateLimitOptions>(configuration, RateLimitOptions.Section)
            .AddSingleton<IDocumentRetriever>(provider => Documents(provider.GetRequiredService<IOptions<AuthOptions>>().Value))
            .AddSingleton<IssuerKeys>()
            .AddSingleton<TokenVerifier>()
            .AddSingleton<FairShares>()
            .PostConfigure<ForwardedHeadersOptions>(LeaveAddressesToFairShares);
    }

    /// <summary>
    /// The worker takes the last address out of <c>X-Forwarded-For</c> for that of the connection, and what is left over is the client's
    /// own invention: callers are told apart by all entries or not at all (<see cref="ClientAddress"/>).
    /// </summary>
    private static void LeaveAddressesToFairShares(ForwardedHeadersOptions options) =>
        options.ForwardedHeaders &= ~ForwardedHeaders.XForwardedFor;

    /// <summary>What an issuer publishes, over https unless it is on this machine.</summary>
    private static HttpDocumentRetriever Documents(AuthOptions options) =>
        new(new HttpClient { Timeout = IssuerTimeout, MaxResponseContentBufferSize = IssuerBytesMax })
        {
            RequireHttps = !options.IsIssuerLocal,
        };
}

/// <summary>
/// A published package does not start with an issuer on its own machine: anybody could sign in who gets at that machine, and nobody else.
/// One that is tried out under Core Tools may; these say that it is <c>Development</c>.
/// </summary>
internal sealed class AuthOptionsValidator(IHostEnvironment environment) : IValidateOptions<AuthOptions>
{
    /// <summary>Set in the package by <c>Commerce.Functions.csproj</c> when it is published.</summary>
    public const string PublishedSwitch = "Commerce.IsPublished";

    public ValidateOptionsResult Validate(string? name, AuthOptions options) =>
        Validate(options, AppContext.TryGetSwitch(PublishedSwitch, out var isPublished) && isPublished);

    internal ValidateOptionsResult Validate(AuthOptions options, bool isPublished)
    {
        if (options.Problem() is { } problem)
            return ValidateOptionsResult.Fail(problem);
        return isPublished && options.IsIssuerLocal && !environment.IsDevelopment()
            ? ValidateOptionsResult.Fail($"{AuthOptions.Section}:{nameof(AuthOptions.Issuer)} is on this machine: a published app takes "
                + "tokens of a real issuer only.")
            : ValidateOptionsResult.Success;
    }
}
