using Commerce.Functions.Orders;
using Commerce.Functions.Tests.Support;
using Commerce.Shared;
using Commerce.Shared.Orders;
using Faults;

namespace Commerce.Functions.Tests.Orders;

/// <summary>
/// Several requests to cancel one order, whose balance is full at first: which mark it bears, and what each request is told.
/// </summary>
public sealed class CancellationMarkTests(TestStore store) : IClassFixture<TestStore>
{
    private static readonly Failure NoRoom = new(ErrorCode.BalanceLimitExceeded, "no room");

    private readonly OrderFixture _fixture = new(store, store.App);

    private CancellationStore Requests => _fixture.Get<CancellationStore>();

    [Fact]
    public async Task A_refused_refund_takes_its_own_mark_away_and_not_that_of_a_request_that_came_meanwhile()
    {
        var (paid, first) = await RequestedAsync();
        CancellationRequest? second = null;
        using var network = new CosmosFaultHandler(new FaultPlan(0, 0))
        {
            Watch = async (call, isAfter) =>
            {
                // The refund has been tried, and is refused, whatever is recorded of that.
                if (!isAfter && call is { Container: "accounts", IsWrite: true } && second is null)
                    await Requests.RecordAsync(second = Request(paid, "second"), paid);
            },
        };
        var there = new OrderFixture(store, store.NewProcess(network));

        Assert.NotNull(await there.Steps.RefundOrder(OrderWork.Of(paid)));

        Assert.NotNull(second);
        Assert.NotEqual(first.CreatedAt, second.CreatedAt);
        Assert.Equal(second.CreatedAt, await MarkAsync(paid));
        Assert.NotNull(await _fixture.Steps.RefundOrder(OrderWork.Of(paid)));
        Assert.Null(await MarkAsync(paid));
    }

    /// <summary>Its run was refused, and who was to record that has died.</summary>
    [Fact]
    public async Task A_request_that_is_repeated_before_its_refusal_was_recorded_marks_its_order_again()
    {
        var (paid, first) = await RequestedAsync();
        await _fixture.Steps.RefundOrder(OrderWork.Of(paid));
        Assert.Null(await MarkAsync(paid));

        var repeat = Request(paid, "first");
        Assert.Equal(first, await Requests.RecordAsync(repeat, paid));
        Assert.Equal(repeat.CreatedAt, await MarkAsync(paid));

        // Marked already: it stays as old as it is, or whoever repeats would keep the sweeper away.
        Assert.Equal(first, await Requests.RecordAsync(Request(paid, "first"), paid));
        Assert.Equal(repeat.CreatedAt, await MarkAsync(paid));
    }

    [Fact]
    public async Task A_request_that_was_refused_or_is_for_another_order_marks_nothing_when_it_is_repeated()
    {
        var (paid, first) = await RequestedAsync();
        var other = await _fixture.RunAsync(
            await _fixture.AcceptAsync(paid.UserId, "other", new OrderItem(paid.Lines[0].ProductId, 1)));
        Assert.Equal(first, await Requests.RecordAsync(Request(other, "first"), other));
        Assert.Null(await MarkAsync(other));
        await _fixture.Orders.KeepAsync(await _fixture.Orders.GetAsync(paid.UserId, paid.Id));
        Assert.Equal(NoRoom, await Requests.RefuseAsync(first, NoRoom));

        Assert.Equal(NoRoom, (await Requests.RecordAsync(Request(paid, "first"), paid))?.Refusal);
        Assert.Null(await MarkAsync(paid));
    }

    [Fact]
    public async Task A_request_is_not_refused_any_more_when_its_order_has_been_cancelled()
    {
        var (paid, first) = await RequestedAsync();
        var cancelled = await _fixture.Orders.CancelAsync(paid.UserId, paid.Id, first.CreatedAt);

        Assert.Null(await Requests.RefuseAsync(first, NoRoom));

        // Who repeats it by an order that was seen before judges anew; who has seen it cancelled finds no refusal.
        Assert.Null(await Requests.RecordAsync(Request(paid, "first"), paid));
        Assert.Equal(first, await Requests.RecordAsync(Request(paid, "first"), cancelled));
        Assert.Equal(cancelled.ETag, (await _fixture.Orders.GetAsync(paid.UserId, paid.Id)).ETag);
    }

    [Fact]
    public async Task Who_is_about_to_be_refused_when_another_run_cancels_the_order_is_told_that_it_is_cancelled()
    {
        var (paid, _) = await RequestedAsync();
        var isRefused = false;
        using var network = new CosmosFaultHandler(new FaultPlan(0, 0))
        {
            Watch = async (call, isAfter) =>
            {
                // The first write since: its refusal.
                if (!isAfter && isRefused && call is { Container: "accounts", IsWrite: true })
                {
                    isRefused = false;
                    await _fixture.Orders.CancelAsync(paid.UserId, paid.Id, DateTimeOffset.UnixEpoch);
                }
            },
        };
        var there = new OrderFixture(store, store.NewProcess(network));
        var asking = there.Get<OrderCancellation>().CancelAsync(there.Durable, paid.UserId, paid.Id, "k", TimeSpan.FromMinutes(1));
        await Eventually.HoldsAsync(() => there.Durable.Started.Count > 0);
        isRefused = true;
        there.Get<InFlightOrders>().Decide(OrderOrchestrations.CancellationId(paid.Id), NoRoom);

        Assert.Equal(OrderStatus.Cancelled, (await asking).Value?.Status);
        Assert.False(isRefused);
    }

    private static CancellationRequest Request(Order order, string key) => new()
    {
        Id = OperationId.Cancellation(order.UserId, key),
        UserId = order.UserId,
        OrderId = order.Id,
        CreatedAt = DateTimeOffset.UtcNow,
    };

    /// <summary>A paid order, which a request has marked; the balance takes nothing back.</summary>
    private async Task<(Order Paid, CancellationRequest First)> RequestedAsync()
    {
        var (user, product) = (await _fixture.AddRichUserAsync(), await _fixture.AddProductAsync(1_000, 5));
        var paid = await _fixture.RunAsync(await _fixture.AcceptAsync(user, "k", new OrderItem(product, 1)));
        var first = Request(paid, "first");
        Assert.Equal(first, await Requests.RecordAsync(first, paid));
        await _fixture.ChargeAsync(user, 1_000);
        return (paid, first);
    }

    private async Task<DateTimeOffset?> MarkAsync(Order order) =>
        (await _fixture.Orders.GetAsync(order.UserId, order.Id)).CancelRequestedAt;
}
