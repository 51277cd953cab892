using Commerce.Load.Http;

namespace Commerce.Load.Replay;

/// <summary>Pieces and won by product: a plain count, to hold against what the shop precomputes.</summary>
internal sealed class SalesCount
{
    private readonly Dictionary<string, (long Quantity, long Revenue)> _sales = new(StringComparer.Ordinal);

    /// <summary>
    /// Counts the lines of paid orders; those paid before <paramref name="windowStart"/> and those not (or no longer) paid do not count.
    /// </summary>
    public static SalesCount Of(IEnumerable<PlacedOrder> orders, DateTimeOffset windowStart)
    {
        var count = new SalesCount();
        foreach (var line in orders.Where(order => order.Status == "paid" && (order.PaidAt ?? order.CreatedAt) >= windowStart)
            .SelectMany(order => order.Lines))
            count.Add(line.ProductId, line.Quantity, line.Amount);
        return count;
    }

    /// <summary>Counts the lines of orders that were ever paid, also of those that were cancelled since.</summary>
    public static SalesCount OfEverPaid(IEnumerable<PlacedOrder> orders)
    {
        var count = new SalesCount();
        foreach (var line in orders.Where(order => order.Status is "paid" or "cancelled").SelectMany(order => order.Lines))
            count.Add(line.ProductId, line.Quantity, line.Amount);
        return count;
    }

    public static SalesCount Of(IEnumerable<TopItem> items)
    {
        var count = new SalesCount();
        foreach (var item in items)
            count.Add(item.ProductId, item.Quantity, item.Revenue);
        return count;
    }

    public SalesCount Plus(SalesCount other)
    {
        var sum = new SalesCount();
        foreach (var (productId, (quantity, revenue)) in _sales.Concat(other._sales))
            sum.Add(productId, quantity, revenue);
        return sum;
    }

    /// <summary>What is left without <paramref name="other"/>; a product of which nothing is left is gone.</summary>
    public SalesCount Without(SalesCount other)
    {
        var rest = new SalesCount();
        foreach (var (productId, (quantity, revenue)) in _sales)
        {
            var (less, won) = other._sales.GetValueOrDefault(productId);
            if (quantity > less)
                rest.Add(productId, quantity - less, revenue - won);
        }
        return rest;
    }

    /// <summary>Pieces of a product.</summary>
    public long QuantityOf(string productId) => _sales.GetValueOrDefault(productId).Quantity;

    /// <summary>The products sold most: by quantity, then by revenue, then by id.</summary>
    public IReadOnlyList<TopItem> Top(int limit) =>
        [.. _sales.Where(entry => entry.Value.Quantity > 0)
            .OrderByDescending(entry => entry.Value.Quantity)
            .ThenByDescending(entry => entry.Value.Revenue)
            .ThenBy(entry => entry.Key, StringComparer.Ordinal)
            .Take(limit)
            .Select((entry, index) => new TopItem(index + 1, entry.Key, entry.Value.Quantity, entry.Value.Revenue))];

    private void Add(string productId, long quantity, long revenue)
    {
        var (soFar, won) = _sales.GetValueOrDefault(productId);
        _sales[productId] = (soFar + quantity, won + revenue);
    }
}
