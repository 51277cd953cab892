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
    private static readonly PatchOperation ClearCancelRequest = PatchOperation.Set<string?>("/cancelRequestedAt", null);

    /// <summary>Of a patch: the order can still be cancelled.</summary>
    internal static readonly string IsPaid =
        $"FROM c WHERE c.status = '{OrderTransitions.NameOf(OrderTransitions.Before(OrderStatus.Cancelled))}'";

    private static readonly string IsUnmarked =
        $"{IsPaid} AND (NOT IS_DEFINED(c.cancelRequestedAt) OR c.cancelRequestedAt = null)";

    private readonly Container _container = database[CommerceDatabase.Accounts];

    /// <summary>The order as a replica has it; null when the primary has none.</summary>
    public Task<Order?> FindAsync(string userId, string orderId, CancellationToken ct = default) =>
        _container.FindAsync<Order>(orderId, new PartitionKey(userId), ct);

    /// <summary>
    /// The order as a replica has it if that is what is wanted, or as it is: who would give something up because of an order asks for
    /// it so.
    /// </summary>
    public async Task<Order?> FindAsync(string userId, string orderId, Predicate<Order> isWanted)
    {
        var key = new PartitionKey(userId);
        return await _container.PeekAsync<Order>(orderId, key) is { } order && isWanted(order)
            ? order
            : await _container.FindAtPrimaryAsync<Order>(orderId, key);
    }

    /// <summary>The order for who polls: null also when the store does not answer, for it will be asked again.</summary>
    public async Task<Order?> PollAsync(string userId, string orderId)
    {
        try
        {
            return await FindAsync(userId, orderId);
        }
        catch (Exception fault) when (fault.IsOfStore())
        {
            return null;
        }
    }

    /// <summary>An accepted order, as it is.</summary>
    /// <exception cref="InvalidOperationException">There is no such order.</exception>
    public async Task<Order> GetAsync(string userId, string orderId) =>
        await _container.FindAtPrimaryAsync<Order>(orderId, new PartitionKey(userId))
        ?? throw new InvalidOperationException($"Order '{orderId}' was accepted and cannot be read.");

    /// <summary>A user's orders, newest first, from a position on.</summary>
    /// <param name="userId">Whose.</param>
    /// <param name="limit">Most orders wanted.</param>
    /// <param name="after">The last order seen; null to begin.</param>
    public async Task<IReadOnlyList<Order>> ListAsync(string userId, int limit, TimePosition? after)
    {
        var query = after is { } position
            ? new QueryDefinition("SELECT * FROM c WHERE c.type = 'order' AND c.createdAt <= @from ORDER BY c.createdAt DESC")
                .WithParameter("@from", UtcTimeConverter.Text(position.Time))
            : new QueryDefinition("SELECT * FROM c WHERE c.type = 'order' ORDER BY c.createdAt DESC");
        return await _container.QueryAsync<Order>(query, new PartitionKey(userId), pageSize: limit + 1)
            .AfterAsync(after, PositionOf).Take(limit).ToListAsync();
    }

    internal static TimePosition PositionOf(Order order) => new(order.CreatedAt, order.Id);

    /// <summary>A page of the pending orders of all users that were created before a moment, in no order.</summary>
    /// <param name="createdBefore">The moment; the same for all pages.</param>
    /// <param name="continuation">Where the page before ended; null for the first.</param>
    /// <param name="ct">Stops the reading.</param>
    public Task<QueryPage<OpenOrder>> PendingAsync(DateTimeOffset createdBefore, string? continuation, CancellationToken ct) => OpenAsync(
        "SELECT c.id AS orderId, c.userId, c.createdAt AS since FROM c WHERE c.status = 'pending' AND c.createdAt < @before",
        createdBefore,
        continuation,
        ct);

    /// <summary>
    /// As <see cref="PendingAsync"/>: orders whose cancellation was asked for before a moment, and neither carried out nor refused.
    /// </summary>
    public Task<QueryPage<OpenOrder>> ToCancelAsync(DateTimeOffset requestedBefore, string? continuation, CancellationToken ct) =>
        OpenAsync(
        "SELECT c.id AS orderId, c.userId, c.cancelRequestedAt AS since FROM c WHERE c.cancelRequestedAt < @before AND c.status = 'paid'",
        requestedBefore,
        continuation,
        ct);

    private Task<QueryPage<OpenOrder>> OpenAsync(string query, DateTimeOffset before, string? continuation, CancellationToken ct) =>
        _container.QueryPageAsync<OpenOrder>(
            new QueryDefinition(query).WithParameter("@before", UtcTimeConverter.Text(before)), continuation, pageSize: 1_000, ct);

    /// <summary>Paid to cancelled. The order as it is then; a repeat changes nothing.</summary>
    public async Task<Order> CancelAsync(string userId, string orderId, DateTimeOffset cancelledAt) =>
        await _container.TryPatchAsync<Order>(
            orderId,
            new PartitionKey(userId),
            [
                PatchOperation.Set("/status", OrderStatus.Cancelled),
                PatchOperation.Set("/cancelledAt", cancelledAt),
                ClearCancelRequest,
            ],
            new PatchItemRequestOptions { FilterPredicate = IsPaid })
        ?? await GetAsync(userId, orderId);

    /// <summary>
    /// A paid order whose cancellation was refused: the sweeper is to pass it over, unless it was asked for once more since then.
    /// </summary>
    /// <param name="order">The order as it was before the refund was tried.</param>
    public async Task KeepAsync(Order order)
    {
        if (order.CancelRequestedAt is { } requestedAt)
            await TryPatchAsync(order, $"{IsPaid} AND c.cancelRequestedAt = '{UtcTimeConverter.Text(requestedAt)}'", ClearCancelRequest);
    }

    /// <summary>Marks an order as one that is to be cancelled, if it is not. False when it is not paid.</summary>
    public async Task<bool> MarkAsync(Order order, DateTimeOffset requestedAt) =>
        await TryPatchAsync(order, IsUnmarked, PatchOperation.Set("/cancelRequestedAt", requestedAt)) is not null
        || (await GetAsync(order.UserId, order.Id)).Status == OrderStatus.Paid;

    /// <summary>The order as it is then; null when it does not meet the condition.</summary>
    private Task<Order?> TryPatchAsync(Order order, string condition, PatchOperation change) => _container.TryPatchAsync<Order>(
        order.Id, new PartitionKey(order.UserId), [change], new PatchItemRequestOptions { FilterPredicate = condition });
}
