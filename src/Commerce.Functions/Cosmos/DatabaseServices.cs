using Azure.Identity;
using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Commerce.Functions.Cosmos;

/// <summary>Registers the database: one <see cref="CosmosClient"/> for the process, made from settings.</summary>
internal static class DatabaseServices
{
    /// <summary>A connection string.</summary>
    private const string ConnectionSetting = "Cosmos";

    /// <summary>An account's address, to be used with the identity that the app runs under.</summary>
    private const string EndpointSetting = "Cosmos:accountEndpoint";

    /// <summary>Client id of a user-assigned identity; none for the system-assigned one or a developer's own.</summary>
    private const string ClientIdSetting = "Cosmos:clientId";

    /// <summary>
    /// How long the SDK repeats a request that is throttled (429) before it gives up, and nobody repeats it after that: a buyer is told to
    /// come back, an activity is run again by Durable with a longer pause. About as long as a buyer waits.
    /// </summary>
    private static readonly TimeSpan ThrottledMax = TimeSpan.FromSeconds(10);

    /// <summary>More than fit into that time: the SDK's own nine attempts may be over within milliseconds.</summary>
    private const int ThrottledAttemptsMax = 10_000;

    public static IServiceCollection AddCommerceDatabase(this IServiceCollection services)
    {
        services.AddOptions<CosmosClientOptions>().Configure(static options =>
        {
            options.ApplicationName = "commerce";
            options.UseSystemTextJsonSerializerWithOptions = DocumentJson.Options;
            // A write answers with status and ETag; the document itself is what was sent.
            options.EnableContentResponseOnWrite = false;
            options.MaxRetryWaitTimeOnRateLimitedRequests = ThrottledMax;
            options.MaxRetryAttemptsOnRateLimitedRequests = ThrottledAttemptsMax;
        });
        services.AddSingleton(provider => CreateClient(
            provider.GetRequiredService<IConfiguration>(), provider.GetRequiredService<IOptions<CosmosClientOptions>>().Value));
        return services
            .AddSingleton<CommerceDatabase>()
            .AddHostedService<DatabaseStart>();
    }

    /// <exception cref="OptionsValidationException">
    /// The settings name no account; the values themselves, which hold keys, are not told.
    /// </exception>
    private static CosmosClient CreateClient(IConfiguration configuration, CosmosClientOptions options)
    {
        try
        {
            if (Contradiction(configuration) is { } contradiction)
                throw Wrong(contradiction);
            if (configuration[ConnectionSetting] is { Length: > 0 } connectionString)
                return WithConnectionString(connectionString, options);
            if (configuration[EndpointSetting] is { Length: > 0 } endpoint)
                return WithIdentity(endpoint, configuration[ClientIdSetting], options);
        }
        catch (Exception malformed) when (malformed is ArgumentException or FormatException)
        {
            throw Wrong($"'{ConnectionSetting}' or '{EndpointSetting}' is malformed: {malformed.Message}");
        }
        throw Wrong(
            $"The setting '{ConnectionSetting}' (a Cosmos DB connection string) or '{EndpointSetting}' (an account's address, used with "
            + "the app's identity) is missing.");
    }

    /// <summary>What is set and has no effect beside what else is set; null when there is no such thing.</summary>
    private static string? Contradiction(IConfiguration configuration)
    {
        if (!IsSet(ConnectionSetting))
            return null;
        if (IsSet(EndpointSetting))
            return $"'{ConnectionSetting}' and '{EndpointSetting}' name the account, each in another way: remove one.";
        return IsSet(ClientIdSetting)
            ? $"'{ClientIdSetting}' has no effect beside '{ConnectionSetting}', which holds a key: remove one."
            : null;

        bool IsSet(string setting) => !string.IsNullOrEmpty(configuration[setting]);
    }

    private static CosmosClient WithConnectionString(string connectionString, CosmosClientOptions options)
    {
        if (IsEmulator(connectionString))
        {
            options.ConnectionMode = ConnectionMode.Gateway;
            options.LimitToEndpoint = true;
        }
        return new CosmosClient(connectionString, options);
    }

    private static CosmosClient WithIdentity(string endpoint, string? clientId, CosmosClientOptions options) => new(
        endpoint, new DefaultAzureCredential(new DefaultAzureCredentialOptions { ManagedIdentityClientId = clientId }), options);

    private static OptionsValidationException Wrong(string problem) => new(ConnectionSetting, typeof(CosmosClientOptions), [problem]);

    /// <summary>
    /// An emulator tells clients addresses that they cannot use. It is on this machine or in a container beside this one; an account has a
    /// name with dots.
    /// </summary>
    private static bool IsEmulator(string connectionString)
    {
        var parts = new System.Data.Common.DbConnectionStringBuilder { ConnectionString = connectionString };
        return parts.TryGetValue("AccountEndpoint", out var endpoint)
            && Uri.TryCreate(endpoint as string, UriKind.Absolute, out var address)
            && !(address.HostNameType == UriHostNameType.Dns && address.Host.Contains('.', StringComparison.Ordinal));
    }
}
