using LocalPlatform.Hosting;
using LocalPlatform.Http;
using LocalPlatform.Settings;
using LocalPlatform.Storage;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace LocalPlatform.Identity;

/// <summary>The issuer of a host whose platform file asks for one.</summary>
internal static class IdentityServices
{
    public const string KeyFile = "identity-key.pem";

    public static void Add(IServiceCollection services, IConfiguration configuration, HostFiles files, HostAddress address)
    {
        if (files.Platform.Identity is not { } identity)
            return;
        services.AddSingleton(provider => IdentityKey.LoadOrCreate(provider.GetRequiredService<DataDirectory>().File(KeyFile)));
        services.AddSingleton(provider => new TokenIssuer(
            address.BaseUrl + TokenIssuer.Path, Audience(configuration, identity.AudienceSetting),
                provider.GetRequiredService<IdentityKey>(), provider.GetRequiredService<TimeProvider>()));
    }

    /// <exception cref="PlatformStartException">The setting with the audience is missing.</exception>
    public static void Map(IEndpointRouteBuilder routes)
    {
        var services = routes.ServiceProvider;
        if (services.GetService<TokenIssuer>() is { } issuer)
            new IdentityRoutes(issuer, services.GetRequiredService<TimeProvider>(), services.GetRequiredService<LocalCallers>().IsOwn)
                .Map(routes);
    }

    private static string Audience(IConfiguration configuration, string setting) => configuration[setting] is { Length: > 0 } audience
        ? audience
        : throw new PlatformStartException($"Setting '{setting}' of the local issuer: it is missing.");
}
