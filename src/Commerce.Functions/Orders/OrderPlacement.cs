using Commerce.Functions.Balance;
using Commerce.Functions.Catalog;
using Commerce.Functions.Durable;
using Commerce.Shared;
using Commerce.Shared.Balance;
using Commerce.Shared.Cart;
using Commerce.Shared.Catalog;
using Commerce.Shared.Ledger;
using Commerce.Shared.Orders;
using Microsoft.DurableTask.Client;

namespace Commerce.Functions.Orders;

/// <summary>
/// Places orders, once per idempotency key. The batch that creates the order's document, holds its money and empties its cart is the gate;
/// the orchestration, started under the order's id, does the rest. A crash between the two is healed by the client's repeat or by the
/// <see cref="OrderSweeper"/>.
/// </summary>
public sealed class OrderPlacement(
    AccountLedger accounts,
    OrderStore orders,
    InFlightOrders inFlight,
    OrderOrchestrations orchestrations,
    ProductReader products,
    TimeProvider time)
{
    /// <summary>
    /// Places an order and waits for its outcome. The order paid, rejected (with the reason), or still pending when
    /// <paramref name="wait"/> is over; or why it was not accepted, and then nothing was created.
    /// </summary>
    /// <param name="durable">Starts the orchestration.</param>
    /// <param name="draft">What is wanted.</param>
    /// <param name="wait">Longest wait; zero returns as soon as the order is safely accepted.</param>
    public async Task<Result<Order>> PlaceAsync(DurableTaskClient durable, OrderDraft draft, TimeSpan wait)
    {
        ArgumentNullException.ThrowIfNull(draft);
        var joined = inFlight.JoinOrAdd(draft.Id, draft.Fingerprint, [.. draft.Items.Select(static item => item.ProductId)], out var isNew);
        if (!joined.Succeeded)
            return joined.Failure;
        if (isNew)
            _ = inFlight.EndWithAsync(joined.Value, RunAsync(durable, joined.Value, draft));
        return await inFlight.OutcomeAsync(joined.Value, wait);
    }

    /// <summary>The order that a user placed under a key, or null.</summary>
    public Task<Order?> FindAsync(string userId, string idempotencyKey) =>
        orders.FindAsync(userId, OperationId.Order(userId, idempotencyKey));

    private async Task RunAsync(DurableTaskClient durable, InFlightOrder running, OrderDraft draft)
    {
        var accepted = await AcceptAsync(draft);
        if (accepted is not { Value.Record.Order: { Status: OrderStatus.Pending } order })
        {
            running.Decide(accepted.Succeeded ? accepted.Value.Record.Order! : accepted.Failure);
            return;
        }
        try
        {
            if (!accepted.Value.Repeated)
                await durable.TryStartAsync(PlaceOrderOrchestrator.Name, OrderWork.Of(order), order.Id);
            else
                await orchestrations.RestartIfDeadAsync(durable, OpenOrder.Of(order));
        }
        finally
        {
            // Started or not: it stands, and is carried out. What cannot be started now, a repeat or the sweeper starts.
            running.Accept(order);
        }
        await foreach (var poll in inFlight.PollsAsync(running))
        {
            if (await orders.PollAsync(order.UserId, order.Id) is { Status: not OrderStatus.Pending } decided)
                poll.Found(decided);
        }
        if (running.Decided.IsCompletedSuccessfully && (await running.Decided).Value is { } outcome)
            ForgetPrices(order, outcome);
    }

    /// <summary>
    /// Gives up the prices that an order was accepted with and that were not in force any more: it may have been decided on another
    /// instance, and the next order is to be accepted with the new ones.
    /// </summary>
    private void ForgetPrices(Order accepted, Order decided)
    {
        foreach (var (before, after) in accepted.Lines.Zip(decided.Lines))
        {
            if (before.UnitPrice != after.UnitPrice || decided.Rejection is { Code: ErrorCode.PriceChanged })
                products.ForgetPrice(before.ProductId, before.UnitPrice);
        }
    }

    /// <summary>
    /// Accepts the order at the prices last seen, which nearly always are those in force. What would be refused at them is judged again by
    /// what the primary has: a refusal is for good. <see cref="Failure.Superseded"/> when it is the cart that has to be read there.
    /// </summary>
    private async Task<Result<Posting<AccountRecord>>> AcceptAsync(OrderDraft draft)
    {
        var request = draft.Request;
        string[] productIds = [.. draft.Items.Select(static item => item.ProductId)];
        var accepted = await TryAcceptAsync(
            draft,
            request.SeenProducts ?? await products.PeekManyAsync(productIds),
            isFinal: request is { IsReadAtPrimary: true, SeenProducts: not null });
        if (accepted.Failure is not { Code: ErrorCode.Validation or ErrorCode.PriceChanged or ErrorCode.InsufficientBalance })
            return accepted;
        if (request.FromCart && !request.IsReadAtPrimary)
            return Failure.Superseded;
        return request.SeenProducts is null
            ? await TryAcceptAsync(draft, await products.FindManyAtPrimaryAsync(productIds, CancellationToken.None), isFinal: true)
            : accepted;
    }

    private async Task<Result<Posting<AccountRecord>>> TryAcceptAsync(
        OrderDraft draft, IReadOnlyDictionary<string, Product> seen, bool isFinal)
    {
        var now = time.GetUtcNow();
        var proposal = OrderRules.Accept(draft, [.. draft.Items.Select(item => seen.GetValueOrDefault(item.ProductId))], now);
        if (!proposal.Succeeded)
            return isFinal ? await RecallAsync(draft) ?? proposal.Failure : proposal.Failure;
        if (proposal.Value.Rejection is { } rejection && !isFinal)
            return rejection;
        var cart = draft.Request.Cart is { } full ? CartRules.CheckOut(full, draft.Id, now) : null;
        return await accounts.SubmitAsync(proposal.Value.UserId, new AccountCommand.Place(proposal.Value, cart, isFinal));
    }

    /// <summary>
    /// The order that was accepted before under the same key, when products or prices were others; null when there is none.
    /// </summary>
    private async Task<Result<Posting<AccountRecord>>?> RecallAsync(OrderDraft draft) =>
        await orders.FindAsync(draft.Request.UserId, draft.Id) switch
        {
            null => null,
            var order when order.Fingerprint == draft.Fingerprint => new Posting<AccountRecord>(new() { Order = order }, Repeated: true),
            _ => Failure.KeyReused,
        };
}
