using Commerce.Functions.Balance;
using Commerce.Functions.Cart;
using Commerce.Functions.Catalog;
using Commerce.Functions.Cosmos;
using Commerce.Functions.Orders;
using Commerce.Functions.Tests.Support;
using Commerce.Shared;
using Commerce.Shared.Balance;
using Commerce.Shared.Cart;
using Commerce.Shared.Catalog;
using Commerce.Shared.Orders;
using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.Options;

namespace Commerce.Functions.Tests.Orders;

/// <summary>Steps that come late, or for an order that is no longer what it was, change nothing.</summary>
public sealed class LateStepsTests(TestStore store) : IClassFixture<TestStore>
{
    private static readonly Failure SomeReason = Failure.InsufficientStock("p", 1, 0);

    private readonly OrderFixture _fixture = new(store, store.App);

    private Container Accounts => store.Database[CommerceDatabase.Accounts];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_completion_after_a_cancellation_changes_nothing_and_says_what_was_said_before()
    {
        var (user, product, pending) = await AcceptAsync();
        var paidEvent = await _fixture.Steps.FulfilOrder(OrderWork.Of(pending));
        var work = OrderWork.Of(await _fixture.Orders.GetAsync(user, pending.Id));
        Assert.Null(await _fixture.Steps.RefundOrder(work));
        var cancelledEvent = await _fixture.Steps.CompleteCancellation(work);
        var cancelled = await _fixture.Orders.GetAsync(user, pending.Id);
        Assert.Equal(OrderStatus.Cancelled, cancelled.Status);

        // One process that remembers all of it, and one that knows nothing.
        foreach (var fixture in (OrderFixture[])[_fixture, new(store, store.NewProcess())])
        {
            Assert.Equal(paidEvent, await fixture.Steps.FulfilOrder(OrderWork.Of(pending)));
            Assert.True(await fixture.Steps.RejectOrder(OrderWork.Of(pending)));
            Assert.Null(await fixture.Steps.RefundOrder(work));
            Assert.Equal(cancelledEvent, await fixture.Steps.CompleteCancellation(work));
        }

        Assert.Equal(cancelled.ETag, (await _fixture.Orders.GetAsync(user, pending.Id)).ETag);
        Assert.Equal((100, 5), (await _fixture.BalanceAsync(user), await _fixture.StockAsync(product)));
    }

    /// <summary>Another order holds as much, so that the sums alone would not keep the late one from being written.</summary>
    [Fact]
    public async Task A_rejection_of_an_order_that_was_paid_meanwhile_releases_nothing()
    {
        var (user, product, pending) = await AcceptAsync();
        await _fixture.AcceptAsync(user, "other", new OrderItem(product, 1));
        await _fixture.RunAsync(pending);

        var answer = await SubmitAsync(new AccountCommand.Reject(OrderWork.Of(pending), SomeReason, null));

        Assert.Equal(OrderStatus.Paid, answer.Value!.Record.Order!.Status);
        Assert.Equal(OrderStatus.Paid, (await _fixture.Orders.GetAsync(user, pending.Id)).Status);
        await AssertMoneyAsync(user, balance: 90, held: 10);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_decision_on_an_order_as_it_was_before_its_prices_changed_is_not_carried_out(bool pays)
    {
        var (user, product, before) = await AcceptAsync();
        await _fixture.AcceptAsync(user, "other", new OrderItem(product, 1));
        var repriced = await SubmitAsync(new AccountCommand.Reprice(await _fixture.Orders.GetAsync(user, before.Id), [30]));
        Assert.Equal(1, repriced.Value!.Record.Order!.Revision);

        var answer = await SubmitAsync(
            pays ? new AccountCommand.Pay(OrderWork.Of(before)) : new AccountCommand.Reject(OrderWork.Of(before), SomeReason, null));

        Assert.Equal((OrderStatus.Pending, 30), (answer.Value!.Record.Order!.Status, answer.Value.Record.Order.TotalAmount));
        Assert.Equal(OrderStatus.Pending, (await _fixture.Orders.GetAsync(user, before.Id)).Status);
        await AssertMoneyAsync(user, balance: 100, held: 40);
    }

    [Fact]
    public async Task A_change_of_prices_that_was_made_for_an_older_order_does_not_overwrite_a_newer_one()
    {
        var (user, _, _) = await AcceptAsync();
        var seen = await _fixture.Orders.GetAsync(user, OperationId.Order(user, "k"));
        await SubmitAsync(new AccountCommand.Reprice(seen, [20]));

        var answer = await SubmitAsync(new AccountCommand.Reprice(seen, [30]));

        Assert.Equal(20, answer.Value!.Record.Order!.TotalAmount);
        var order = await _fixture.Orders.GetAsync(user, seen.Id);
        Assert.Equal((20, 1), (order.TotalAmount, order.Revision));
        await AssertMoneyAsync(user, balance: 100, held: 20);
    }

    [Fact]
    public async Task Only_a_paid_order_becomes_cancelled_or_loses_the_mark_of_its_request()
    {
        var (user, _, pending) = await AcceptAsync();

        var order = await _fixture.Orders.CancelAsync(user, pending.Id, DateTimeOffset.UnixEpoch);
        await _fixture.Orders.KeepAsync(user, pending.Id);

        Assert.Equal((OrderStatus.Pending, null), (order.Status, order.CancelledAt));
        Assert.Equal(order.ETag, (await _fixture.Orders.GetAsync(user, pending.Id)).ETag);
    }

    [Fact]
    public async Task A_request_to_cancel_that_was_judged_by_a_paid_order_is_not_recorded_when_it_is_paid_no_more()
    {
        var (user, _, pending) = await AcceptAsync();
        var paid = await _fixture.RunAsync(pending);
        await _fixture.Orders.CancelAsync(user, paid.Id, DateTimeOffset.UnixEpoch);
        var request = new CancellationRequest
        {
            Id = OperationId.Cancellation(user, "c"),
            UserId = user,
            OrderId = paid.Id,
            CreatedAt = DateTimeOffset.UnixEpoch,
        };

        Assert.Null(await _fixture.Get<CancellationStore>().RecordAsync(request, paid));

        Assert.Null(await Accounts.FindAsync<CancellationRequest>(request.Id, new PartitionKey(user), Stop));
        Assert.Null((await _fixture.Orders.GetAsync(user, paid.Id)).CancelRequestedAt);
    }

    [Fact]
    public async Task The_first_refusal_of_a_request_to_cancel_stands()
    {
        var (user, _, pending) = await AcceptAsync();
        var (paid, requests) = (await _fixture.RunAsync(pending), _fixture.Get<CancellationStore>());
        var request = new CancellationRequest
        {
            Id = OperationId.Cancellation(user, "c"),
            UserId = user,
            OrderId = paid.Id,
            CreatedAt = DateTimeOffset.UnixEpoch,
        };
        Assert.Equal(request, await requests.RecordAsync(request, paid));
        Failure[] refusals = [new(ErrorCode.BalanceLimitExceeded, "first"), new(ErrorCode.BalanceLimitExceeded, "second")];

        Assert.Equal(refusals[0], await requests.RefuseAsync(request, refusals[0]));
        Assert.Equal(refusals[0], await requests.RefuseAsync(request, refusals[1]));

        Assert.Equal(refusals[0], (await requests.RecordAsync(request, paid))!.Refusal);
    }

    [Fact]
    public async Task An_order_that_was_decided_between_the_looks_of_the_sweeper_is_not_started_again()
    {
        var (_, _, pending) = await AcceptAsync();
        await _fixture.RunAsync(pending);
        var later = new OrderFixture(store, store.App);

        Assert.False(await later.Get<OrderOrchestrations>().RestartIfDeadAsync(later.Durable, OpenOrder.Of(pending)));

        Assert.Empty(later.Durable.Started);
    }

    [Fact]
    public async Task A_checkout_empties_only_the_cart_that_it_was_made_of()
    {
        var (user, product, _) = await AcceptAsync();
        var other = await _fixture.AddProductAsync(10, 5);
        var carts = _fixture.Get<CartWriter>();
        var seen = (await carts.ChangeAsync(user, new CartChange.Add(product, 1))).Value!.Cart;
        await carts.ChangeAsync(user, new CartChange.Add(other, 2));
        var request = new OrderRequest(user, "checkout", [new OrderItem(product, 1)], null) { FromCart = true, Cart = seen };

        Assert.Equal(Failure.Superseded, (await _fixture.PlaceAsync(request)).Failure);

        Assert.Null(await _fixture.Placement.FindAsync(user, "checkout"));
        Assert.Equal([new CartItem(product, 1), new CartItem(other, 2)], (await carts.FindAtPrimaryAsync(user))!.Items);
        await AssertMoneyAsync(user, balance: 100, held: 10);
    }

    [Fact]
    public async Task An_order_that_came_from_no_cart_leaves_the_cart_alone_whatever_becomes_of_it()
    {
        var (user, product, pending) = await AcceptAsync();
        var (carts, soldOut) = (_fixture.Get<CartWriter>(), await _fixture.AddProductAsync(10, 0));
        var cart = (await carts.ChangeAsync(user, new CartChange.Add(product, 3))).Value!.Cart;

        Assert.Equal(OrderStatus.Paid, (await _fixture.RunAsync(pending)).Status);
        var refused = await _fixture.AcceptAsync(user, "refused", new OrderItem(soldOut, 1));
        Assert.Equal(OrderStatus.Rejected, (await _fixture.RunAsync(refused)).Status);

        Assert.Equal(cart.ETag, (await carts.FindAtPrimaryAsync(user))!.ETag);
    }

    /// <summary>Nobody who sees the order, and so nobody who polls for it, can find the cart as it was before.</summary>
    [Fact]
    public async Task The_cart_is_empty_as_soon_as_its_order_is_there_and_full_again_as_soon_as_it_is_rejected()
    {
        var user = await _fixture.AddUserAsync(100);
        var (carts, soldOut) = (_fixture.Get<CartWriter>(), await _fixture.AddProductAsync(10, 0));
        var cart = (await carts.ChangeAsync(user, new CartChange.Add(soldOut, 3))).Value!.Cart;
        var seen = new List<(OrderStatus? Status, int Items)>();
        using var watched = new AfterEachCall(async () =>
        {
            var order = await _fixture.Placement.FindAsync(user, "k");
            seen.Add((order?.Status, (await carts.FindAtPrimaryAsync(user))!.Items.Count));
        });
        var there = new OrderFixture(store, store.NewProcess(watched));
        watched.IsOn = true;

        var order = await there.AcceptAsync(
            new OrderRequest(user, "k", [new OrderItem(soldOut, 3)], null) { FromCart = true, Cart = cart });
        await there.RunAsync(order);

        Assert.Equal([(null, 1), (OrderStatus.Pending, 0), (OrderStatus.Rejected, 1)], seen.Distinct());
    }

    [Fact]
    public async Task A_rejection_that_would_give_back_into_a_cart_that_has_changed_is_made_anew()
    {
        var (user, product, pending) = await AcceptAsync();
        var carts = _fixture.Get<CartWriter>();
        var seen = (await carts.ChangeAsync(user, new CartChange.Add(product, 1))).Value!.Cart;
        var now = (await carts.ChangeAsync(user, new CartChange.Add(product, 2))).Value!.Cart;

        var answer = await SubmitAsync(new AccountCommand.Reject(OrderWork.Of(pending), SomeReason, seen with { Items = [] }));

        Assert.Equal(Failure.Superseded, answer.Failure);
        Assert.Equal(OrderStatus.Pending, (await _fixture.Orders.GetAsync(user, pending.Id)).Status);
        Assert.Equal(now.ETag, (await carts.FindAtPrimaryAsync(user))!.ETag);
        await AssertMoneyAsync(user, balance: 100, held: 10);
    }

    [Fact]
    public async Task A_line_that_was_taken_at_another_price_is_no_line_of_an_order_that_is_bound_to_its_own()
    {
        var (user, product) = (await _fixture.AddUserAsync(100), await _fixture.AddProductAsync(20, 5));
        var bound = new OrderWork(OrderFixture.NewId("o"), user, [new SoldLine(product, 1, 10)]) { IsPriceBound = true };
        var taken = new StockCommand.Reserve(product, bound.OrderId, 1, 20, IsPriceBound: false);
        Assert.True((await _fixture.Get<StockLedger>().SubmitAsync(product, taken)).Succeeded);

        Assert.True((await _fixture.Get<StockReserver>().ReserveAsync(bound)).IsRefused);
    }

    [Fact]
    public async Task Who_waits_for_a_cancellation_hears_of_it_from_the_step_that_knows()
    {
        var (user, product) = (await _fixture.AddRichUserAsync(), await _fixture.AddProductAsync(1_000, 5));
        var refused = await _fixture.RunAsync(await _fixture.AcceptAsync(user, "refused", new OrderItem(product, 1)));
        var done = await _fixture.RunAsync(await _fixture.AcceptAsync(user, "done", new OrderItem(product, 1)));
        await _fixture.ChargeAsync(user, 1_500);
        var (forRefusal, forOutcome) = (Wait(refused), Wait(done));

        await _fixture.Steps.RefundOrder(OrderWork.Of(refused));
        await _fixture.Steps.CompleteCancellation(OrderWork.Of(done));

        Assert.Equal((true, true), (forRefusal.Decided.IsCompleted, forOutcome.Decided.IsCompleted));
        Assert.Equal(ErrorCode.BalanceLimitExceeded, (await forRefusal.Decided).Failure?.Code);
        Assert.Equal(OrderStatus.Cancelled, (await forOutcome.Decided).Value?.Status);

        InFlightOrder Wait(Order order) => _fixture.Get<InFlightOrders>()
            .JoinOrAdd(OrderOrchestrations.CancellationId(order.Id), order.Fingerprint, [], out _).Value!;
    }

    [Fact]
    public async Task A_fault_after_acceptance_reaches_who_waits_as_the_order_that_was_accepted()
    {
        var (_, _, pending) = await AcceptAsync();
        var inFlight = new InFlightOrders(Options.Create(new OrderOptions()), TimeProvider.System);
        var order = inFlight.JoinOrAdd(pending.Id, pending.Fingerprint, [], out _).Value!;
        order.Accept(pending);

        await inFlight.EndWithAsync(order, Task.FromException(new HttpRequestException("gone")));

        Assert.True(order.Decided.IsCompletedSuccessfully, "Who waits would wait on for nothing.");
        Assert.Equal(pending, (await inFlight.OutcomeAsync(order, TimeSpan.FromMinutes(1))).Value);
        Assert.Equal(0, inFlight.Count);
    }

    private async Task<(string User, string Product, Order Pending)> AcceptAsync()
    {
        var (user, product) = (await _fixture.AddUserAsync(100), await _fixture.AddProductAsync(10, 5));
        return (user, product, await _fixture.AcceptAsync(user, "k", new OrderItem(product, 1)));
    }

    private Task<Result<Shared.Ledger.Posting<AccountRecord>>> SubmitAsync(AccountCommand command) =>
        _fixture.Get<AccountLedger>().SubmitAsync(command.UserId, command);

    private async Task AssertMoneyAsync(string user, long balance, long held)
    {
        var account = await _fixture.AccountAsync(user);
        Assert.Equal((balance, held), (account.Balance, account.Held));
    }

    /// <summary>Looks at the store after each call of a process.</summary>
    private sealed class AfterEachCall(Func<Task> look) : DelegatingHandler
    {
        public bool IsOn { get; set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = await base.SendAsync(request, cancellationToken);
            if (IsOn)
                await look();
            return response;
        }
    }
}
