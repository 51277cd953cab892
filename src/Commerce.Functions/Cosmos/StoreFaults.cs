using Microsoft.Azure.Cosmos;

namespace Commerce.Functions.Cosmos;

internal static class StoreFaults
{
    /// <summary>
    /// True for what Cosmos DB answers when it does not do what was asked, and for a network that does not carry the call.
    /// </summary>
    public static bool IsOfStore(this Exception fault) => fault is CosmosException or HttpRequestException;
}
