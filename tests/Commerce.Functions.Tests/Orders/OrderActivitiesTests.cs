using System.Collections.Concurrent;
using Commerce.Functions.Balance;
using Commerce.Functions.Tests.Support;
using Commerce.Shared;
using Commerce.Shared.Balance;
using Commerce.Shared.Delivery;
using Commerce.Shared.Orders;
using Faults;

namespace Commerce.Functions.Tests.Orders;

/// <summary>The steps of an order on the genuine SDK: repeated, doubled, late, and with prices that change in between.</summary>
public sealed class OrderActivitiesTests(TestStore store) : IClassFixture<TestStore>
{
    private readonly OrderFixture _fixture = new(store, store.App);

    [Fact]
    public async Task An_order_of_one_line_takes_three_operations_when_the_heads_are_known()
    {
        var counter = new Counter();
        var fixture = new OrderFixture(store, store.NewProcess(counter));
        var (product, user) = (await fixture.AddProductAsync(10, 100), await fixture.AddUserAsync(1_000));
        await fixture.RunAsync(await fixture.AcceptAsync(user, "warm", new OrderItem(product, 1)));

        counter.Calls.Clear();
        var order = await fixture.AcceptAsync(user, "k", new OrderItem(product, 1));
        await fixture.Steps.FulfilOrder(OrderWork.Of(order));

        Assert.Equal(
            [(CosmosOperation.Batch, "accounts"), (CosmosOperation.Batch, "catalog"), (CosmosOperation.Batch, "accounts")],
            counter.Calls.Select(call => (call.Operation, call.Container)));
    }

    [Fact]
    public async Task An_order_that_cannot_be_paid_is_rejected_before_anything_is_started_or_taken()
    {
        var counter = new Counter();
        var fixture = new OrderFixture(store, store.NewProcess(counter));
        var (product, user) = (await fixture.AddProductAsync(10, 1), await fixture.AddUserAsync(9));
        counter.Calls.Clear();

        var order = await fixture.AcceptAsync(user, "k", new OrderItem(product, 1));

        Assert.Equal((OrderStatus.Rejected, ErrorCode.InsufficientBalance), (order.Status, order.Rejection!.Code));
        Assert.Empty(fixture.Durable.Started);
        Assert.DoesNotContain(counter.Calls, call => call is { IsWrite: true, Container: "catalog" });
    }

    [Fact]
    public async Task What_is_refused_at_acceptance_is_refused_at_the_prices_in_force_and_not_at_those_in_memory()
    {
        var (product, user) = (await _fixture.AddProductAsync(100, 10), await _fixture.AddUserAsync(50));
        // The other process has seen the price of 100.
        var there = new OrderFixture(store, store.NewProcess());
        Assert.Equal(OrderStatus.Rejected, (await there.AcceptAsync(user, "k1", new OrderItem(product, 1))).Status);
        await _fixture.PriceAsync(product, 50);
        Assert.Equal(50, (await there.AcceptAsync(user, "k2", new OrderItem(product, 1))).TotalAmount);

        await _fixture.PriceAsync(product, 70);
        var rejected = await there.AcceptAsync(new OrderRequest(await _fixture.AddUserAsync(1_000), "k", [new OrderItem(product, 1)],
            null)
        { ExpectedTotalAmount = 50 });
        // It was let in at 50, which was in memory there; the price is judged where the line is taken.
        var decided = await there.RunAsync(rejected);
        Assert.Equal((OrderStatus.Rejected, ErrorCode.PriceChanged), (decided.Status, decided.Rejection!.Code));
    }

    [Fact]
    public async Task The_price_in_force_when_the_line_is_taken_is_the_one_that_is_paid()
    {
        var (product, user) = (await _fixture.AddProductAsync(100, 10), await _fixture.AddUserAsync(1_000));
        var order = await _fixture.AcceptAsync(user, "k", new OrderItem(product, 2));
        Assert.Equal(200, order.TotalAmount);
        await _fixture.PriceAsync(product, 150);

        var paid = await _fixture.RunAsync(order);

        Assert.Equal((OrderStatus.Paid, 300L, 150L), (paid.Status, paid.TotalAmount, paid.Lines[0].UnitPrice));
        Assert.Equal((700, 0), ((await _fixture.AccountAsync(user)).Balance, (await _fixture.AccountAsync(user)).Held));
    }

    [Fact]
    public async Task A_buyer_who_agreed_to_a_total_pays_that_or_nothing()
    {
        var (product, user) = (await _fixture.AddProductAsync(1_000, 10), await _fixture.AddUserAsync(100_000));
        var order = await _fixture.AcceptAsync(new OrderRequest(user, "k", [new OrderItem(product, 1)],
            null)
        { ExpectedTotalAmount = 1_000 });
        await _fixture.PriceAsync(product, 50_000);

        var decided = await _fixture.RunAsync(order);

        Assert.Equal(
            (OrderStatus.Rejected, ErrorCode.PriceChanged, 1_000, 50_000),
            (decided.Status, decided.Rejection!.Code, decided.Rejection.ExpectedTotalAmount, decided.Rejection.TotalAmount));
        Assert.Equal((100_000, 0, 10),
            ((await _fixture.AccountAsync(user)).Balance, (await _fixture.AccountAsync(user)).Held, await _fixture.StockAsync(product)));
        // For good: also when the price is back.
        await _fixture.PriceAsync(product, 1_000);
        Assert.Equal(OrderStatus.Rejected, (await _fixture.RunAsync(order)).Status);
    }

    [Fact]
    public async Task Of_several_lines_those_that_were_taken_go_back_when_another_costs_more_than_was_agreed()
    {
        var (a, b, user) = (await _fixture.AddProductAsync(10, 5), await _fixture.AddProductAsync(20, 5),
            await _fixture.AddUserAsync(1_000));
        var order = await _fixture.AcceptAsync(
            new OrderRequest(user, "k", [new OrderItem(a, 1), new OrderItem(b, 1)], null) { ExpectedTotalAmount = 30 });
        await _fixture.PriceAsync(b, 21);

        var decided = await _fixture.RunAsync(order);

        Assert.Equal((ErrorCode.PriceChanged, 30, 31),
            (decided.Rejection!.Code, decided.Rejection.ExpectedTotalAmount, decided.Rejection.TotalAmount));
        Assert.Equal((5L, 5L, 1_000L), (await _fixture.StockAsync(a), await _fixture.StockAsync(b), await _fixture.BalanceAsync(user)));
    }

    [Fact]
    public async Task A_price_that_rises_above_what_is_there_rejects_the_order_and_no_stock_was_taken_for_it()
    {
        var (product, user) = (await _fixture.AddProductAsync(100, 1), await _fixture.AddUserAsync(120));
        var order = await _fixture.AcceptAsync(user, "k", new OrderItem(product, 1));
        await _fixture.PriceAsync(product, 121);

        var decided = await _fixture.RunAsync(order);

        Assert.Equal((ErrorCode.PriceChanged, 100, 121),
            (decided.Rejection!.Code, decided.Rejection.ExpectedTotalAmount, decided.Rejection.TotalAmount));
        Assert.Equal((120, 0), ((await _fixture.AccountAsync(user)).Balance, (await _fixture.AccountAsync(user)).Held));
        Assert.Equal(1, await _fixture.StockAsync(product));
    }

    [Fact]
    public async Task Prices_that_change_all_the_time_while_steps_run_in_two_processes_leave_whole_orders()
    {
        var there = new OrderFixture(store, store.NewProcess());
        for (var round = 0; round < 12; round++)
        {
            var (a, b, user) = (await _fixture.AddProductAsync(100, 2), await _fixture.AddProductAsync(100, 2),
                await _fixture.AddUserAsync(round % 3 == 0 ? 230 : 1_000));
            OrderRequest request = new(user, "k", [new OrderItem(a, 1), new OrderItem(b, 1)], null)
            {
                ExpectedTotalAmount = round % 4 == 1
                ? 200 : null
            };
            var order = await _fixture.AcceptAsync(request);
            var changes = Task.Run(async () =>
            {
                for (var n = 0; n < 20; n++)
                    await Task.WhenAll(_fixture.PriceAsync(a, 100 + (n % 3 * 10)), _fixture.PriceAsync(b, 100 + (n % 2 * 10)));
            });
            await Task.WhenAll(Enumerable.Range(0, 4).Select(n => (n % 2 == 0 ? _fixture : there).RunAsync(order)).Append(changes));

            var decided = (await _fixture.Orders.FindAsync(user, order.Id))!;
            var taken = decided.Status == OrderStatus.Paid ? 1 : 0;
            Assert.Equal((2 - taken, 2 - taken), (await _fixture.StockAsync(a), await _fixture.StockAsync(b)));
            var account = await _fixture.AccountAsync(user);
            Assert.Equal(((round % 3 == 0 ? 230 : 1_000) - (taken * decided.TotalAmount), 0), (account.Balance, account.Held));
            Assert.True(taken == 0 || request.ExpectedTotalAmount is null || decided.TotalAmount == 200, $"{decided.TotalAmount} was paid");
        }
    }

    /// <summary>What a process saw of the prices is older than what another one has made of the order by the time that it is read.</summary>
    [Fact]
    public async Task An_order_that_got_its_prices_elsewhere_meanwhile_is_paid_at_those()
    {
        using var faults = new CosmosFaultHandler(new FaultPlan(0, 0));
        var there = new OrderFixture(store, store.NewProcess(faults));
        var (product, user) = (await _fixture.AddProductAsync(100, 10), await _fixture.AddUserAsync(1_000));
        var order = await _fixture.AcceptAsync(user, "k", new OrderItem(product, 1));
        await _fixture.PriceAsync(product, 150);
        var isOvertaken = false;
        faults.Watch = async (call, _) =>
        {
            if (isOvertaken || call is not { IsWrite: false, Container: "accounts" })
                return;
            isOvertaken = true;
            await _fixture.PriceAsync(product, 170);
            await _fixture.Get<AccountLedger>().SubmitAsync(user, new AccountCommand.Reprice(order, [170]));
        };

        var paid = await there.RunAsync(order);

        Assert.True(isOvertaken);
        Assert.Equal((OrderStatus.Paid, 170L, 1), (paid.Status, paid.TotalAmount, paid.Revision));
    }

    [Fact]
    public async Task Steps_that_run_many_times_at_once_in_two_processes_have_the_effect_of_one()
    {
        var there = new OrderFixture(store, store.NewProcess());
        var (a, b, user) = (await _fixture.AddProductAsync(10, 5), await _fixture.AddProductAsync(10, 5), await _fixture.AddUserAsync(100));
        var order = await _fixture.AcceptAsync(user, "k", new OrderItem(a, 2), new OrderItem(b, 3));

        await Task.WhenAll(Enumerable.Range(0, 12).Select(n => (n % 2 == 0 ? _fixture : there).RunAsync(order)));

        Assert.Equal(OrderStatus.Paid, (await _fixture.Orders.FindAsync(user, order.Id))!.Status);
        Assert.Equal((3L, 2L, 50L), (await _fixture.StockAsync(a), await _fixture.StockAsync(b), await _fixture.BalanceAsync(user)));
    }

    [Fact]
    public async Task A_rejection_stands_however_often_and_late_the_steps_run_again()
    {
        var there = new OrderFixture(store, store.NewProcess());
        var (a, b, user) = (await _fixture.AddProductAsync(10, 5), await _fixture.AddProductAsync(10, 2), await _fixture.AddUserAsync(100));
        var order = await _fixture.AcceptAsync(user, "k", new OrderItem(a, 2), new OrderItem(b, 3));
        await Task.WhenAll(Enumerable.Range(0, 8).Select(n => (n % 2 == 0 ? _fixture : there).RunAsync(order)));
        await _fixture.AdjustAsync(b, 100);

        var again = await there.RunAsync(order);

        Assert.Equal((OrderStatus.Rejected, ErrorCode.InsufficientStock, 2L),
            (again.Status, again.Rejection!.Code, again.Rejection.Available!.Value));
        Assert.Equal((5L, 102L, 100L), (await _fixture.StockAsync(a), await _fixture.StockAsync(b), await _fixture.BalanceAsync(user)));
        Assert.Equal(0, (await _fixture.AccountAsync(user)).Held);
    }

    [Fact]
    public async Task A_fulfilment_that_comes_after_the_rejection_takes_nothing()
    {
        var (a, b, user) = (await _fixture.AddProductAsync(10, 5), await _fixture.AddProductAsync(10, 0), await _fixture.AddUserAsync(100));
        var order = await _fixture.AcceptAsync(user, "k", new OrderItem(a, 2), new OrderItem(b, 1));
        await _fixture.RunAsync(order);
        await _fixture.AdjustAsync(b, 10);

        Assert.Null(await _fixture.Steps.FulfilOrder(OrderWork.Of(order)));
        Assert.Equal((5, 10), (await _fixture.StockAsync(a), await _fixture.StockAsync(b)));
    }

    [Fact]
    public async Task A_repeat_of_the_fulfilment_sends_the_same_event_and_a_refused_order_sends_none()
    {
        var (product, user) = (await _fixture.AddProductAsync(10, 1), await _fixture.AddUserAsync(100));
        var order = await _fixture.AcceptAsync(user, "k", new OrderItem(product, 1));
        var sent = await _fixture.Steps.FulfilOrder(OrderWork.Of(order));
        Assert.Equal($"{order.Id}.paid", OrderEventMessage.Parse(sent!).Ref.EventId);
        Assert.Equal(sent, await _fixture.Steps.FulfilOrder(OrderWork.Of(order)));

        var refused = await _fixture.AcceptAsync(user, "another", new OrderItem(product, 1));
        Assert.Null(await _fixture.Steps.FulfilOrder(OrderWork.Of(refused)));
    }

    private sealed class Counter : DelegatingHandler
    {
        public ConcurrentQueue<CosmosCall> Calls { get; } = new();

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (await CosmosCall.OfAsync(request) is { Operation: not CosmosOperation.Metadata } call)
                Calls.Enqueue(call);
            return await base.SendAsync(request, cancellationToken);
        }
    }
}
