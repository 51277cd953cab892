using Commerce.Shared.Orders;

namespace Commerce.Functions.Orders;

/// <summary>An order that is still to be decided, or a paid one that is still to be cancelled.</summary>
/// <param name="OrderId">The order.</param>
/// <param name="UserId">Whose it is.</param>
/// <param name="Since">When it was placed, or when its cancellation was asked for.</param>
public sealed record OpenOrder(string OrderId, string UserId, DateTimeOffset Since)
{
    /// <summary>
    /// Far more than an order takes while everything works; an orchestration that retries for so long is not helped by another one, which
    /// is why the time until the next doubles.
    /// </summary>
    internal static readonly TimeSpan SubstituteAfter = TimeSpan.FromMinutes(10);

    public static OpenOrder Of(Order order) => new(order.Id, order.UserId, order.CreatedAt);

    /// <summary>
    /// The number of the orchestration that is to run beside the first by now: 1 after ten minutes, 2 after twenty, 3 after forty; null
    /// before.
    /// </summary>
    internal int? SubstituteNumber(DateTimeOffset now) =>
        now - Since < SubstituteAfter ? null : 1 + (int)Math.Log2((now - Since) / SubstituteAfter);
}
