using System.Net;
using Commerce.Functions.Cosmos;
using Commerce.Shared;
using Commerce.Shared.Orders;
using Microsoft.Azure.Cosmos;

namespace Commerce.Functions.Orders;

/// <summary>Records of requests to cancel, one an idempotency key.</summary>
public sealed class CancellationStore(CommerceDatabase database)
{
    private readonly Container _accounts = database[CommerceDatabase.Accounts];

    /// <summary>Records a request, or gives the one that has its key.</summary>
    public async Task<CancellationRequest> RecordAsync(CancellationRequest request)
    {
        try
        {
            await TransientFaults.RetryAsync(() => _accounts.CreateItemAsync(request, new PartitionKey(request.UserId)));
            return request;
        }
        catch (CosmosException taken) when (taken.StatusCode == HttpStatusCode.Conflict)
        {
            return await GetAsync(request);
        }
    }

    /// <summary>Records that a request was refused after all. The refusal that stands from now on.</summary>
    public async Task<Failure> RefuseAsync(CancellationRequest request, Failure refusal)
    {
        PatchOperation[] changes = [PatchOperation.Set("/refusal", refusal)];
        var unlessDone = new PatchItemRequestOptions { FilterPredicate = "FROM c WHERE NOT IS_DEFINED(c.refusal)" };
        try
        {
            await TransientFaults.RetryAsync(
                () => _accounts.PatchItemAsync<CancellationRequest>(request.Id, new PartitionKey(request.UserId), changes, unlessDone));
            return refusal;
        }
        catch (CosmosException done) when (done.StatusCode == HttpStatusCode.PreconditionFailed)
        {
            return (await GetAsync(request)).Refusal ?? refusal;
        }
    }

    private async Task<CancellationRequest> GetAsync(CancellationRequest request) =>
        await _accounts.FindAtPrimaryAsync<CancellationRequest>(request.Id, new PartitionKey(request.UserId))
        ?? throw new InvalidOperationException($"The request '{request.Id}' was recorded and cannot be read.");
}
