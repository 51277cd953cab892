using Commerce.Load.Http;

namespace Commerce.Load.Replay;

/// <summary>The orders that the shop lists for a set of customers, those it rejected left out.</summary>
internal sealed class CustomerOrders
{
    public static readonly CustomerOrders None = new([]);
    private readonly List<PlacedOrder> _orders;

    private CustomerOrders(List<PlacedOrder> orders) => _orders = orders;

    public IReadOnlyList<PlacedOrder> Orders => _orders;

    public static async Task<CustomerOrders> ListAsync(ShopApi shop, IEnumerable<string> userIds, CancellationToken cancellationToken)
    {
        List<PlacedOrder> orders = [];
        foreach (var userId in userIds)
            orders.AddRange((await shop.OrdersAsync(userId, cancellationToken)).Where(order => order.Status != "rejected"));
        return new CustomerOrders(orders);
    }

    /// <summary>
    /// What is wrong when these are the orders after a replay, <paramref name="before"/> those before it and
    /// <paramref name="accepted"/> the ids the shop answered: an id missing, an id answered or listed twice, or an order that nobody
    /// placed.
    /// </summary>
    public IReadOnlyList<string> Differences(CustomerOrders before, IReadOnlyCollection<string> accepted)
    {
        var listed = _orders.GroupBy(order => order.OrderId, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.Count(), StringComparer.Ordinal);
        var known = before._orders.Select(order => order.OrderId).Concat(accepted).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. accepted.GroupBy(id => id, StringComparer.Ordinal).Where(group => group.Count() > 1)
                .Select(group => $"order {group.Key} was answered for {group.Count()} different keys"),
            .. accepted.Distinct(StringComparer.Ordinal).Where(id => !listed.ContainsKey(id))
                .Select(id => $"order {id} was accepted and is not listed"),
            .. listed.Where(entry => entry.Value > 1).Select(entry => $"order {entry.Key} is listed {entry.Value} times"),
            .. listed.Keys.Where(id => !known.Contains(id)).Select(id => $"order {id} is listed and was not placed by this replay"),
        ];
    }
}
