using Commerce.Functions.Balance;
using Commerce.Functions.Cart;
using Commerce.Functions.Cosmos;
using Commerce.Shared;
using Commerce.Shared.Balance;
using Commerce.Shared.Cart;
using Commerce.Shared.Orders;

namespace Commerce.Functions.Orders;

/// <summary>
/// What becomes of an order that holds its money: its lines are taken and it is paid, or all is given back and it is rejected. The outcome
/// follows from the records that the steps leave, so it is the same however often, late or at the same time they run.
/// </summary>
public sealed class OrderFulfilment(StockReserver stock, AccountLedger accounts, OrderStore orders, CartWriter carts, TimeProvider time)
{
    private const int AttemptsMax = 10;

    /// <summary>
    /// Takes the lines at the order's prices and pays. Where another price is in force, the order gets that one and holds the money for it
    /// before the line is taken: at no time is stock taken that is not covered.
    /// </summary>
    /// <returns>The order, paid; null when a line is refused, or the order was rejected before.</returns>
    public async Task<Order?> FulfilAsync(OrderWork work)
    {
        while (true)
        {
            var reservation = await stock.ReserveAsync(work);
            if (reservation.IsRefused)
                return null;
            var order = reservation.UnitPrices is { } prices ? await RepriceAsync(work, prices) : await SubmitAsync(new AccountCommand.Pay(work));
            switch (order.Status)
            {
                case OrderStatus.Paid or OrderStatus.Cancelled:
                    return order;
                case OrderStatus.Rejected:
                    return null;
            }
            work = OrderWork.Of(order);
        }
    }

    /// <summary>
    /// Puts the lines back, gives the money free and the cart its items, and rejects the order for the reason that its lines tell.
    /// </summary>
    /// <returns>The order as it is then; a repeat changes nothing.</returns>
    /// <exception cref="UndecidedWriteException">It was changed by others all the time; to be repeated.</exception>
    public async Task<Order> RejectAsync(OrderWork work)
    {
        for (var attempt = 0; attempt < AttemptsMax; attempt++)
        {
            var order = await orders.GetAsync(work.UserId, work.OrderId);
            if (order.Status != OrderStatus.Pending)
                return order;
            var current = OrderWork.Of(order);
            var reason = OrderRules.ReasonToReject(current, await stock.ReleaseAsync(current));
            var answer = await accounts.SubmitAsync(order.UserId, new AccountCommand.Reject(current, reason, await CartWithItemsOfAsync(order)));
            if (answer is { Value.Record.Order: { Status: not OrderStatus.Pending } decided })
                return decided;
            if (answer.Failure is { } failure && failure != Failure.Superseded)
                throw new UndecidedWriteException(failure);
        }
        throw new UndecidedWriteException(Failure.Superseded);
    }

    /// <summary>Gives the money of a paid order back; null, or why the balance cannot take it.</summary>
    public async Task<Failure?> RefundAsync(OrderWork work)
    {
        var answer = await accounts.SubmitAsync(work.UserId, new AccountCommand.Refund(work));
        if (answer.Failure is not { } failure)
            return null;
        if (failure.Code != ErrorCode.BalanceLimitExceeded)
            throw new UndecidedWriteException(failure);
        await orders.KeepAsync(work.UserId, work.OrderId);
        return failure;
    }

    /// <summary>Puts the lines of an order that was refunded back and marks it as cancelled. The order as it is then.</summary>
    public async Task<Order> CancelAsync(OrderWork work)
    {
        await stock.ReleaseAsync(work);
        return await orders.CancelAsync(work.UserId, work.OrderId, time.GetUtcNow());
    }

    private async Task<Order> RepriceAsync(OrderWork work, IReadOnlyList<long> unitPrices)
    {
        var order = await orders.GetAsync(work.UserId, work.OrderId);
        return order.Status == OrderStatus.Pending && order.Revision == work.Revision
            ? await SubmitAsync(new AccountCommand.Reprice(order, unitPrices))
            : order;
    }

    private async Task<ShoppingCart?> CartWithItemsOfAsync(Order order)
    {
        if (order.CartLines is null)
            return null;
        var cart = await carts.FindAtPrimaryAsync(order.UserId) ?? CartRules.Empty(order.UserId, time.GetUtcNow());
        CartItem[] items = [.. order.CartItems().Select(static item => new CartItem(item.ProductId, item.Quantity))];
        return CartRules.GiveBack(cart, order.Id, items, time.GetUtcNow());
    }

    /// <summary>The order as the command leaves it, or as it is if it was not what the command was made for.</summary>
    private async Task<Order> SubmitAsync(AccountCommand command)
    {
        var answer = await accounts.SubmitAsync(command.UserId, command);
        return answer.Value?.Record.Order ?? throw new UndecidedWriteException(answer.Failure!);
    }
}
