using Commerce.Load.Http;

namespace Commerce.Load.Replay;

/// <summary>The top five as served, and as a plain count gives it.</summary>
internal sealed record TopVerdict(bool Held, IReadOnlyList<TopItem> Served, IReadOnlyList<TopItem> Counted);

/// <summary>
/// Holds the precomputed top five against a plain count over the orders listed for the file's customers. What others bought
/// before the replay (in a shop that is not fresh) is what the list showed then beyond these customers' orders.
/// </summary>
internal sealed class TopCheck
{
    private const int Five = 5;
    private const int LimitMax = 100;
    private static readonly TimeSpan PollEvery = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan WatchEvery = TimeSpan.FromSeconds(1);
    private readonly Dictionary<string, long> _mostShown = new(StringComparer.Ordinal);
    private readonly ShopApi _shop;
    private readonly TimeProvider _time;
    private readonly SalesCount _others;

    private TopCheck(ShopApi shop, TimeProvider time, SalesCount others) => (_shop, _time, _others) = (shop, time, others);

    /// <summary>Takes note of what is there before the first order.</summary>
    /// <param name="audit">The shop's audit before the replay; its time is the shop's clock.</param>
    /// <param name="before">The customers' orders before the replay.</param>
    public static async Task<TopCheck> BeginAsync(ShopApi shop, Audit audit, CustomerOrders before, TimeSpan patience, TimeProvider time,
        CancellationToken cancellationToken)
    {
        if (audit.Orders == 0)
            return new TopCheck(shop, time, new SalesCount());
        var deadline = time.GetUtcNow() + patience;
        TopList top;
        while (((top = await shop.TopAsync(LimitMax, cancellationToken)).AsOf ?? DateTimeOffset.MinValue) < audit.CheckedAt
            && time.GetUtcNow() < deadline)
            await Task.Delay(PollEvery, time, cancellationToken);
        return new TopCheck(shop, time,
            SalesCount.Of(top.Items).Without(SalesCount.Of(before.Orders, top.WindowStart ?? DateTimeOffset.MinValue)));
    }

    /// <summary>
    /// Looks at the list from time to time while orders are placed, and remembers the most that it has shown of each product.
    /// </summary>
    public async Task WatchAsync(CancellationToken stop)
    {
        try
        {
            while (true)
            {
                foreach (var item in (await _shop.TopAsync(LimitMax, stop)).Items)
                    _mostShown[item.ProductId] = Math.Max(item.Quantity, _mostShown.GetValueOrDefault(item.ProductId));
                await Task.Delay(WatchEvery, _time, stop);
            }
        }
        catch (OperationCanceledException)
        {
            // All orders are placed.
        }
    }

    /// <summary>What the list has shown of products beyond all that was ever paid for: orders that were not paid were in it.</summary>
    public IEnumerable<string> Excess(CustomerOrders after)
    {
        var everPaid = _others.Plus(SalesCount.OfEverPaid(after.Orders));
        return _mostShown.Where(shown => shown.Value > everPaid.QuantityOf(shown.Key))
            .Select(shown => $"the list showed {shown.Value} pieces of {shown.Key}, of which {everPaid.QuantityOf(shown.Key)} were ever "
                + "paid");
    }

    /// <summary>
    /// Waits until the list is what the count says, or for <paramref name="patience"/>: the timer that precomputes it may lag.
    /// </summary>
    public async Task<TopVerdict> EndAsync(CustomerOrders after, TimeSpan patience, CancellationToken cancellationToken)
    {
        var deadline = _time.GetUtcNow() + patience;
        while (true)
        {
            var served = await _shop.TopAsync(Five, cancellationToken);
            var counted = _others.Plus(SalesCount.Of(after.Orders, served.WindowStart ?? DateTimeOffset.MinValue)).Top(Five);
            var held = served.Items.SequenceEqual(counted);
            if (held || _time.GetUtcNow() >= deadline)
                return new TopVerdict(held, served.Items, counted);
            await Task.Delay(PollEvery, _time, cancellationToken);
        }
    }
}
