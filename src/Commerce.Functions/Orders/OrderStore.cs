using System.Net;
using System.Text.Json;
using Commerce.Functions.Balance;
using Commerce.Functions.Cosmos;
using Commerce.Shared.Json;
using Commerce.Shared.Orders;
using Microsoft.Azure.Cosmos;

namespace Commerce.Functions.Orders;

/// <summary>
/// Reads order documents, and marks them as cancelled. All else that happens to an order happens with its money
/// (<see cref="AccountLedger"/>).
/// </summary>
public sealed class OrderStore(CommerceDatabase database)
{
    private readonly Container _container = database[CommerceDatabase.Accounts];

    /// <summary>The order as a replica has it; null when the primary has none.</summary>
    public Task<Order?> FindAsync(string userId, string orderId) => _container.FindAsync<Order>(orderId, new PartitionKey(userId));

    /// <summary>
    /// The order as a replica has it if that is what is hoped for, or as it is: who would give something up because of an order asks for
    /// it so.
    /// </summary>
    public async Task<Order?> FindAsync(string userId, string orderId, Predicate<Order> isHopedFor)
    {
        var key = new PartitionKey(userId);
        return await _container.PeekAsync<Order>(orderId, key) is { } order && isHopedFor(order)
            ? order
            : await _container.FindAtPrimaryAsync<Order>(orderId, key);
    }

    /// <summary>An order that was let in, as it is.</summary>
    /// <exception cref="InvalidOperationException">There is no such order.</exception>
    public async Task<Order> GetAsync(string userId, string orderId) =>
        await _container.FindAtPrimaryAsync<Order>(orderId, new PartitionKey(userId))
        ?? throw new InvalidOperationException($"Order '{orderId}' was let in and cannot be read.");

    /// <summary>A user's orders, newest first, from a position on.</summary>
    /// <param name="userId">Whose.</param>
    /// <param name="limit">Most orders wanted.</param>
    /// <param name="after">The last order seen; null to begin.</param>
    public async Task<IReadOnlyList<Order>> ListAsync(string userId, int limit, OrderPosition? after)
    {
        // Orders of one moment are equal to the index. Those of the last one seen are read again and passed over up to it.
        var query = after is { } position
            ? new QueryDefinition("SELECT * FROM c WHERE c.type = 'order' AND c.createdAt <= @from ORDER BY c.createdAt DESC")
                .WithParameter("@from", UtcTimeConverter.Text(position.CreatedAt))
            : new QueryDefinition("SELECT * FROM c WHERE c.type = 'order' ORDER BY c.createdAt DESC");
        var found = new List<Order>(limit);
        var passedOver = after is null;
        await foreach (var order in _container.QueryAsync<Order>(query, new PartitionKey(userId), pageSize: limit + 1))
        {
            if (!passedOver && order.CreatedAt == after!.Value.CreatedAt)
            {
                passedOver = order.Id == after.Value.OrderId;
                continue;
            }
            found.Add(order);
            if (found.Count == limit)
                break;
        }
        return found;
    }

    /// <summary>Pending orders of all users that were created before a moment.</summary>
    public IAsyncEnumerable<Order> PendingAsync(DateTimeOffset createdBefore, CancellationToken ct) => _container.QueryAsync<Order>(
        new QueryDefinition("SELECT * FROM c WHERE c.status = @status AND c.createdAt < @before")
            .WithParameter("@status", OrderTransitions.NameOf(OrderStatus.Pending))
            .WithParameter("@before", UtcTimeConverter.Text(createdBefore)),
        pageSize: 100,
        ct: ct);

    /// <summary>Paid to cancelled. The order as it is then; a repeat changes nothing.</summary>
    public async Task<Order> CancelAsync(string userId, string orderId, DateTimeOffset cancelledAt)
    {
        PatchOperation[] changes = [PatchOperation.Set("/status", OrderStatus.Cancelled), PatchOperation.Set("/cancelledAt", cancelledAt)];
        var options = new PatchItemRequestOptions
        {
            FilterPredicate = $"FROM c WHERE c.status = '{OrderTransitions.NameOf(OrderTransitions.Before(OrderStatus.Cancelled))}'",
            EnableContentResponseOnWrite = true,
        };
        var cancelled = await TransientFaults.RetryAsync(async () =>
        {
            using var response = await _container.PatchItemStreamAsync(orderId, new PartitionKey(userId), changes, options);
            if (response.StatusCode == HttpStatusCode.PreconditionFailed)
                return null;
            response.EnsureSuccessStatusCode();
            return JsonSerializer.Deserialize(response.Content, DocumentJsonContext.Default.Order);
        });
        return cancelled ?? await GetAsync(userId, orderId);
    }
}

/// <summary>Where a list of orders was left.</summary>
public readonly record struct OrderPosition(DateTimeOffset CreatedAt, string OrderId);
