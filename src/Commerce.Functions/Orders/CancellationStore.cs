using System.Net;
using Commerce.Functions.Cosmos;
using Commerce.Shared;
using Commerce.Shared.Orders;
using Microsoft.Azure.Cosmos;

namespace Commerce.Functions.Orders;

/// <summary>
/// Records of requests to cancel, one per idempotency key. A request that is to be carried out marks its order in the same batch, which is
/// taken away when it is done or refused after all: the <see cref="OrderSweeper"/> picks up what is marked.
/// </summary>
public sealed class CancellationStore(CommerceDatabase database, OrderStore orders)
{
    private static readonly TransactionalBatchItemRequestOptions NoContent = new() { EnableContentResponseOnWrite = false };

    private static readonly TransactionalBatchPatchItemRequestOptions WhilePaid = new()
    {
        FilterPredicate = OrderStore.IsPaid,
        EnableContentResponseOnWrite = false,
    };

    private static readonly TransactionalBatchPatchItemRequestOptions WhileUnrefused = new()
    {
        FilterPredicate = "FROM c WHERE NOT IS_DEFINED(c.refusal)",
        EnableContentResponseOnWrite = false,
    };

    private readonly Container _accounts = database[CommerceDatabase.Accounts];

    /// <summary>
    /// Records a request, or gives the one that has its key. Null when the order is no longer as it was: nothing is recorded then.
    /// </summary>
    /// <param name="request">The request, with its refusal if it is refused.</param>
    /// <param name="order">The order that it was judged by.</param>
    public async Task<CancellationRequest?> RecordAsync(CancellationRequest request, Order order)
    {
        using var answer = await _accounts.TryExecuteAsync(new PartitionKey(request.UserId), batch =>
        {
            batch.CreateItem(request, NoContent);
            if (order.Status == OrderStatus.Paid)
                batch.PatchItem(order.Id, [PatchOperation.Set("/cancelRequestedAt", request.CreatedAt)], WhilePaid);
        });
        if (answer.IsSuccessStatusCode)
            return request;
        return answer.StatusCode switch
        {
            HttpStatusCode.Conflict => await RepeatAsync(request, order),
            HttpStatusCode.PreconditionFailed => null,
            _ => throw answer.Fault(),
        };
    }

    /// <summary>
    /// Records that a request was refused after all. The refusal that stands from now on; null, and nothing is recorded, when the order is
    /// paid no more: another run has cancelled it.
    /// </summary>
    public async Task<Failure?> RefuseAsync(CancellationRequest request, Failure refusal)
    {
        using var answer = await _accounts.TryExecuteAsync(new PartitionKey(request.UserId), batch => batch
            .PatchItem(request.Id, [PatchOperation.Set("/refusal", refusal)], WhileUnrefused)
            .PatchItem(request.OrderId, [PatchOperation.Set("/status", OrderStatus.Paid)], WhilePaid));
        return answer.IsSuccessStatusCode ? refusal : (await GetAsync(request)).Refusal;
    }

    /// <summary>
    /// The request that has the key already. It is begun again: should the run that it began before have been refused, the order is marked
    /// once more. Null when the order is no longer as it was.
    /// </summary>
    private async Task<CancellationRequest?> RepeatAsync(CancellationRequest request, Order order)
    {
        var recorded = await GetAsync(request);
        var isBegun = order.Status == OrderStatus.Paid && recorded.OrderId == order.Id && recorded.Refusal is null;
        return !isBegun || await orders.MarkAsync(order, request.CreatedAt) ? recorded : null;
    }

    private async Task<CancellationRequest> GetAsync(CancellationRequest request) =>
        await _accounts.FindAtPrimaryAsync<CancellationRequest>(request.Id, new PartitionKey(request.UserId))
        ?? throw new InvalidOperationException($"The request '{request.Id}' was recorded and cannot be read.");
}
