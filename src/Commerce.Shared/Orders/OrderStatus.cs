using System.Text.Json.Serialization;

namespace Commerce.Shared.Orders;

[JsonConverter(typeof(JsonStringEnumConverter<OrderStatus>))]
public enum OrderStatus
{
    /// <summary>Accepted and its money held; the orchestration has not decided yet.</summary>
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
    /// <summary>The status that an order must have to get another one. No order becomes pending again.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Nothing leads to <paramref name="next"/>.</exception>
    public static OrderStatus Before(OrderStatus next) => next switch
    {
        OrderStatus.Paid or OrderStatus.Rejected => OrderStatus.Pending,
        OrderStatus.Cancelled => OrderStatus.Paid,
        _ => throw new ArgumentOutOfRangeException(nameof(next)),
    };

    /// <summary>The status as documents have it.</summary>
    public static string NameOf(OrderStatus status) => status.ToString().ToLowerInvariant();
}
