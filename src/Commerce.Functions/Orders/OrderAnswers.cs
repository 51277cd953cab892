using System.Globalization;
using Commerce.Functions.Http;
using Commerce.Shared;
using Commerce.Shared.Orders;

namespace Commerce.Functions.Orders;

/// <summary>What the buyer is told about an order that was placed, here or at the checkout of a cart.</summary>
internal static class OrderAnswers
{
    public static string Location(Order order) => ResourcePath.Of("users", order.UserId, "orders", order.Id);

    /// <summary>The version of an order. All that it shows follows from these two.</summary>
    public static string ETag(Order order) =>
        string.Create(CultureInfo.InvariantCulture, $"\"{OrderTransitions.NameOf(order.Status)}-{order.Revision}\"");

    /// <summary>
    /// 201 with the order as it was paid; 409 with the numbers when it was rejected; 202 while it is pending. The same for a repeat, also
    /// when the order has been cancelled since: the key stands for placing the order, and what came of that does not change.
    /// </summary>
    public static IResult Placed(Result<Order> outcome, Preference preference)
    {
        if (!outcome.Succeeded)
            return Answers.Problem(outcome.Failure);
        var order = outcome.Value;
        return order switch
        {
            { Status: OrderStatus.Pending } => Accepted(order, preference),
            { Rejection: { } reason } => Answers.Problem(reason with { OrderId = order.Id }, ("Location", Location(order))),
            _ => Answers.Created(OrderView.Of(order.AsPaid()), OrderJson.Wire.OrderView, Location(order), ETag(order.AsPaid())),
        };
    }

    /// <summary>200 with the order; 202 while the cancellation is under way.</summary>
    public static IResult Cancelled(Result<Order> outcome, Preference preference) => outcome switch
    {
        { Failure: { } failure } => Answers.Problem(failure),
        { Value: { Status: OrderStatus.Cancelled } order } => Answers.Ok(OrderView.Of(order), OrderJson.Wire.OrderView, ETag(order)),
        _ => Accepted(outcome.Value!, preference),
    };

    /// <summary>How long to wait for the outcome: as the client asks, but not longer than the setting.</summary>
    public static TimeSpan Wait(Preference preference, OrderOptions options)
    {
        var max = TimeSpan.FromSeconds(options.WaitSeconds);
        if (preference.RespondAsync)
            return TimeSpan.Zero;
        return preference.Wait is { } asked && asked < max ? asked : max;
    }

    private static JsonAnswer<OrderView> Accepted(Order order, Preference preference) =>
        new(StatusCodes.Status202Accepted, OrderView.Of(order), OrderJson.Wire.OrderView)
        {
            Location = Location(order),
            Headers = preference.RespondAsync
                ? [("Retry-After", "1"), (Preference.AppliedHeader, "respond-async")]
                : [("Retry-After", "1")],
        };
}
