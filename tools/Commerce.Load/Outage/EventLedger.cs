using Commerce.Load.Http;
using Commerce.Load.Measuring;
using HdrHistogram;

namespace Commerce.Load.Outage;

/// <summary>Which events there must be, by the shop's own lists of orders, and which the platform has.</summary>
internal sealed class EventLedger(ShopApi shop, MockPlatform platform, OutageOptions options, TimeProvider time)
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(500);
    private readonly HashSet<string> _before = new(StringComparer.Ordinal);
    private readonly HashSet<string> _received = new(StringComparer.Ordinal);
    private readonly LongHistogram _lags = Latencies.Empty();
    private long _acceptedBefore;
    private long _duplicatesBefore;

    /// <summary>From paid to received, of the arrivals that were counted in.</summary>
    public LatencySummary Lag => LatencySummary.Of(_lags);

    /// <summary>Notes what the platform has already.</summary>
    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        _before.UnionWith((await platform.NewArrivalsAsync(cancellationToken)).Select(arrival => arrival.Id));
        var summary = await platform.SummaryAsync(cancellationToken);
        (_acceptedBefore, _duplicatesBefore) = (summary.Accepted, summary.Duplicates);
    }

    /// <summary>
    /// Waits until nothing waits in the shop and the platform has as many events as orders were <paramref name="placed"/> since the
    /// opening, or until nothing has come for as long as the patience lasts. Returns what came since the last call.
    /// </summary>
    public async Task<IReadOnlyList<Arrival>> SettleAsync(long placed, CancellationToken cancellationToken)
    {
        var accepted = -1L;
        for (var since = time.GetTimestamp(); time.GetElapsedTime(since) < options.Patience; await Task.Delay(LookEvery, time,
            cancellationToken))
        {
            var summary = await platform.SummaryAsync(cancellationToken);
            if (summary.Accepted - _acceptedBefore >= placed && await WaitingAsync(cancellationToken) == 0)
                break;
            if (summary.Accepted != accepted)
                since = time.GetTimestamp();
            accepted = summary.Accepted;
        }
        var arrivals = await platform.NewArrivalsAsync(cancellationToken);
        _received.UnionWith(arrivals.Select(arrival => arrival.Id));
        return arrivals;
    }

    public void CountLags(IEnumerable<Arrival> arrivals)
    {
        foreach (var arrival in arrivals)
        {
            if (arrival.PaidAt is { } paidAt)
                _lags.RecordValue(Math.Max(1, (long)(arrival.ReceivedAt - paidAt).TotalMicroseconds));
        }
    }

    /// <summary>Holds the orders of the load's users against the events.</summary>
    public async Task<(int Expected, int Received, long Duplicates, string[] Missing, string[] Unexpected)> CompareAsync(
        CancellationToken cancellationToken)
    {
        var expected = new HashSet<string>(StringComparer.Ordinal);
        for (var user = 0; user < options.Users; user++)
        {
            foreach (var order in await shop.OrdersAsync(Load.ShopSetup.UserId(user), cancellationToken))
                expected.UnionWith(EventsOf(order));
        }
        _received.UnionWith((await platform.NewArrivalsAsync(cancellationToken)).Select(arrival => arrival.Id));
        var missing = expected.Where(id => !_received.Contains(id) && !_before.Contains(id)).Order(StringComparer.Ordinal).ToArray();
        var unexpected = _received.Where(id => !expected.Contains(id)).Order(StringComparer.Ordinal).ToArray();
        var duplicates = (await platform.SummaryAsync(cancellationToken)).Duplicates - _duplicatesBefore;
        return (expected.Count, expected.Count - missing.Length, duplicates, missing, unexpected);
    }

    private async Task<long> WaitingAsync(CancellationToken cancellationToken) =>
        (await shop.GetAsync("api/ops/deliveries/status", DeliveryJson.Default.DeliveryStatus, cancellationToken, forOperator: true))
            .Waiting;

    private static IEnumerable<string> EventsOf(PlacedOrder order)
    {
        if (order.Status is "paid" or "cancelled")
            yield return order.OrderId + ".paid";
        if (order.Status == "cancelled")
            yield return order.OrderId + ".cancelled";
    }
}
