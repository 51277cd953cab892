using LocalPlatform.Cosmos;
using Microsoft.Extensions.Configuration;

namespace LocalPlatform.Settings;

/// <summary>
/// The settings that say where Cosmos DB and Service Bus are. Without one the emulated service is used; a real Cosmos DB account in the
/// settings wins. For a real Service Bus namespace this build has no client, and says so.
/// </summary>
internal static class ConnectionSettings
{
    public const string Cosmos = "Cosmos";
    public const string ServiceBus = "ServiceBus";

    private const string LocalServiceBus = "Endpoint=sb://embedded.invalid/;";

    /// <summary>The local connections for what the settings leave open.</summary>
    public static Dictionary<string, string?> Defaults(IConfiguration configuration)
    {
        var defaults = new Dictionary<string, string?>();
        if (IsOpen(configuration, Cosmos, "accountEndpoint"))
            defaults[Cosmos] = LocalCosmos.ConnectionString;
        if (IsOpen(configuration, ServiceBus, "fullyQualifiedNamespace"))
            defaults[ServiceBus] = LocalServiceBus;
        return defaults;
    }

    /// <summary>Whether a Service Bus namespace is set, which this build cannot reach.</summary>
    public static bool NamesRealServiceBus(IConfiguration configuration) => configuration[ServiceBus] != LocalServiceBus;

    // An empty value stands for none: so an environment variable can switch a setting of a file off.
    private static bool IsOpen(IConfiguration configuration, string name, string identity) =>
        string.IsNullOrEmpty(configuration[name]) && string.IsNullOrEmpty(configuration[$"{name}:{identity}"]);
}
