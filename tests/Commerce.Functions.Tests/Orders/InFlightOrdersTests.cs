using Commerce.Functions.Orders;
using Commerce.Shared;
using Commerce.Shared.Orders;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Commerce.Functions.Tests.Orders;

public sealed class InFlightOrdersTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(120);
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task Repeats_join_the_one_in_flight_and_all_learn_its_outcome()
    {
        var inFlight = InFlight();
        var started = 0;
        var all = Enumerable.Range(0, 10).Select(n =>
        {
            var order = inFlight.JoinOrAdd("o", "f", ["p"], out var isNew).Value!;
            if (isNew)
            {
                started++;
                _ = inFlight.EndWithAsync(order, FollowAsync(inFlight, order, NothingKnown));
            }
            return order;
        }).ToArray();
        inFlight.Decide("o", Order(OrderStatus.Paid));
        foreach (var order in all)
            Assert.Equal(OrderStatus.Paid, (await inFlight.OutcomeAsync(order, Deadline)).Value!.Status);
        Assert.Equal(1, started);
        Assert.True(SpinWait.SpinUntil(() => inFlight.Count == 0, Deadline));
    }

    [Fact]
    public void The_same_key_for_another_request_is_refused_while_the_first_is_in_flight()
    {
        var inFlight = InFlight();
        Add(inFlight, "o", "p");
        Assert.Equal(ErrorCode.IdempotencyKeyReused, inFlight.JoinOrAdd("o", "other", ["p"], out _).Failure!.Code);
    }

    /// <summary>The operation of the first has not quite ended yet; its end is not that of the second.</summary>
    [Fact]
    public async Task Who_comes_when_the_one_before_is_refused_is_not_told_its_refusal()
    {
        var inFlight = InFlight();
        var first = Add(inFlight, "o", "p");
        var ends = new TaskCompletionSource();
        var ended = inFlight.EndWithAsync(first, ends.Task);
        inFlight.Decide("o", Failure.NotFound("gone"));

        var second = inFlight.JoinOrAdd("o", "f", ["p"], out var isNew).Value!;
        Assert.True(isNew);
        ends.SetResult();
        await ended;

        Assert.Equal(1, inFlight.Count);
        inFlight.Decide("o", Order(OrderStatus.Cancelled));
        Assert.Equal(ErrorCode.NotFound, (await inFlight.OutcomeAsync(first, Deadline)).Failure?.Code);
        Assert.Equal(OrderStatus.Cancelled, (await inFlight.OutcomeAsync(second, Deadline)).Value?.Status);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(-50)]
    public async Task Who_has_no_time_left_gets_the_order_as_it_was_accepted(int waitMs)
    {
        var inFlight = InFlight();
        var order = Add(inFlight, "o", "p");
        Assert.Null(order.Await(TimeSpan.FromMilliseconds(waitMs)));
        var answer = inFlight.OutcomeAsync(order, TimeSpan.FromMilliseconds(waitMs)).WaitAsync(Deadline, TestContext.Current.CancellationToken);
        Assert.Equal(OrderStatus.Pending, (await answer).Value?.Status);
    }

    [Fact]
    public void Beyond_the_bound_new_orders_are_told_to_come_back_and_nothing_is_begun()
    {
        var inFlight = InFlight(inFlightMax: 2, perProductMax: 2);
        Add(inFlight, "o1", "p1");
        Add(inFlight, "o2", "p2");
        var refused = inFlight.JoinOrAdd("o3", "f", ["p3"], out var isNew);
        Assert.Equal(Busy("Too many orders are being placed."), refused.Failure);
        Assert.False(isNew);
        // A repeat of one that is in flight takes no room.
        Assert.True(inFlight.JoinOrAdd("o1", "f", ["p1"], out isNew).Succeeded);
        Assert.False(isNew);
    }

    [Fact]
    public void A_run_on_one_product_leaves_room_for_the_others()
    {
        var inFlight = InFlight(inFlightMax: 10, perProductMax: 2);
        Add(inFlight, "o1", "hot");
        Add(inFlight, "o2", "hot", "p");
        Assert.Equal(
            Busy("Too many orders for product 'hot' are being placed."), inFlight.JoinOrAdd("o3", "f", ["hot"], out _).Failure);
        Add(inFlight, "o4", "p");

        inFlight.Decide("o1", Order(OrderStatus.Paid));
        Assert.True(SpinWait.SpinUntil(() => inFlight.JoinOrAdd("o5", "f", ["hot"], out _).Succeeded, Deadline));
        // One place was given up, and one was taken.
        Assert.False(inFlight.JoinOrAdd("o6", "f", ["hot"], out _).Succeeded);
    }

    [Fact]
    public async Task Who_has_waited_long_enough_gets_the_order_as_it_was_accepted()
    {
        var inFlight = InFlight();
        var order = Add(inFlight, "o", "p");
        var outcome = inFlight.OutcomeAsync(order, TimeSpan.FromSeconds(3));
        _time.Advance(TimeSpan.FromSeconds(3) - TimeSpan.FromTicks(1));
        Assert.False(outcome.IsCompleted);
        _time.Advance(TimeSpan.FromTicks(1));
        Assert.Equal(OrderStatus.Pending, (await outcome.WaitAsync(Deadline, TestContext.Current.CancellationToken)).Value!.Status);
    }

    [Fact]
    public async Task An_outcome_decided_elsewhere_is_found_by_asking()
    {
        var inFlight = new InFlightOrders(Options.Create(new OrderOptions()), new SkippingTime(), NullLogger<InFlightOrders>.Instance);
        var asked = 0;
        using var awaited = FollowAwaited(inFlight, out var order, () => ++asked < 3 ? NothingKnown() : Order(OrderStatus.Rejected));

        Assert.Equal(OrderStatus.Rejected, (await order.Decided.WaitAsync(Deadline, TestContext.Current.CancellationToken)).Value!.Status);
        Assert.Equal(3, asked);
    }

    [Fact]
    public async Task An_order_that_runs_elsewhere_is_polled_when_such_orders_are_usually_done_and_then_ever_more_seldom()
    {
        var time = new SkippingTime();
        var inFlight = new InFlightOrders(Options.Create(new OrderOptions()), time, NullLogger<InFlightOrders>.Instance);
        var polls = new List<double>();
        using var awaited = FollowAwaited(inFlight, out var order, () =>
        {
            polls.Add(time.GetElapsedTime(0).TotalSeconds);
            return null;
        });

        Assert.Equal(OrderStatus.Pending, (await order.Decided.WaitAsync(Deadline, TestContext.Current.CancellationToken)).Value!.Status);

        Assert.Equal([0.25, 0.3, 0.36, 0.432], polls[..4].Select(static poll => Math.Round(poll, 3)));
        Assert.InRange(polls[^1] - polls[^2], 0.999, 1.001);
        Assert.InRange(polls[^1], 60, 61);
    }

    [Fact]
    public async Task Nobody_polls_for_an_order_that_nobody_waits_for_any_more()
    {
        var inFlight = new InFlightOrders(Options.Create(new OrderOptions()), new SkippingTime(), NullLogger<InFlightOrders>.Instance);
        var polls = 0;
        var order = inFlight.JoinOrAdd("o", "f", ["p"], out _).Value!;
        _ = inFlight.EndWithAsync(order, FollowAsync(inFlight, order, () =>
        {
            polls++;
            return null;
        }));
        await order.Decided.WaitAsync(Deadline, TestContext.Current.CancellationToken);
        Assert.Equal(0, polls);
    }

    [Fact]
    public async Task A_fault_before_acceptance_reaches_everybody_and_frees_the_place()
    {
        var inFlight = InFlight(inFlightMax: 1, perProductMax: 1);
        var fault = new TaskCompletionSource();
        var order = inFlight.JoinOrAdd("o", "f", ["p"], out _).Value!;
        _ = inFlight.EndWithAsync(order, fault.Task);
        var joined = inFlight.JoinOrAdd("o", "f", ["p"], out _).Value!;
        fault.SetException(new HttpRequestException("gone"));
        await Assert.ThrowsAsync<HttpRequestException>(() => inFlight.OutcomeAsync(order, Deadline));
        await Assert.ThrowsAsync<HttpRequestException>(() => inFlight.OutcomeAsync(joined, Deadline));
        Assert.True(SpinWait.SpinUntil(() => inFlight.JoinOrAdd("o2", "f", ["p"], out _).Succeeded, Deadline));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_fault_after_acceptance_is_logged_since_nobody_is_told_of_it(bool isAccepted)
    {
        var log = new FakeLogger<InFlightOrders>();
        var inFlight = new InFlightOrders(Options.Create(new OrderOptions()), TimeProvider.System, log);
        var order = inFlight.JoinOrAdd("o", "f", ["p"], out _).Value!;
        if (isAccepted)
            order.Accept(Order(OrderStatus.Pending));

        await inFlight.EndWithAsync(order, Task.FromException(new HttpRequestException("gone")));

        Assert.Equal(
            isAccepted ? [(LogLevel.Warning, "gone")] : [],
            log.Collector.GetSnapshot().Select(static line => (line.Level, line.Exception!.Message)));
    }

    [Fact]
    public void Who_has_failed_once_does_not_fail_again()
    {
        var order = InFlight().JoinOrAdd("o", "f", ["p"], out _).Value!;
        order.Fail(new HttpRequestException("gone"));
        order.Fail(new HttpRequestException("still gone"));
        Assert.Equal("gone", order.Accepted.Exception!.InnerException!.Message);
        Assert.False(order.Decided.IsCompleted);
    }

    /// <summary>Of the second order the first poll comes by so much earlier, or later, as the first one's polls have taught.</summary>
    [Theory]
    [InlineData(1, 0.23)]
    [InlineData(2, 0.255)]
    [InlineData(9, 0.255)]
    public async Task Each_outcome_that_is_found_moves_the_first_poll_of_the_next_order(int polls, double next_s)
    {
        var time = new SkippingTime();
        var inFlight = new InFlightOrders(Options.Create(new OrderOptions()), time, NullLogger<InFlightOrders>.Instance);
        var asked = 0;
        using (FollowAwaited(inFlight, out var order, () => ++asked < polls ? NothingKnown() : Order(OrderStatus.Paid)))
            await order.Decided.WaitAsync(Deadline, TestContext.Current.CancellationToken);
        await Eventually.HoldsAsync(() => inFlight.Count == 0);

        var began = time.GetTimestamp();
        var polled_s = 0.0;
        using (FollowAwaited(inFlight, out var order, () =>
        {
            polled_s = time.GetElapsedTime(began).TotalSeconds;
            return Order(OrderStatus.Paid);
        }))
            await order.Decided.WaitAsync(Deadline, TestContext.Current.CancellationToken);

        Assert.Equal(next_s, polled_s, 6);
    }

    [Theory]
    [InlineData("Orders:WaitSeconds", -1, 10, 10, 60, 7)]
    [InlineData("Orders:InFlightMax", 10, 0, 1, 60, 7)]
    [InlineData("Orders:InFlightPerProductMax", 10, 10, 11, 60, 7)]
    [InlineData("Orders:SweepAfterSeconds", 10, 10, 10, 0, 7)]
    [InlineData("Orders:HistoryDays", 10, 10, 10, 60, 0)]
    public void A_setting_out_of_range_is_named(string setting, double wait, int max, int perProduct, double sweep, double history)
    {
        var options = new OrderOptions
        {
            WaitSeconds = wait,
            InFlightMax = max,
            InFlightPerProductMax = perProduct,
            SweepAfterSeconds = sweep,
            HistoryDays = history,
        };
        Assert.StartsWith(setting, options.Problem(), StringComparison.Ordinal);
        Assert.Null(new OrderOptions().Problem());
        Assert.Null(new OrderOptions { InFlightMax = 10, InFlightPerProductMax = 10 }.Problem());
        Assert.Equal((TimeSpan.FromSeconds(wait), "Orders:WaitSeconds"), options.LongestRun);
    }

    private static Failure Busy(string why) => new(ErrorCode.Busy, $"{why} Repeat the request shortly, with the same Idempotency-Key.");

    private InFlightOrders InFlight(int inFlightMax = 100, int perProductMax = 100) =>
        new(Options.Create(new OrderOptions { InFlightMax = inFlightMax, InFlightPerProductMax = perProductMax }), _time,
            NullLogger<InFlightOrders>.Instance);

    private static InFlightOrder Add(InFlightOrders inFlight, string id, params string[] products)
    {
        var order = inFlight.JoinOrAdd(id, "f", products, out _).Value!;
        order.Accept(Order(OrderStatus.Pending));
        _ = inFlight.EndWithAsync(order, order.Decided);
        return order;
    }

    private static async Task FollowAsync(InFlightOrders inFlight, InFlightOrder order, Func<Result<Order>?> ask)
    {
        order.Accept(Order(OrderStatus.Pending));
        await foreach (var poll in inFlight.PollsAsync(order))
        {
            if (ask() is { } outcome)
                poll.Found(outcome);
        }
    }

    // Polls begin only once somebody is counted as waiting: before that they would be passed over, on this clock in no time.
    private static IDisposable? FollowAwaited(InFlightOrders inFlight, out InFlightOrder order, Func<Result<Order>?> ask)
    {
        order = inFlight.JoinOrAdd("o", "f", ["p"], out _).Value!;
        var waiter = order.Await(Deadline);
        _ = inFlight.EndWithAsync(order, FollowAsync(inFlight, order, ask));
        return waiter;
    }

    private static Result<Order>? NothingKnown() => null;

    private static Order Order(OrderStatus status) => new()
    {
        Id = "o",
        UserId = "u",
        Status = status,
        Fingerprint = "f",
        Lines = [],
        TotalAmount = 0,
        CreatedAt = DateTimeOffset.UnixEpoch,
    };

    /// <summary>A clock on which every wait takes just as long as was asked for, and no time at all.</summary>
    private sealed class SkippingTime : TimeProvider
    {
        private long _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Interlocked.Read(ref _now);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Interlocked.Add(ref _now, dueTime.Ticks);
            return base.CreateTimer(callback, state, TimeSpan.Zero, period);
        }
    }
}
