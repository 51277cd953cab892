using System.Runtime.CompilerServices;
using Microsoft.Azure.Cosmos;

namespace LocalPlatform.Cosmos;

/// <summary>How a client finds the local gateway.</summary>
public static class LocalCosmos
{
    /// <summary>
    /// The key that every Cosmos DB emulator has: it is published and protects nothing (learn.microsoft.com/azure/cosmos-db/emulator).
    /// </summary>
    public const string WellKnownKey = "C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9nDuVTqobD4b8mGGyPMbIZnqyMsEcaGQy67XIw/Jw==";

    /// <summary>For a client whose requests stay in the process: the host name is reserved and never resolved.</summary>
    public const string ConnectionString = $"AccountEndpoint=https://embedded.invalid/;AccountKey={WellKnownKey};";

    /// <summary>
    /// Points a client at a gateway in the same process: gateway mode, one endpoint, and every request through
    /// <paramref name="handler"/>, which stays the caller's.
    /// </summary>
    public static CosmosClientOptions UseLocalCosmos(this CosmosClientOptions options, HttpMessageHandler handler)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.ConnectionMode = ConnectionMode.Gateway;
        options.LimitToEndpoint = true;
        options.HttpClientFactory = () => new HttpClient(handler, disposeHandler: false);
        return options;
    }

    // The SDK asks the cloud's metadata service at its first start unless told not to; nothing may leave this machine.
#pragma warning disable CA2255 // It must be set before any client exists, whoever makes it.
    [ModuleInitializer]
    internal static void KeepSdkOffTheMetadataService() => Environment.SetEnvironmentVariable("COSMOS_DISABLE_IMDS_ACCESS", "true");
#pragma warning restore CA2255
}
