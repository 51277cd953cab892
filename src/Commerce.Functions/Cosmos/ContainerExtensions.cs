using System.Net;
using System.Text.Json;
using Microsoft.Azure.Cosmos;

namespace Commerce.Functions.Cosmos;

internal static class ContainerExtensions
{
    /// <summary>
    /// The document, or null when there is none: an expected answer, which the SDK would raise as an exception on the typed call.
    /// </summary>
    public static Task<T?> FindAsync<T>(this Container container, string id, PartitionKey partitionKey, CancellationToken ct = default)
        where T : class =>
        TransientFaults.RetryAsync(async () =>
        {
            using var response = await container.ReadItemStreamAsync(id, partitionKey, cancellationToken: ct);
            if (response.IsMissingItem())
                return null;
            response.EnsureSuccessStatusCode();
            return JsonSerializer.Deserialize<T>(response.Content, DocumentJson.Options);
        });

    /// <summary>
    /// True when the store has answered that there is no such document. A container that is missing (sub-status 1003) is a fault of
    /// the deployment, and must not look like a shop without products.
    /// </summary>
    public static bool IsMissingItem(this ResponseMessage response) =>
        response.StatusCode == HttpStatusCode.NotFound && response.Headers["x-ms-substatus"] != "1003";
}
