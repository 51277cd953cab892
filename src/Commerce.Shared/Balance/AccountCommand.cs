using Commerce.Shared.Cart;
using Commerce.Shared.Orders;

namespace Commerce.Shared.Balance;

/// <summary>
/// What can be done to a balance, and to what moves with it: all of a user's documents lie in one partition, so that an order and its money
/// change together or not at all. Amounts are won and positive; their bounds are checked where requests come in.
/// </summary>
public abstract record AccountCommand(string UserId)
{
    /// <summary>Puts money in, once per idempotency key; the refusal of a charge is recorded too.</summary>
    public sealed record Charge(string UserId, string IdempotencyKey, long Amount) : AccountCommand(UserId);

    /// <summary>
    /// Accepts an order, once: creates it and holds its total, or creates it as rejected when the balance does not cover that. An order
    /// that is rejected already is created as it is.
    /// </summary>
    /// <param name="Order">The order.</param>
    /// <param name="Cart">The cart that it was checked out of, without what it buys; null for an order that no cart was part of.</param>
    /// <param name="IsFinal">
    /// False when the order rests on prices that may have changed: should the balance not cover it, it is refused without a trace, to be
    /// tried again with the prices of the moment.
    /// </param>
    public sealed record Place(Order Order, ShoppingCart? Cart, bool IsFinal) : AccountCommand(Order.UserId);

    /// <summary>
    /// Gives a pending order the prices in force, and holds what it costs then. An order that the balance does not cover at these prices
    /// keeps its own, and is bound to them from now on.
    /// </summary>
    /// <param name="Order">The order as it is stored.</param>
    /// <param name="UnitPrices">Won a piece, aligned with its lines.</param>
    public sealed record Reprice(Order Order, IReadOnlyList<long> UnitPrices) : AccountCommand(Order.UserId);

    /// <summary>Turns what a pending order holds into its payment, and the order into a paid one.</summary>
    public sealed record Pay(OrderWork Work) : AccountCommand(Work.UserId);

    /// <summary>Rejects a pending order and releases what it holds.</summary>
    /// <param name="Work">The order.</param>
    /// <param name="Reason">Why, with the numbers.</param>
    /// <param name="Cart">The cart that it came from, with what it was to buy back in; null when it came from none.</param>
    public sealed record Reject(OrderWork Work, Failure Reason, ShoppingCart? Cart) : AccountCommand(Work.UserId);

    /// <summary>Gives the payment of an order back, once.</summary>
    public sealed record Refund(OrderWork Work) : AccountCommand(Work.UserId);
}

/// <summary>
/// What a command leaves in the user's partition besides the account: written in the one batch, or found there by a repeat.
/// </summary>
public sealed record AccountRecord
{
    /// <summary>The entry that explains a change of the balance.</summary>
    public LedgerEntry? Entry { get; init; }

    /// <summary>The order as it is from now on. One without an ETag is new.</summary>
    public Order? Order { get; init; }

    /// <summary>How a pending order was decided, where only that is known of it.</summary>
    public OrderDecision? Decision { get; init; }

    /// <summary>The cart as it is from now on. One without an ETag is new.</summary>
    public ShoppingCart? Cart { get; init; }
}
