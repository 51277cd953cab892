namespace Commerce.Load.Data;

/// <summary>
/// Gathers rows into orders in the sequence of their first row, and returns into cancellations. The shop cancels whole
/// orders, so a return counts only when it takes back exactly one earlier order of the same customer; others are left out.
/// </summary>
internal sealed class SalesBook
{
    private readonly Dictionary<string, Gathering> _gatherings = new(StringComparer.Ordinal);
    private readonly List<Gathering> _sequence = [];
    private readonly SortedDictionary<string, int> _leftOut = new(StringComparer.Ordinal);

    private sealed record Gathering(string Key, string UserId, DateTimeOffset OrderedAt, bool IsReturn, List<SaleLine> Lines);

    public IReadOnlyDictionary<string, int> LeftOut => _leftOut;

    public void LeaveOut(string reason, int rows = 1) => _leftOut[reason] = _leftOut.GetValueOrDefault(reason) + rows;

    /// <summary>Adds a row; a negative quantity is a return.</summary>
    public void Add(string orderKey, string userId, string productId, int quantity, DateTimeOffset orderedAt)
    {
        var isReturn = quantity < 0;
        if (!_gatherings.TryGetValue(orderKey, out var gathering))
        {
            gathering = new Gathering(orderKey, userId, orderedAt, isReturn, []);
            _gatherings.Add(orderKey, gathering);
            _sequence.Add(gathering);
        }
        if (gathering.IsReturn != isReturn || gathering.UserId != userId)
        {
            LeaveOut("row disagrees with the first row of its order");
            return;
        }
        gathering.Lines.Add(new SaleLine(productId, Math.Abs(quantity)));
    }

    public (IReadOnlyList<SaleOrder> Orders, IReadOnlyList<SaleCancellation> Cancellations) Close()
    {
        List<SaleOrder> orders = [];
        List<SaleCancellation> cancellations = [];
        var openByContent = new Dictionary<string, Stack<string>>(StringComparer.Ordinal);
        foreach (var gathering in _sequence)
        {
            var content = ContentOf(gathering);
            if (!gathering.IsReturn)
            {
                orders.Add(new SaleOrder(gathering.Key, gathering.UserId, gathering.OrderedAt, gathering.Lines));
                if (!openByContent.TryGetValue(content, out var keys))
                    openByContent.Add(content, keys = new Stack<string>());
                keys.Push(gathering.Key);
            }
            else if (openByContent.TryGetValue(content, out var keys) && keys.TryPop(out var original))
            {
                cancellations.Add(new SaleCancellation(gathering.Key, original));
            }
            else
            {
                LeaveOut("return of a part, or of an order not in the file", gathering.Lines.Count);
            }
        }
        return (orders, cancellations);
    }

    private static string ContentOf(Gathering gathering)
    {
        var lines = gathering.Lines.GroupBy(line => line.ProductId, StringComparer.Ordinal)
            .OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => $"{group.Key}*{group.Sum(line => (long)line.Quantity)}");
        return $"{gathering.UserId}|{string.Join('|', lines)}";
    }
}
