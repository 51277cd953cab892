using System.Text.Json.Serialization;

namespace Commerce.Shared.Orders;

[JsonConverter(typeof(JsonStringEnumConverter<OrderStatus>))]
public enum OrderStatus
{
    /// <summary>Accepted; the orchestration has not decided yet.</summary>
    [JsonStringEnumMemberName("pending")]
    Pending,

    /// <summary>Stock is taken and the balance has paid.</summary>
    [JsonStringEnumMemberName("paid")]
    Paid,

    /// <summary>Refused for want of stock or balance; nothing is held.</summary>
    [JsonStringEnumMemberName("rejected")]
    Rejected,

    /// <summary>Was paid; the money and the stock are back.</summary>
    [JsonStringEnumMemberName("cancelled")]
    Cancelled,
}

/// <summary>The one table of legal status changes.</summary>
public static class OrderTransitions
{
    private static readonly HashSet<(OrderStatus From, OrderStatus To)> Legal =
    [
        (OrderStatus.Pending, OrderStatus.Paid),
        (OrderStatus.Pending, OrderStatus.Rejected),
        (OrderStatus.Paid, OrderStatus.Cancelled),
    ];

    public static bool IsLegal(OrderStatus from, OrderStatus to) => Legal.Contains((from, to));
}
