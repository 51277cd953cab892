using System.Globalization;
using Commerce.Functions.Http;
using Commerce.Shared.Json;

namespace Commerce.Functions.Orders;

/// <summary>Positions in lists of orders, as their cursors carry them.</summary>
internal static class OrderCursor
{
    public static string Text(OrderPosition position) => $"{UtcTimeConverter.Text(position.CreatedAt)} {position.OrderId}";

    /// <summary>The position that a cursor names; null for the first page, or when it names none.</summary>
    public static OrderPosition? Position(RequestInput input, string? after)
    {
        if (after is null)
            return null;
        if (after.Split(' ') is [var time, var orderId]
            && DateTimeOffset.TryParse(time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var createdAt))
            return new(createdAt, orderId);
        input.Refuse("cursor", "must be the nextCursor of the page before");
        return null;
    }
}
