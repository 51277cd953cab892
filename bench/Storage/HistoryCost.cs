using System.Diagnostics;
using System.Globalization;
using Commerce.Functions;
using Commerce.Functions.Audit;
using Commerce.Functions.Balance;
using Commerce.Functions.Catalog;
using Commerce.Functions.Cosmos;
using Commerce.Functions.Delivery;
using Commerce.Functions.Orders;
using Commerce.Functions.Ranking;
using Commerce.Shared.Orders;
using LocalPlatform.Cosmos;
using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Commerce.Bench.Storage;

/// <summary>
/// What grows with history, on a store that <see cref="StoreFill"/> has filled: each piece of work by itself, with the shop's own services,
/// its time, requests, request units, and the most managed memory beyond what was in use before it.
/// </summary>
internal sealed class HistoryCost : IAsyncDisposable
{
    private static readonly TimeSpan AuditMax = TimeSpan.FromHours(1);

    private readonly CountingHandler _counts;
    private readonly ServiceProvider _shop;
    private readonly TextWriter _output;

    public HistoryCost(CosmosStore store, TextWriter output)
    {
        _output = output;
        _counts = new CountingHandler(new CosmosGatewayHandler(store));
        // The audit spares the buyers' throughput; here there are none.
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Cosmos"] = LocalCosmos.ConnectionString,
            ["Audit:RequestUnitsPerSecond"] = "1000000",
            ["Ranking:SliceSeconds"] = "100",
        }).Build();
        _shop = new ServiceCollection()
            .AddSingleton<IConfiguration>(configuration)
            .AddSingleton<ILoggerFactory>(new LoggerFactory())
            .AddSingleton(typeof(ILogger<>), typeof(Logger<>))
            .AddSingleton(TimeProvider.System)
            .AddCommerce(configuration)
            .Configure<CosmosClientOptions>(options => options.UseLocalCosmos(_counts))
            .BuildServiceProvider();
    }

    public async Task RunAsync(CancellationToken ct)
    {
        await _output.WriteLineAsync("| work | seconds | requests | RU | MB at most |\n|---|--:|--:|--:|--:|");
        var orders = Get<OrderStore>();
        await MeasureAsync("sweeper: what is pending or to be cancelled", async () =>
        {
            await orders.PendingAsync(DateTimeOffset.UtcNow, null, ct);
            await orders.ToCancelAsync(DateTimeOffset.UtcNow, null, ct);
        });
        var keeper = Get<RankingKeeper>();
        await MeasureAsync("fold: the first, over 8 days", () => FoldAsync(keeper, ct));
        await MeasureAsync("fold: nothing new", () => FoldAsync(keeper, ct));
        var reconciler = Get<EventReconciler>();
        await MeasureAsync("events compared: three days of which all are lost", async () =>
        {
            while (await reconciler.RunAsync(ct) > 0)
                ct.ThrowIfCancellationRequested();
        });
        await MeasureAsync("events compared: nothing new", () => reconciler.RunAsync(ct));
        await MeasureAsync("deliveries: how many wait", () =>
            Get<DeliveryStore>().CountAsync(Commerce.Shared.Delivery.DeliveryState.Waiting, ct));
        await MeasureAsync("list: a user's orders", () => orders.ListAsync("user-000007", 50, null));
        await MeasureAsync("list: a user's entries", () => Get<AccountReader>().EntriesAsync("user-000007", long.MaxValue, 50, ct));
        await MeasureAsync("list: products", () => Get<ProductReader>().ListAsync("P000100", 50, ct));
        await MeasureSearchAsync(ct);
        var auditor = Get<Auditor>();
        await MeasureAsync("audit: a whole round", async () =>
        {
            var checkpoint = await auditor.ProveAsync(AuditMax, ct);
            var view = AuditView.Of(checkpoint!);
            await _output.WriteLineAsync($"| ({(view.Ok ? "the books agree" : "the books do not agree")}) | | | | |");
        });
        await MeasureAsync("audit: nothing new", () => auditor.RunAsync(TimeSpan.FromMinutes(3), ct));
    }

    public async ValueTask DisposeAsync()
    {
        await _shop.DisposeAsync();
        _counts.Dispose();
    }

    /// <summary>An operator's search, in each way that it is asked.</summary>
    private async Task MeasureSearchAsync(CancellationToken ct)
    {
        const int Page = 20;
        var search = Get<OrderSearch>();
        var (any, middle) = (new OrderQuery(null, null, null, null, null), DateTimeOffset.UtcNow.AddDays(-15));
        TimePosition? next = null;
        Task FindAsync(OrderQuery wanted, TimePosition? after = null) => search.FindAsync(wanted, Page, after, ct);
        await MeasureAsync("search: the newest orders", async () => next = (await search.FindAsync(any, Page, null, ct)).Next);
        await MeasureAsync("search: their second page", () => FindAsync(any, next));
        await MeasureAsync("search: a time of an hour", () => FindAsync(any with { From = middle, To = middle.AddHours(1) }));
        await MeasureAsync("search: a state that is frequent", () => FindAsync(any with { Status = OrderStatus.Cancelled }));
        await MeasureAsync("search: a state that none is in", () => FindAsync(any with { Status = OrderStatus.Pending }));
        await MeasureAsync("search: a user", () => FindAsync(any with { UserId = "user-000007" }));
        await MeasureAsync("search: a product", () => FindAsync(any with { ProductId = "P000001" }));
        await MeasureAsync("search: a product that nobody bought", () => FindAsync(any with { ProductId = "P999999" }));
        await MeasureAsync("search: a product, of a user", () => FindAsync(any with { UserId = "user-000007", ProductId = "P000001" }));
    }

    private T Get<T>() where T : class => ActivatorUtilities.GetServiceOrCreateInstance<T>(_shop);

    private static async Task FoldAsync(RankingKeeper keeper, CancellationToken ct)
    {
        while (await keeper.RunAsync(ct) != FoldOutcome.CaughtUp)
            ct.ThrowIfCancellationRequested();
    }

    private async Task MeasureAsync(string work, Func<Task> doAsync)
    {
        GC.Collect();
        var (before, most) = (GC.GetTotalMemory(forceFullCollection: true), 0L);
        var (requests, units) = (_counts.Requests, _counts.RequestUnits);
        var clock = Stopwatch.StartNew();
        await using (new Timer(_ => most = Math.Max(most, GC.GetTotalMemory(false)), null, 0, 50))
            await doAsync();
        most = Math.Max(0, most - before);
        await _output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
            $"| {work} | {clock.Elapsed.TotalSeconds:0.00} | {_counts.Requests - requests:N0} | {_counts.RequestUnits - units:N0} | "
                + $"{most / 1e6:0} |"));
    }

    private sealed class CountingHandler(HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        private readonly Lock _lock = new();

        public long Requests { get; private set; }

        public double RequestUnits { get; private set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var answer = await base.SendAsync(request, cancellationToken);
            if (answer.Headers.TryGetValues("x-ms-request-charge", out var charges))
            {
                lock (_lock)
                {
                    Requests++;
                    RequestUnits += double.Parse(charges.First(), CultureInfo.InvariantCulture);
                }
            }
            return answer;
        }
    }
}
