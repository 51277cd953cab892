using Commerce.Functions.Balance;
using Commerce.Functions.Cart;
using Commerce.Functions.Catalog;
using Commerce.Functions.Cosmos;
using Commerce.Functions.Orders;
using Commerce.Functions.Tests.Support;
using Commerce.Shared;
using Commerce.Shared.Balance;
using Commerce.Shared.Catalog;
using Commerce.Shared.Orders;
using Faults;
using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.Logging.Abstractions;
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

    /// <summary>Its line was taken at a price that the late step does not know of.</summary>
    [Fact]
    public async Task A_step_that_comes_after_its_order_was_paid_at_another_price_pays_nothing_and_says_the_same()
    {
        var (user, product, before) = await AcceptAsync();
        await _fixture.PriceAsync(product, 30);
        var work = OrderWork.Of(before);
        var first = await _fixture.Steps.FulfilOrder(work);
        var paid = await _fixture.Orders.GetAsync(user, before.Id);
        Assert.Equal((OrderStatus.Paid, 30, 1), (paid.Status, paid.TotalAmount, paid.Revision));

        Assert.Equal(first, await _fixture.Steps.FulfilOrder(work));

        Assert.Equal(paid.ETag, (await _fixture.Orders.GetAsync(user, before.Id)).ETag);
        await AssertMoneyAsync(user, balance: 70, held: 0);
    }

    /// <summary>Each attempt finds another cart than it has read.</summary>
    [Fact]
    public async Task A_rejection_that_always_finds_another_cart_is_given_up_to_be_repeated()
    {
        var (user, product) = (await _fixture.AddUserAsync(100), await _fixture.AddProductAsync(10, 5));
        await PutInCartAsync(user, product);
        var order = await _fixture.AcceptAsync(new OrderRequest(user, "k", [new OrderItem(product, 1)], null)
        {
            FromCart = true,
            Cart = await _fixture.Get<CartWriter>().FindAtPrimaryAsync(user),
        });
        await _fixture.AdjustAsync(product, -5);
        Assert.Null(await _fixture.Steps.FulfilOrder(OrderWork.Of(order)));
        var attempts = 0;
        var network = new CosmosFaultHandler(new FaultPlan(0, 0))
        {
            Watch = async (call, isAfter) =>
            {
                if (isAfter || call is not { Container: "accounts", Operation: CosmosOperation.Batch })
                    return;
                attempts++;
                await PutInCartAsync(user, product);
            },
        };
        var steps = new OrderFixture(store, store.NewProcess(network)).Steps;

        await Assert.ThrowsAsync<UndecidedWriteException>(() => steps.RejectOrder(OrderWork.Of(order)));

        Assert.Equal(10, attempts);
        Assert.Equal(OrderStatus.Pending, (await _fixture.Orders.GetAsync(user, order.Id)).Status);
        Assert.True(await _fixture.Steps.RejectOrder(OrderWork.Of(order)));
        Assert.Equal(OrderStatus.Rejected, (await _fixture.Orders.GetAsync(user, order.Id)).Status);
    }

    private async Task PutInCartAsync(string user, string product) =>
        Assert.InRange(
            (await store.App.CallAsync<CartFunctions>(
                (functions, request) => functions.Add(request, user), $$"""{"productId":"{{product}}","quantity":1}""")).Status,
            200,
            299);

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
    public async Task Only_a_paid_order_becomes_cancelled_or_gets_or_loses_the_mark_of_its_request()
    {
        var (user, _, pending) = await AcceptAsync();

        var order = await _fixture.Orders.CancelAsync(user, pending.Id, DateTimeOffset.UnixEpoch);
        await _fixture.Orders.KeepAsync(order with { CancelRequestedAt = DateTimeOffset.UnixEpoch });
        Assert.False(await _fixture.Orders.MarkAsync(order, DateTimeOffset.UnixEpoch));

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

    /// <summary>Whatever mark the others bear.</summary>
    [Fact]
    public async Task The_sweeper_looks_for_pending_orders_and_for_paid_ones_that_are_to_be_cancelled_and_for_no_others()
    {
        var (user, _, pending) = await AcceptAsync();
        var accepted = await _fixture.Orders.GetAsync(user, pending.Id);
        foreach (var status in Enum.GetValues<OrderStatus>())
        {
            await Accounts.CreateItemAsync(
                accepted with { Id = $"{user}-{status}", Status = status, CancelRequestedAt = accepted.CreatedAt, ETag = null },
                cancellationToken: Stop);
        }
        var (at, after) = (accepted.CreatedAt, accepted.CreatedAt.AddTicks(1));

        Assert.Equal([pending.Id, $"{user}-Pending"], await OfUserAsync(_fixture.Orders.PendingAsync(after, null, Stop)));
        Assert.Empty(await OfUserAsync(_fixture.Orders.PendingAsync(at, null, Stop)));
        Assert.Equal([$"{user}-Paid"], await OfUserAsync(_fixture.Orders.ToCancelAsync(after, null, Stop)));
        Assert.Empty(await OfUserAsync(_fixture.Orders.ToCancelAsync(at, null, Stop)));

        async Task<IEnumerable<string>> OfUserAsync(Task<QueryPage<OpenOrder>> page) =>
            (await page).Documents.Where(open => open.UserId == user).Select(open => open.OrderId).Order(StringComparer.Ordinal);
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
        var inFlight = new InFlightOrders(Options.Create(new OrderOptions()), TimeProvider.System, NullLogger<InFlightOrders>.Instance);
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
}
