using Commerce.Functions.Catalog;
using Commerce.Functions.Delivery;
using Commerce.Functions.Orders;
using Commerce.Functions.Ranking;
using Commerce.Functions.Tests.Orders;
using Commerce.Functions.Tests.Support;
using Commerce.Functions.Upkeep;
using Commerce.Shared.Catalog;
using Commerce.Shared.Delivery;
using Commerce.Shared.Orders;
using Faults;
using Microsoft.Azure.Functions.Worker;

namespace Commerce.Functions.Tests.Upkeep;

/// <summary>The one timer: it does all that has to be done, and what fails does not keep the rest from being done.</summary>
public sealed class UpkeepTests : IAsyncLifetime
{
    private const string Orders = "orders";
    private const string Deliveries = "deliveries";
    private const string Ranking = "ranking";
    private const string Shards = "shards";

    private readonly TestStore _store = new();

    public ValueTask InitializeAsync() => _store.InitializeAsync();

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData]
    [InlineData(Orders)]
    [InlineData(Deliveries)]
    [InlineData(Ranking)]
    [InlineData(Shards)]
    [InlineData(Orders, Ranking)]
    [InlineData(Orders, Deliveries, Ranking, Shards)]
    public async Task All_that_can_be_done_is_done_and_every_fault_is_told(params string[] failing)
    {
        var app = new OrderFixture(_store, _store.App);
        var (product, user) = (await app.AddProductAsync(10, 5), await app.AddUserAsync(100));
        var abandoned = await app.AcceptAsync(user, "k", new OrderItem(product, 1));
        var sold = await app.RunAsync(await app.AcceptAsync(user, "sold", new OrderItem(product, 1)));
        // No platform is configured here: the event waits.
        await app.Get<EventDispatcher>().DispatchAsync(OrderEventMessage.Parse(OrderEvents.Paid(sold)), Stop);
        await LeaveUnderWayAsync(app, product);
        var there = new OrderFixture(_store, _store.NewProcess(new Failing(failing), new AcceleratedTime(TimeSpan.FromMinutes(5))));
        var upkeep = new UpkeepFunctions(
            there.Get<OrderSweeper>(), there.Get<DeliveryWatch>(), there.Get<RankingKeeper>(), there.Get<ShardUpkeep>());

        var fault = await Record.ExceptionAsync(() => upkeep.RunAsync(new TimerInfo(), there.Durable, Stop));

        var started = there.Durable.Started;
        Assert.Equal(!failing.Contains(Orders), started.Contains((PlaceOrderOrchestrator.Name, abandoned.Id)));
        Assert.Equal(!failing.Contains(Deliveries), started.Contains((RedeliveryOrchestrator.Name, RedeliveryOrchestrator.InstanceId)));
        var pointer = await app.Get<RankingStore>().FindPointerAsync(Stop);
        Assert.Equal(!failing.Contains(Ranking), pointer is not null);
        var stock = await app.Get<StockTransfers>().ReadAsync(product, Stop);
        Assert.Equal(!failing.Contains(Shards), !stock.UnderWay.Any());
        var faults = fault switch
        {
            null => [],
            AggregateException several => several.InnerExceptions.Select(static one => one.Message),
            _ => [fault.Message],
        };
        // The orders are asked for in two ways.
        Assert.Equal(failing.Order(), faults.Distinct().Order());
    }

    /// <summary>Makes a product hot; pieces have left its own partition and arrived nowhere.</summary>
    private static async Task LeaveUnderWayAsync(OrderFixture app, string product)
    {
        await app.Get<ShardSwitch>().SetAsync(product, 2, Stop);
        var given = await app.Get<StockLedger>().SubmitAsync(product, new StockCommand.Give(product, new StockTransfer(1, 1, 1)));
        Assert.True(given.Succeeded);
    }

    /// <summary>Fails what one kind of work asks of the store.</summary>
    private sealed class Failing(string[] work) : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var call = await CosmosCall.OfAsync(request);
            var asks = call switch
            {
                { Operation: CosmosOperation.Query, Container: "accounts" } => Orders,
                { Operation: CosmosOperation.Query, Container: "catalog" } => Shards,
                { Container: "deliveries" } => Deliveries,
                { Container: "ranking" } => Ranking,
                _ => "",
            };
            return work.Contains(asks)
                ? throw new InvalidOperationException(asks)
                : await base.SendAsync(request, cancellationToken);
        }
    }
}
