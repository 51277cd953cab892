using System.Collections.Concurrent;
using Commerce.Functions.Tests.Support;
using Commerce.Shared;
using Commerce.Shared.Orders;
using Faults;

namespace Commerce.Functions.Tests.Orders;

/// <summary>The steps of an order on the genuine SDK: repeated, doubled, late.</summary>
public sealed class OrderActivitiesTests(TestStore store) : IClassFixture<TestStore>
{
    private readonly OrderHouse _house = new(store, store.App);

    [Fact]
    public async Task An_order_of_one_line_takes_four_operations_when_the_heads_are_known()
    {
        var counter = new Counter();
        var house = new OrderHouse(store, store.NewProcess(counter));
        var (product, user) = (await house.AddProductAsync(10, 100), await house.AddUserAsync(1_000));
        await house.RunAsync(await house.AcceptAsync(user, "warm", new OrderItem(product, 1)));

        counter.Calls.Clear();
        var order = await house.AcceptAsync(user, "k", new OrderItem(product, 1));
        var work = OrderWork.Of(order);
        await house.Steps.ReserveStock(work);
        await house.Steps.PayOrder(new OrderPayment(order.Id, user, 10));
        await house.Steps.CompleteOrder(new OrderCompletion(order.Id, user, null));

        Assert.Equal(
            [(CosmosOperation.Create, "orders"), (CosmosOperation.Batch, "catalog"), (CosmosOperation.Batch, "accounts"), (CosmosOperation.Patch, "orders")],
            counter.Calls.Select(call => (call.Operation, call.Container)));
    }

    [Fact]
    public async Task The_price_at_the_reservation_is_the_one_that_is_paid()
    {
        var (product, user) = (await _house.AddProductAsync(100, 10), await _house.AddUserAsync(1_000));
        var order = await _house.AcceptAsync(user, "k", new OrderItem(product, 2));
        Assert.Equal(200, order.TotalAmount);
        await _house.PriceAsync(product, 150);

        var paid = await _house.RunAsync(order);

        Assert.Equal((OrderStatus.Paid, 300L, 150L), (paid.Status, paid.TotalAmount, paid.Lines[0].UnitPrice));
        Assert.Equal(700, await _house.BalanceAsync(user));
    }

    [Fact]
    public async Task Steps_that_run_many_times_at_once_in_two_processes_have_the_effect_of_one()
    {
        var there = new OrderHouse(store, store.NewProcess());
        var (a, b, user) = (await _house.AddProductAsync(10, 5), await _house.AddProductAsync(10, 5), await _house.AddUserAsync(100));
        var order = await _house.AcceptAsync(user, "k", new OrderItem(a, 2), new OrderItem(b, 3));

        await Task.WhenAll(Enumerable.Range(0, 12).Select(n => (n % 2 == 0 ? _house : there).RunAsync(order)));

        Assert.Equal(OrderStatus.Paid, (await _house.Orders.FindAsync(user, order.Id))!.Status);
        Assert.Equal((3L, 2L, 50L), (await _house.StockAsync(a), await _house.StockAsync(b), await _house.BalanceAsync(user)));
    }

    [Fact]
    public async Task A_rejection_stands_however_often_and_late_the_steps_run_again()
    {
        var there = new OrderHouse(store, store.NewProcess());
        var (a, b, user) = (await _house.AddProductAsync(10, 5), await _house.AddProductAsync(10, 2), await _house.AddUserAsync(100));
        var order = await _house.AcceptAsync(user, "k", new OrderItem(a, 2), new OrderItem(b, 3));
        await Task.WhenAll(Enumerable.Range(0, 8).Select(n => (n % 2 == 0 ? _house : there).RunAsync(order)));
        await _house.AdjustAsync(b, 100);

        var again = await there.RunAsync(order);

        Assert.Equal((OrderStatus.Rejected, ErrorCode.InsufficientStock, 2L), (again.Status, again.Rejection!.Code, again.Rejection.Available!.Value));
        Assert.Equal((5L, 102L, 100L), (await _house.StockAsync(a), await _house.StockAsync(b), await _house.BalanceAsync(user)));
    }

    [Fact]
    public async Task A_reservation_that_comes_after_the_release_takes_nothing()
    {
        var (product, user) = (await _house.AddProductAsync(10, 5), await _house.AddUserAsync(100));
        var order = await _house.AcceptAsync(user, "k", new OrderItem(product, 2));
        await _house.Steps.ReleaseStock(OrderWork.Of(order));
        var late = await _house.Steps.ReserveStock(OrderWork.Of(order));
        Assert.Equal(ErrorCode.InsufficientStock, late.Refusal!.Code);
        Assert.Equal(5, await _house.StockAsync(product));
    }

    [Fact]
    public async Task A_refund_that_the_balance_cannot_hold_is_refused_until_it_can()
    {
        var (product, user) = (await _house.AddProductAsync(1_000, 5), await _house.AddRichUserAsync());
        var payment = new OrderPayment(OrderHouse.NewId("o"), user, 1_000);
        Assert.Null(await _house.Steps.PayOrder(payment));
        await _house.ChargeAsync(user, 400);

        var refusal = await _house.Steps.RefundOrder(payment);

        Assert.Equal((ErrorCode.BalanceLimitExceeded, 1_000L, 600L), (refusal!.Code, refusal.Requested!.Value, refusal.Available!.Value));
        Assert.Equal(Limits.MoneyMax - 600, await _house.BalanceAsync(user));
        Assert.Null(await _house.Steps.PayOrder(payment with { OrderId = OrderHouse.NewId("o") }));
        Assert.Null(await _house.Steps.RefundOrder(payment));
        Assert.Equal(Limits.MoneyMax - 600, await _house.BalanceAsync(user));
        Assert.Equal(5, await _house.StockAsync(product));
    }

    private sealed class Counter : DelegatingHandler
    {
        public ConcurrentQueue<CosmosCall> Calls { get; } = new();

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (CosmosCall.Of(request) is { Operation: not CosmosOperation.Metadata } call)
                Calls.Enqueue(call);
            return base.SendAsync(request, cancellationToken);
        }
    }
}
