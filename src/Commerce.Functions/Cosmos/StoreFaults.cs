using Azure.Identity;
using Microsoft.Azure.Cosmos;

namespace Commerce.Functions.Cosmos;

internal static class StoreFaults
{
    /// <summary>
    /// True for what Cosmos DB answers when it does not do what was asked, for a network that does not carry the call, and for an identity
    /// that gets no token.
    /// </summary>
    public static bool IsOfStore(this Exception fault) => fault is CosmosException or HttpRequestException or AuthenticationFailedException;
}
