using Commerce.Functions.Orders;
using Commerce.Shared;
using Commerce.Shared.Orders;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Commerce.Functions.Tests.Orders;

public sealed class OrderFlightsTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(120);
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task Repeats_join_the_one_under_way_and_all_learn_its_outcome()
    {
        var flights = Flights();
        var led = 0;
        var all = Enumerable.Range(0, 10).Select(_ => flights.Board("o", "f", ["p"], async flight =>
        {
            led++;
            flight.Accept(Order(OrderStatus.Pending));
            await flights.FollowAsync(flight, NothingKnown);
        }).Value!).ToArray();
        flights.Decide("o", Order(OrderStatus.Paid));
        foreach (var flight in all)
            Assert.Equal(OrderStatus.Paid, (await flights.OutcomeAsync(flight, Deadline)).Value!.Status);
        Assert.Equal(1, led);
        Assert.True(SpinWait.SpinUntil(() => flights.Count == 0, Deadline));
    }

    [Fact]
    public void The_same_key_for_another_request_is_refused_while_the_first_is_under_way()
    {
        var flights = Flights();
        Board(flights, "o", "p");
        Assert.Equal(ErrorCode.IdempotencyKeyReused, flights.Board("o", "other", ["p"], Forever).Failure!.Code);
    }

    [Fact]
    public void Beyond_the_bound_new_orders_are_told_to_come_back_and_nothing_is_begun()
    {
        var flights = Flights(inFlightMax: 2, perProductMax: 2);
        Board(flights, "o1", "p1");
        Board(flights, "o2", "p2");
        var begun = false;
        var refused = flights.Board("o3", "f", ["p3"], _ =>
        {
            begun = true;
            return Task.CompletedTask;
        });
        Assert.Equal(ErrorCode.Busy, refused.Failure!.Code);
        Assert.False(begun);
        // A repeat of one that is under way takes no room.
        Assert.True(flights.Board("o1", "f", ["p1"], Forever).Succeeded);
    }

    [Fact]
    public async Task A_run_on_one_product_leaves_room_for_the_others()
    {
        var flights = Flights(inFlightMax: 10, perProductMax: 2);
        Board(flights, "o1", "hot");
        Board(flights, "o2", "hot", "p");
        Assert.Equal(ErrorCode.Busy, flights.Board("o3", "f", ["hot"], Forever).Failure!.Code);
        Board(flights, "o4", "p");

        flights.Decide("o1", Order(OrderStatus.Paid));
        await Task.Yield();
        Assert.True(SpinWait.SpinUntil(() => flights.Board("o5", "f", ["hot"], Forever).Succeeded, Deadline));
    }

    [Fact]
    public async Task Who_has_waited_long_enough_gets_the_order_as_it_was_accepted()
    {
        var flights = Flights();
        var flight = Board(flights, "o", "p");
        var outcome = flights.OutcomeAsync(flight, TimeSpan.FromSeconds(3));
        while (!outcome.IsCompleted)
        {
            _time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }
        Assert.Equal(OrderStatus.Pending, (await outcome).Value!.Status);
    }

    [Fact]
    public async Task An_outcome_decided_elsewhere_is_found_by_asking()
    {
        var flights = new OrderFlights(Options.Create(new OrderOptions()), new LeapingTime());
        var asked = 0;
        using var awaited = FollowAwaited(flights, out var flight, () =>
            Task.FromResult(++asked < 3 ? (Result<Order>?)null : (Result<Order>)Order(OrderStatus.Rejected)));

        Assert.Equal(OrderStatus.Rejected, (await flight.Decided.WaitAsync(Deadline, TestContext.Current.CancellationToken)).Value!.Status);
        Assert.Equal(3, asked);
    }

    [Fact]
    public async Task An_order_that_runs_elsewhere_is_looked_at_when_such_orders_are_usually_done_and_then_ever_more_seldom()
    {
        var time = new LeapingTime();
        var flights = new OrderFlights(Options.Create(new OrderOptions()), time);
        var looks = new List<double>();
        using var awaited = FollowAwaited(flights, out var flight, () =>
        {
            looks.Add(time.GetElapsedTime(0).TotalSeconds);
            return NothingKnown();
        });

        Assert.Equal(OrderStatus.Pending, (await flight.Decided.WaitAsync(Deadline, TestContext.Current.CancellationToken)).Value!.Status);

        Assert.Equal([0.25, 0.3, 0.36, 0.432], looks[..4].Select(static look => Math.Round(look, 3)));
        Assert.InRange(looks[^1] - looks[^2], 0.999, 1.001);
        Assert.InRange(looks[^1], 60, 61);
    }

    [Fact]
    public async Task Nobody_looks_for_an_order_that_nobody_waits_for_any_more()
    {
        var time = new LeapingTime();
        var flights = new OrderFlights(Options.Create(new OrderOptions()), time);
        var looks = 0;
        var flight = flights.Board("o", "f", ["p"], flight =>
        {
            flight.Accept(Order(OrderStatus.Pending));
            return flights.FollowAsync(flight, () =>
            {
                looks++;
                return NothingKnown();
            });
        }).Value!;
        await flight.Decided.WaitAsync(Deadline, TestContext.Current.CancellationToken);
        Assert.Equal(0, looks);
    }

    [Theory]
    [InlineData(20)]
    [InlineData(120)]
    [InlineData(900)]
    public void Whatever_orders_take_their_outcome_is_seen_at_most_a_fifth_later_at_a_few_looks(double usual_ms)
    {
        var (random, looks) = (new Random(1), new LookSchedule());
        Follow(looks, random, usual_ms, orders: 500);

        var (late, perOrder) = Follow(looks, random, usual_ms, orders: 500);

        Assert.InRange(late, 1, 1.2);
        Assert.InRange(perOrder, 1, 4);
    }

    [Fact]
    public void After_a_slow_spell_it_is_looked_for_as_early_as_before_within_some_dozens_of_orders()
    {
        var (random, looks) = (new Random(1), new LookSchedule());
        Follow(looks, random, usual_ms: 1_200, orders: 500);
        Follow(looks, random, usual_ms: 100, orders: 60);
        Assert.InRange(Follow(looks, random, usual_ms: 100, orders: 50).Late, 1, 1.2);
    }

    /// <summary>Orders that take about so long, one after the other: by how much later the outcome is seen in the median, and looks an order.</summary>
    private static (double Late, double LooksPerOrder) Follow(LookSchedule schedule, Random random, double usual_ms, int orders)
    {
        var (late, count) = (new List<double>(), 0);
        for (var order = 0; order < orders; order++)
        {
            var takes_ms = usual_ms * (0.9 + 0.4 * random.NextDouble());
            var (waited, looks) = (TimeSpan.Zero, 0);
            do
            {
                waited += schedule.PauseAfter(waited);
                looks++;
            }
            while (waited.TotalMilliseconds < takes_ms);
            schedule.Found(waited, looks);
            late.Add(waited.TotalMilliseconds / takes_ms);
            count += looks;
        }
        late.Sort();
        return (late[late.Count / 2], (double)count / orders);
    }

    [Fact]
    public async Task A_fault_before_acceptance_reaches_everybody_and_frees_the_place()
    {
        var flights = Flights(inFlightMax: 1, perProductMax: 1);
        var fault = new TaskCompletionSource();
        var flight = flights.Board("o", "f", ["p"], _ => fault.Task).Value!;
        var joined = flights.Board("o", "f", ["p"], Forever).Value!;
        fault.SetException(new HttpRequestException("gone"));
        await Assert.ThrowsAsync<HttpRequestException>(() => flights.OutcomeAsync(flight, Deadline));
        await Assert.ThrowsAsync<HttpRequestException>(() => flights.OutcomeAsync(joined, Deadline));
        Assert.True(SpinWait.SpinUntil(() => flights.Board("o2", "f", ["p"], Forever).Succeeded, Deadline));
    }

    [Theory]
    [InlineData("Orders:WaitSeconds", -1, 10, 10, 60, 7)]
    [InlineData("Orders:InFlightMax", 10, 0, 0, 60, 7)]
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
    }

    private OrderFlights Flights(int inFlightMax = 100, int perProductMax = 100) =>
        new(Options.Create(new OrderOptions { InFlightMax = inFlightMax, InFlightPerProductMax = perProductMax }), _time);

    private static OrderFlight Board(OrderFlights flights, string id, params string[] products) => flights.Board(id, "f", products, flight =>
    {
        flight.Accept(Order(OrderStatus.Pending));
        return flight.Decided;
    }).Value!;

    // Looks begin only once somebody is counted as waiting: before that they would be passed over, on this clock in no time.
    private static IDisposable? FollowAwaited(OrderFlights flights, out OrderFlight flight, Func<Task<Result<Order>?>> poll)
    {
        var isAwaited = new TaskCompletionSource();
        flight = flights.Board("o", "f", ["p"], async flight =>
        {
            flight.Accept(Order(OrderStatus.Pending));
            await isAwaited.Task;
            await flights.FollowAsync(flight, poll);
        }).Value!;
        var waiter = flight.Await(Deadline);
        isAwaited.SetResult();
        return waiter;
    }

    private static Task Forever(OrderFlight flight) => new TaskCompletionSource().Task;

    private static Task<Result<Order>?> NothingKnown() => Task.FromResult<Result<Order>?>(null);

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
    private sealed class LeapingTime : TimeProvider
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
