using Commerce.Functions.Cosmos;
using Commerce.Shared.Json;
using Commerce.Shared.Orders;
using Microsoft.Azure.Cosmos;

namespace Commerce.Functions.Orders;

/// <summary>What orders an operator searches for; what is null does not matter.</summary>
/// <param name="From">Placed at this moment or later.</param>
/// <param name="To">Placed at this moment or earlier.</param>
/// <param name="Status">How they stand.</param>
/// <param name="UserId">Whose.</param>
/// <param name="ProductId">What is among their lines.</param>
public sealed record OrderQuery(DateTimeOffset? From, DateTimeOffset? To, OrderStatus? Status, string? UserId, string? ProductId);

/// <param name="Items">What was found, newest first.</param>
/// <param name="Next">Where the next page begins; null when there is none.</param>
public sealed record OrderSearchPage(IReadOnlyList<Order> Items, TimePosition? Next);

/// <summary>
/// Finds orders of all users. Time, status and user are asked of the index. No index knows the lines (each order would pay for it), so for
/// a product a page reads through the orders of that time, and ends after <see cref="ReadMax"/> of them, however few it has found.
/// </summary>
public sealed class OrderSearch(CommerceDatabase database)
{
    /// <summary>Most orders that are read for one page.</summary>
    public const int ReadMax = 1_000;

    private readonly Container _container = database[CommerceDatabase.Accounts];

    public async Task<OrderSearchPage> FindAsync(OrderQuery wanted, int limit, TimePosition? after, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        var found = new List<Order>(limit);
        var (readCount, last) = (0, default(TimePosition));
        // One more tells whether there are more, and after the first page the last one seen comes again: all in one request.
        var pageSize = (wanted.ProductId is null ? limit : ReadMax) + (after is null ? 1 : 2);
        var partition = wanted.UserId is { } userId ? new PartitionKey(userId) : (PartitionKey?)null;
        var orders = _container.QueryAsync<Order>(Query(wanted, after), partition, pageSize, ct).AfterAsync(
            after, OrderStore.PositionOf, ct);
        await foreach (var order in orders)
        {
            if (found.Count == limit || readCount == ReadMax)
                return new(found, last);
            (last, readCount) = (OrderStore.PositionOf(order), readCount + 1);
            if (wanted.ProductId is null || order.Lines.Any(line => line.ProductId == wanted.ProductId))
                found.Add(order);
        }
        return new(found, null);
    }

    private static QueryDefinition Query(OrderQuery wanted, TimePosition? after)
    {
        var to = after?.Time ?? wanted.To ?? DateTimeOffset.MaxValue;
        var status = wanted.Status is null ? "" : " AND c.status = @status";
        var query = new QueryDefinition(
            $"SELECT * FROM c WHERE c.type = 'order' AND c.createdAt >= @from AND c.createdAt <= @to{status} ORDER BY c.createdAt DESC")
            .WithParameter("@from", UtcTimeConverter.Text(wanted.From ?? DateTimeOffset.MinValue))
            .WithParameter("@to", UtcTimeConverter.Text(to));
        return wanted.Status is { } wantedStatus ? query.WithParameter("@status", OrderTransitions.NameOf(wantedStatus)) : query;
    }
}
