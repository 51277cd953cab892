using Commerce.Functions.Ledger;
using Commerce.Shared;
using Commerce.Shared.Catalog;
using Commerce.Shared.Orders;
using Microsoft.DurableTask.Client;

namespace Commerce.Functions.Orders;

/// <summary>
/// Places orders, once per idempotency key. Creating the order document is the gate; the orchestration, started under the order's id,
/// does the rest. A crash between the two is healed by the client's repeat or by the <see cref="OrderSweeper"/>.
/// </summary>
public sealed class OrderPlacement(
    OrderStore orders, OrderFlights flights, OrderOrchestrations orchestrations, LedgerStore<Product, StockMovement> products, TimeProvider time)
{
    private const int ParallelReadsMax = 32;

    internal static Failure KeyReused =>
        new(ErrorCode.IdempotencyKeyReused, "The Idempotency-Key was used before for a different request.");

    /// <summary>
    /// Places an order and waits for its outcome. The order paid, rejected (with the reason), or still pending when
    /// <paramref name="wait"/> is over; or why it was not accepted, and then nothing was created.
    /// </summary>
    /// <param name="durable">Starts the orchestration.</param>
    /// <param name="request">What is wanted; ids and quantities are valid.</param>
    /// <param name="wait">Longest wait; zero returns as soon as the order is safely accepted.</param>
    public async Task<Result<Order>> PlaceAsync(DurableTaskClient durable, OrderRequest request, TimeSpan wait)
    {
        var items = OrderRules.Normalize(request.Items);
        if (!items.Succeeded)
            return items.Failure;
        var id = OperationId.Order(request.UserId, request.IdempotencyKey);
        var boarded = flights.Board(
            id, OrderRules.Fingerprint(request, items.Value), [.. items.Value.Select(item => item.ProductId)], flight => LeadAsync(durable, flight, request, items.Value));
        return boarded.Succeeded ? await flights.OutcomeAsync(boarded.Value, wait) : boarded.Failure;
    }

    /// <summary>The order that a user placed under a key, or null.</summary>
    public Task<Order?> FindAsync(string userId, string idempotencyKey) => orders.FindAsync(userId, OperationId.Order(userId, idempotencyKey));

    private async Task LeadAsync(DurableTaskClient durable, OrderFlight flight, OrderRequest request, IReadOnlyList<OrderItem> items)
    {
        var accepted = await AcceptAsync(durable, request, items);
        if (accepted is not { Value: { Status: OrderStatus.Pending } order })
        {
            flight.Decide(accepted);
            return;
        }
        flight.Accept(order);
        await flights.FollowAsync(flight, async () =>
            await orders.FindAsync(order.UserId, order.Id) is { Status: not OrderStatus.Pending } decided ? (Result<Order>?)decided : null);
    }

    private async Task<Result<Order>> AcceptAsync(DurableTaskClient durable, OrderRequest request, IReadOnlyList<OrderItem> items)
    {
        var seen = await PeekAsync(items);
        var proposal = OrderRules.Accept(request, items, seen, time.GetUtcNow());
        var (order, created) = proposal.Succeeded
            ? await orders.CreateAsync(proposal.Value)
            : (await FindAsync(request.UserId, request.IdempotencyKey), false);
        // What is refused now may have been accepted before, when prices were others: then this is a repeat.
        if (order is null)
            return proposal.Failure!;
        if (order.Fingerprint != OrderRules.Fingerprint(request, items))
            return KeyReused;
        if (created)
            await OrderOrchestrations.StartAsync(durable, order);
        else if (order.Status == OrderStatus.Pending)
            await orchestrations.RestartIfDeadAsync(durable, order);
        return order;
    }

    /// <summary>The products as last seen, aligned with the items. Those that are not in memory are read, some at a time.</summary>
    private async Task<Product?[]> PeekAsync(IReadOnlyList<OrderItem> items)
    {
        var seen = new Product?[items.Count];
        if (items.Count == 1)
        {
            seen[0] = await products.PeekAsync(items[0].ProductId);
            return seen;
        }
        var options = new ParallelOptions { MaxDegreeOfParallelism = ParallelReadsMax };
        await Parallel.ForAsync(0, seen.Length, options, async (i, _) => seen[i] = await products.PeekAsync(items[i].ProductId));
        return seen;
    }
}
