using Commerce.Functions.Delivery;
using Commerce.Functions.Orders;
using Commerce.Functions.Tests.Delivery;
using Commerce.Functions.Tests.Support;
using Commerce.Shared;
using Commerce.Shared.Delivery;
using Commerce.Shared.Orders;
using Faults;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Commerce.Functions.Tests.Orders;

/// <summary>An instance whose replica lags behind what others have written decides nothing by it.</summary>
public sealed class LaggingInstanceTests(TestStore store) : IClassFixture<TestStore>, IAsyncDisposable
{
    private readonly OrderFixture _elsewhere = new(store, store.App);
    private readonly LaggingReplica _replica = store.NewReplica();

    private OrderFixture NewInstance() => new(store, store.NewProcess(_replica.Handler()));

    [Fact]
    public async Task An_order_of_a_product_that_is_new_is_let_in()
    {
        await _replica.FreezeAsync();
        var (product, user) = (await _elsewhere.AddProductAsync(10, 5), await _elsewhere.AddUserAsync(100));
        Assert.Equal(OrderStatus.Pending, (await NewInstance().AcceptAsync(user, "k", new OrderItem(product, 1))).Status);
    }

    [Fact]
    public async Task A_line_of_a_product_that_is_new_is_taken()
    {
        await _replica.FreezeAsync();
        var (product, user) = (await _elsewhere.AddProductAsync(10, 5), await _elsewhere.AddUserAsync(100));
        var order = await _elsewhere.AcceptAsync(user, "k", new OrderItem(product, 1));
        Assert.NotNull(await NewInstance().Steps.FulfilOrder(OrderWork.Of(order)));
        Assert.Equal(4, await _elsewhere.StockAsync(product));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(50L)]
    public async Task Nobody_is_refused_for_good_by_a_price_that_was_in_force(long? expected)
    {
        var (product, user) = (await _elsewhere.AddProductAsync(100, 5), await _elsewhere.AddUserAsync(50));
        await _replica.FreezeAsync();
        await _elsewhere.PriceAsync(product, 50);
        var request = new OrderRequest(user, "k", [new OrderItem(product, 1)], null) { ExpectedTotalAmount = expected };
        var order = await NewInstance().AcceptAsync(request);
        Assert.Equal((OrderStatus.Pending, 50), (order.Status, order.TotalAmount));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_paid_order_can_be_cancelled(bool isKnownAsPending)
    {
        var order = await AcceptAsync(isKnownAsPending);
        await _elsewhere.RunAsync(order);

        var here = NewInstance();
        var outcome = await here.Get<OrderCancellation>().CancelAsync(here.Durable, order.UserId, order.Id, "c", TimeSpan.Zero);

        Assert.True(outcome.Succeeded, outcome.Failure?.Detail);
        Assert.Equal([(CancelOrderOrchestrator.Name, OrderOrchestrations.CancellationId(order.Id))], here.Durable.Started);
    }

    [Fact]
    public async Task A_refund_is_not_refused_by_a_balance_that_was()
    {
        var (product, user) = (await _elsewhere.AddProductAsync(1_000, 5), await _elsewhere.AddRichUserAsync());
        var paid = await PaidAsync(user, product, "first");
        await _elsewhere.ChargeAsync(user, 1_000);
        await _replica.FreezeAsync();
        await PaidAsync(user, product, "second");

        Assert.Null(await NewInstance().Steps.RefundOrder(OrderWork.Of(paid)));
    }

    [Fact]
    public async Task A_refund_that_was_made_is_not_refused()
    {
        var (product, user) = (await _elsewhere.AddProductAsync(1_000, 5), await _elsewhere.AddRichUserAsync());
        var paid = await PaidAsync(user, product, "first");
        await _elsewhere.ChargeAsync(user, 1_000);
        await _replica.FreezeAsync();
        await PaidAsync(user, product, "second");
        Assert.Null(await _elsewhere.Steps.RefundOrder(OrderWork.Of(paid)));

        Assert.Null(await NewInstance().Steps.RefundOrder(OrderWork.Of(paid)));
        Assert.Equal(Limits.MoneyMax, await _elsewhere.BalanceAsync(user));
    }

    [Fact]
    public async Task A_cancellation_that_is_completed_again_sends_the_same_event()
    {
        var (product, user) = (await _elsewhere.AddProductAsync(10, 5), await _elsewhere.AddUserAsync(100));
        var work = OrderWork.Of(await PaidAsync(user, product, "k"));
        await _replica.FreezeAsync();
        await _elsewhere.Steps.RefundOrder(work);
        var sent = await _elsewhere.Steps.CompleteCancellation(work);

        Assert.Equal(sent, await NewInstance().Steps.CompleteCancellation(work));
    }

    [Fact]
    public async Task A_rejection_gives_a_cart_back_that_was_changed_meanwhile()
    {
        var (product, other) = (await _elsewhere.AddProductAsync(10, 0), await _elsewhere.AddProductAsync(10, 5));
        var user = await _elsewhere.AddUserAsync(100);
        var carts = _elsewhere.Get<Functions.Cart.CartWriter>();
        var full = (await carts.ChangeAsync(user, new Shared.Cart.CartChange.Add(product, 1))).Value!.Cart;
        var request = new OrderRequest(user, "k", [new OrderItem(product, 1)], null) { FromCart = true, Cart = full };
        var order = await _elsewhere.AcceptAsync(request);
        await _replica.FreezeAsync();
        await carts.ChangeAsync(user, new Shared.Cart.CartChange.Add(other, 2));

        Assert.Equal(OrderStatus.Rejected, (await NewInstance().RunAsync(order)).Status);
        var back = (await carts.FindAsync(user, TestContext.Current.CancellationToken))!;
        Assert.Equal([(product, 1), (other, 2)], back.Items.Select(item => (item.ProductId, item.Quantity)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_event_of_an_order_that_was_just_paid_is_sent_and_not_parked(bool isKnownAsPending)
    {
        var order = await AcceptAsync(isKnownAsPending);
        var message = OrderEventMessage.Parse((await _elsewhere.Steps.FulfilOrder(OrderWork.Of(order)))!);

        using var platform = new FakePlatform();
        using var dispatcher = Dispatcher(NewInstance(), platform);
        var delivery = await dispatcher.TryAsync(
            EventDelivery.Of(message.Ref, DateTimeOffset.UtcNow), cloudEvent: null, TestContext.Current.CancellationToken);

        Assert.Equal((DeliveryState.Delivered, null), (delivery.State, delivery.Reason));
        Assert.True(_replica.Answered > 0);
    }

    [Fact]
    public async Task Orders_that_wander_over_instances_that_lag_are_whole()
    {
        const int stock = 20, orders = 30;
        _replica.LagMax = TimeSpan.FromMilliseconds(100);
        await _replica.FreezeAsync();
        var instances = Enumerable.Range(0, 3).Select(_ => NewInstance()).ToArray();
        var (product, user) = (await _elsewhere.AddProductAsync(10, stock), await _elsewhere.AddUserAsync(1_000));

        await Task.WhenAll(Enumerable.Range(0, orders).Select(async n =>
        {
            var order = await instances[n % 3].AcceptAsync(user, $"k{n}", new OrderItem(product, 1));
            // Each step twice at the same time, on the two instances that did not let it in.
            await Task.WhenAll(instances[(n + 1) % 3].RunAsync(order), instances[(n + 2) % 3].RunAsync(order));
        }));

        var decided = await Task.WhenAll(
            Enumerable.Range(0, orders).Select(n => _elsewhere.Orders.GetAsync(user, OperationId.Order(user, $"k{n}"))));
        Assert.Equal(stock, decided.Count(order => order.Status == OrderStatus.Paid));
        Assert.All(
            decided.Where(order => order.Status != OrderStatus.Paid),
            order => Assert.Equal((OrderStatus.Rejected, ErrorCode.InsufficientStock), (order.Status, order.Rejection!.Code)));
        var account = await _elsewhere.AccountAsync(user);
        Assert.Equal((0L, 1_000L - (stock * 10), 0L), (await _elsewhere.StockAsync(product), account.Balance, account.Held));
        Assert.True(_replica.Answered > 0);
    }

    public ValueTask DisposeAsync() => _replica.DisposeAsync();

    /// <summary>An order of which the replica knows that it is pending, or nothing at all.</summary>
    private async Task<Order> AcceptAsync(bool isKnownAsPending)
    {
        var (product, user) = (await _elsewhere.AddProductAsync(10, 5), await _elsewhere.AddUserAsync(100));
        if (!isKnownAsPending)
            await _replica.FreezeAsync();
        var order = await _elsewhere.AcceptAsync(user, "k", new OrderItem(product, 1));
        if (isKnownAsPending)
            await _replica.FreezeAsync();
        return order;
    }

    private async Task<Order> PaidAsync(string user, string product, string key) =>
        await _elsewhere.RunAsync(await _elsewhere.AcceptAsync(user, key, new OrderItem(product, 1)));

    private static EventDispatcher Dispatcher(OrderFixture fixture, FakePlatform platform)
    {
        var (options, time) = (DeliveryFixture.Options, TimeProvider.System);
        var store = new DeliveryStore(fixture.Get<Functions.Cosmos.CommerceDatabase>());
        var report = new BreakerReport(store, NullLogger<BreakerReport>.Instance);
        var gate = new PlatformGate(
            new DataPlatformClient(options, platform, time), report, Options.Create(options), time, NullLogger<PlatformGate>.Instance);
        var deliverySwitch = new DeliverySwitch(store, time, NullLogger<DeliverySwitch>.Instance);
        return ActivatorUtilities.CreateInstance<EventDispatcher>(fixture.Get<IServiceProvider>(), gate, deliverySwitch, store);
    }
}
