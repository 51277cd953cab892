using Commerce.Load.Data;
using Commerce.Load.Http;
using Commerce.Load.Load;
using Commerce.Load.Measuring;
using Commerce.Load.Reports;

namespace Commerce.Load.Replay;

/// <summary>
/// Places the orders of a file through HTTP: catalog, charges, orders, cancellations, and then the proof. Keys depend on
/// the file alone, so a replay broken off at any point can be started again and ends in the same state.
/// </summary>
internal sealed class ReplayRun(ShopApi shop, string fileName, SalesFile file, IReadOnlyList<CatalogItem> catalog, ReplayOptions options,
    TimeProvider time)
{
    // Shops bound what one charge may be; a larger need is charged in parts.
    private const long ChargeMax = 1_000_000_000;
    private readonly ReplayKeys _keys = new(file.Fingerprint, options.Run);
    private readonly TimeSpan[] _elapsedEach = new TimeSpan[ReplayClient.Operations.Length];
    private Meter _meter = new(ReplayClient.Operations, time);
    private volatile string _phase = "reading the catalog";
    private int _steps;

    public ProgressState State
    {
        get
        {
            var meter = Volatile.Read(ref _meter);
            return new ProgressState(
                _phase, (double)meter.CountAll() / Math.Max(1, Volatile.Read(ref _steps)), meter.Count(Outcome.Ok),
                    meter.Count(Outcome.Refused), meter.Count(Outcome.Failed),
                meter.Samples.Count > 0 ? meter.Samples[^1] : null, meter.Kinds);
        }
    }

    /// <exception cref="ShopUnreachableException">The shop did not answer within the patience.</exception>
    public async Task<RunReport> RunAsync(CancellationToken cancellationToken)
    {
        var startedAt = time.GetUtcNow();
        var users = file.Orders.Select(order => order.UserId).Distinct(StringComparer.Ordinal).ToArray();
        var auditBefore = await shop.AuditAsync(cancellationToken);
        var before = auditBefore.Orders == 0 ? CustomerOrders.None : await CustomerOrders.ListAsync(shop, users, cancellationToken);
        var topCheck = await TopCheck.BeginAsync(shop, auditBefore, before, options.TopWait, time, cancellationToken);
        var prices = await EnsureCatalogAsync(cancellationToken);
        using var watching = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var watch = topCheck.WatchAsync(watching.Token);

        Volatile.Write(ref _meter, new Meter(ReplayClient.Operations, time));
        using var sampling = new CancellationTokenSource();
        var sampler = SampleAsync(sampling.Token);
        var placements = await TradeAsync(prices, cancellationToken);
        var elapsed = _meter.Elapsed;
        await sampling.CancelAsync();
        await watching.CancelAsync();
        await Task.WhenAll(sampler, watch);

        _phase = "checking";
        var after = await CustomerOrders.ListAsync(shop, users, cancellationToken);
        var accepted = placements.Where(placement => placement.Order is not null).ToArray();
        IReadOnlyList<string> differences =
        [
            .. after.Differences(before, [.. accepted.Select(placement => placement.Order!.OrderId)]),
            .. accepted.Where(placement => Cost(placement.Sale, prices) is { } cost && cost != placement.Order!.TotalAmount)
                .Select(placement => $"order {placement.Order!.OrderId} cost {placement.Order.TotalAmount}, and its buyer had agreed to "
                    + $"{Cost(placement.Sale, prices)}"),
            .. topCheck.Excess(after),
        ];
        var top = await topCheck.EndAsync(after, options.TopWait, cancellationToken);
        var audit = await shop.AuditAsync(cancellationToken);
        return new RunReport(
            $"replay {fileName}", shop.Endpoint.BaseUrl, startedAt, Machine.Current,
                new Drive(options.Clients, null, 0, Math.Round(elapsed.TotalSeconds, 2), null),
            _meter.Summarise(elapsed, _elapsedEach), _meter.Kinds, _meter.Samples, audit,
            new ReplaySummary(
                fileName, file.Orders.Count, accepted.Length, accepted.Count(placement => placement.Order!.Status == "cancelled"),
                    Refusals(placements), file.LeftOut,
                shop.Repeats, differences, top.Held, top.Served, top.Counted));
    }

    private static SortedDictionary<string, int> Refusals(IEnumerable<Placement> placements) => new(
        placements.Where(placement => placement.Refusal is not null).GroupBy(placement => placement.Refusal!, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.Count(), StringComparer.Ordinal), StringComparer.Ordinal);

    /// <summary>Imports what the shop does not have yet, and returns the price of each product as the shop will charge it.</summary>
    private async Task<IReadOnlyDictionary<string, long>> EnsureCatalogAsync(CancellationToken cancellationToken)
    {
        var prices = (await shop.ProductsAsync(cancellationToken))
            .ToDictionary(product => product.ProductId, product => product.Price, StringComparer.Ordinal);
        var wanted = file.Orders.SelectMany(order => order.Lines).Select(line => line.ProductId).ToHashSet(StringComparer.Ordinal);
        var missing = catalog.Where(item => wanted.Contains(item.ProductId) && !prices.ContainsKey(item.ProductId)).ToArray();
        _phase = $"importing {missing.Length} products";
        await new ShopSetup(shop, 0, 0).ImportAsync(missing, cancellationToken);
        foreach (var item in missing)
            prices.Add(item.ProductId, item.Price);
        return prices;
    }

    private async Task<IReadOnlyList<Placement>> TradeAsync(IReadOnlyDictionary<string, long> prices, CancellationToken cancellationToken)
    {
        var charges = Charges(prices).ToArray();
        Volatile.Write(ref _steps, charges.Length + file.Orders.Count + file.Cancellations.Count);
        await EachAsync(ReplayClient.ChargeOperation, charges, (client, _, charge, token) =>
            client.ChargeAsync(charge.UserId, charge.Part, charge.Amount, token), cancellationToken);
        var placements = new Placement[file.Orders.Count];
        await EachAsync(ReplayClient.OrderOperation, file.Orders, async (client, index, sale, token) =>
            placements[index] = await client.PlaceAsync(sale, Cost(sale, prices), token), cancellationToken);
        var indexes = file.Orders.Select((order, index) => (order.Key, index))
            .ToDictionary(entry => entry.Key, entry => entry.index, StringComparer.Ordinal);
        await EachAsync(ReplayClient.CancelOperation, file.Cancellations, async (client, _, cancellation, token) =>
        {
            var index = indexes[cancellation.OrderKey];
            if (placements[index].Order is not null
                && await client.CancelAsync(cancellation.Key, placements[index], token) is { } cancelled)
                placements[index] = placements[index] with { Order = cancelled };
        }, cancellationToken);
        return placements;
    }

    /// <summary>What an order costs by the prices that the shop showed; null when it showed none for one of its products.</summary>
    private static long? Cost(SaleOrder sale, IReadOnlyDictionary<string, long> prices) =>
        sale.Lines.All(line => prices.ContainsKey(line.ProductId)) ? sale.Lines.Sum(line => prices[line.ProductId] * line.Quantity) : null;

    /// <summary>What each customer's orders cost, times the budget, up to whole thousands and in parts a shop accepts.</summary>
    private IEnumerable<(string UserId, int Part, long Amount)> Charges(IReadOnlyDictionary<string, long> prices)
    {
        foreach (var customer in file.Orders.GroupBy(order => order.UserId, StringComparer.Ordinal))
        {
            var cost = customer.SelectMany(order => order.Lines)
                .Sum(line => prices.GetValueOrDefault(line.ProductId) * (decimal)line.Quantity);
            var need = (long)decimal.Ceiling(cost * options.Budget / 1_000m) * 1_000L;
            for (var part = 1; need > 0; part++, need -= ChargeMax)
                yield return (customer.Key, part, Math.Min(need, ChargeMax));
        }
    }

    /// <summary>Does <paramref name="work"/> for each item, in sequence of starting, with as many clients as asked for.</summary>
    private async Task EachAsync<T>(int operation, IReadOnlyList<T> items, Func<ReplayClient, int, T, CancellationToken, Task> work,
        CancellationToken cancellationToken)
    {
        _phase = ReplayClient.Operations[operation];
        var startedAt = time.GetTimestamp();
        using var broken = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var next = -1;
        async Task ClientAsync()
        {
            using var client = new ReplayClient(shop, _keys, _meter, options.Patience, time);
            try
            {
                while (Interlocked.Increment(ref next) is var index && index < items.Count)
                    await work(client, index, items[index], broken.Token);
            }
            catch
            {
                await broken.CancelAsync();
                throw;
            }
        }
        await Task.WhenAll(Enumerable.Range(0, Math.Min(options.Clients, items.Count))
            .Select(_ => Task.Run(ClientAsync, CancellationToken.None)));
        _elapsedEach[operation] = time.GetElapsedTime(startedAt);
    }

    private async Task SampleAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), time);
        while (!stop.IsCancellationRequested)
        {
            await ((Task)timer.WaitForNextTickAsync(stop).AsTask()).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _meter.TakeSample();
        }
    }
}
