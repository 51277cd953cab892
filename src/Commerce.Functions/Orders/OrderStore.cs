using System.Net;
using System.Text.Json;
using Commerce.Functions.Cosmos;
using Commerce.Shared.Json;
using Commerce.Shared.Orders;
using Microsoft.Azure.Cosmos;

namespace Commerce.Functions.Orders;

/// <summary>Order documents.</summary>
public sealed class OrderStore(CommerceDatabase database)
{
    private readonly Container _container = database[CommerceDatabase.Orders];

    /// <summary>Creates the document that lets the order in.</summary>
    /// <returns>The order as stored and true; or, when the id is taken, the order that has it and false.</returns>
    public async Task<(Order Order, bool Created)> CreateAsync(Order order)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(order, DocumentJsonContext.Default.Order);
        var etag = await TransientFaults.RetryAsync(async () =>
        {
            using var body = new MemoryStream(json, writable: false);
            using var response = await _container.CreateItemStreamAsync(body, new PartitionKey(order.UserId));
            if (response.StatusCode == HttpStatusCode.Conflict)
                return null;
            response.EnsureSuccessStatusCode();
            return response.Headers.ETag;
        });
        return etag is not null ? (order with { ETag = etag }, true) : (await GetAsync(order.UserId, order.Id), false);
    }

    public Task<Order?> FindAsync(string userId, string orderId) => _container.FindAsync<Order>(orderId, new PartitionKey(userId));

    /// <summary>A user's orders, newest first, from a position on.</summary>
    /// <param name="userId">Whose.</param>
    /// <param name="limit">Most orders wanted.</param>
    /// <param name="after">The last order seen; null to begin.</param>
    public async Task<IReadOnlyList<Order>> ListAsync(string userId, int limit, OrderPosition? after)
    {
        // Orders of one moment are equal to the index. Those of the last one seen are read again and passed over up to it.
        var query = after is { } position
            ? new QueryDefinition("SELECT * FROM c WHERE c.createdAt <= @from ORDER BY c.createdAt DESC")
                .WithParameter("@from", UtcTimeConverter.Text(position.CreatedAt))
            : new QueryDefinition("SELECT * FROM c ORDER BY c.createdAt DESC");
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
            .WithParameter("@status", "pending")
            .WithParameter("@before", UtcTimeConverter.Text(createdBefore)),
        pageSize: 100,
        ct: ct);

    /// <summary>Pending to paid. The order as it is then; a repeat changes nothing.</summary>
    public async Task<Order> PayAsync(OrderCompletion completion, DateTimeOffset paidAt)
    {
        List<PatchOperation> changes = [PatchOperation.Set("/paidAt", paidAt)];
        if (completion.UnitPrices is { } prices)
        {
            var order = await GetAsync(completion.UserId, completion.OrderId);
            var lines = OrderRules.Reprice(order.Lines, prices);
            changes.Add(PatchOperation.Set("/lines", lines));
            changes.Add(PatchOperation.Set("/totalAmount", lines.Sum(line => line.Amount)));
        }
        return await ChangeAsync(completion.UserId, completion.OrderId, OrderStatus.Pending, OrderStatus.Paid, changes);
    }

    /// <summary>Pending to rejected. The order as it is then; a repeat changes nothing.</summary>
    public Task<Order> RejectAsync(OrderRejection rejection) => ChangeAsync(
        rejection.UserId, rejection.OrderId, OrderStatus.Pending, OrderStatus.Rejected, [PatchOperation.Set("/rejection", rejection.Reason)]);

    /// <summary>Paid to cancelled. The order as it is then; a repeat changes nothing.</summary>
    public Task<Order> CancelAsync(OrderKey key, DateTimeOffset cancelledAt) => ChangeAsync(
        key.UserId, key.OrderId, OrderStatus.Paid, OrderStatus.Cancelled, [PatchOperation.Set("/cancelledAt", cancelledAt)]);

    private async Task<Order> ChangeAsync(string userId, string orderId, OrderStatus from, OrderStatus to, List<PatchOperation> changes)
    {
        if (!OrderTransitions.IsLegal(from, to))
            throw new ArgumentException($"An order never goes from {from} to {to}.", nameof(to));
        changes.Add(PatchOperation.Set("/status", to));
        var options = new PatchItemRequestOptions
        {
            FilterPredicate = from == OrderStatus.Pending ? "FROM c WHERE c.status = 'pending'" : "FROM c WHERE c.status = 'paid'",
            EnableContentResponseOnWrite = true,
        };
        var changed = await TransientFaults.RetryAsync(async () =>
        {
            using var response = await _container.PatchItemStreamAsync(orderId, new PartitionKey(userId), changes, options);
            if (response.StatusCode == HttpStatusCode.PreconditionFailed)
                return null;
            response.EnsureSuccessStatusCode();
            return JsonSerializer.Deserialize(response.Content, DocumentJsonContext.Default.Order);
        });
        return changed ?? await GetAsync(userId, orderId);
    }

    private async Task<Order> GetAsync(string userId, string orderId) =>
        await FindAsync(userId, orderId) ?? throw new InvalidOperationException($"Order '{orderId}' is there and cannot be read.");
}

/// <summary>Where a list of orders was left.</summary>
public readonly record struct OrderPosition(DateTimeOffset CreatedAt, string OrderId);
