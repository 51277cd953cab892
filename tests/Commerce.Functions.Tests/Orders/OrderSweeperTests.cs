using System.Collections.Concurrent;
using System.Net;
using Commerce.Functions.Cosmos;
using Commerce.Functions.Orders;
using Commerce.Functions.Tests.Support;
using Commerce.Shared;
using Commerce.Shared.Orders;
using Faults;
using Microsoft.Azure.Cosmos;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Commerce.Functions.Tests.Orders;

public sealed class OrderSweeperTests(TestStore store) : IClassFixture<TestStore>
{
    private readonly OrderFixture _fixture = new(store, store.App);
    private readonly FakeLogger<OrderSweeper> _log = new();

    [Theory]
    [InlineData(null, true)]
    [InlineData(OrchestrationRuntimeStatus.Running, false)]
    [InlineData(OrchestrationRuntimeStatus.Pending, false)]
    [InlineData(OrchestrationRuntimeStatus.Suspended, false)]
    [InlineData(OrchestrationRuntimeStatus.Failed, true)]
    [InlineData(OrchestrationRuntimeStatus.Terminated, true)]
    public async Task A_pending_order_that_nobody_works_on_is_started(OrchestrationRuntimeStatus? found, bool starts)
    {
        var order = await AcceptAsync();
        var later = new OrderFixture(store, store.App);
        if (found is { } status)
            later.Durable.Set(order.Id, status);
        await SweepAsync(later, olderThanSeconds: 0.000_001);
        Assert.Equal(starts, later.Durable.Started.Contains((PlaceOrderOrchestrator.Name, order.Id)));
    }

    [Fact]
    public async Task Young_and_decided_orders_are_left_alone()
    {
        var young = await AcceptAsync();
        await SweepAsync(_fixture, olderThanSeconds: 600);
        var decided = await _fixture.RunAsync(await AcceptAsync());
        var later = new OrderFixture(store, store.App);
        await SweepAsync(later, olderThanSeconds: 600);
        Assert.DoesNotContain(later.Durable.Started, started => started.Id == young.Id || started.Id == decided.Id);
    }

    [Fact]
    public async Task Of_more_than_one_run_can_look_after_each_has_its_turn()
    {
        var user = OrderFixture.NewId("u");
        var orders = await AddPendingAsync(user, 2_300);
        var sweeper = HurriedSweeper(_fixture);

        Assert.True(await SweepAllAsync(sweeper, _fixture, orders) > 1);
        await RemoveAsync(user, orders);
    }

    /// <summary>As after a change of the partitions: the store does not know the place any more.</summary>
    [Fact]
    public async Task A_run_whose_place_is_refused_is_followed_by_one_that_begins_anew()
    {
        var user = OrderFixture.NewId("u");
        var orders = await AddPendingAsync(user, 1_100);
        using var network = new Forgetful();
        var fixture = new OrderFixture(store, store.NewProcess(network));
        var sweeper = HurriedSweeper(fixture);
        await sweeper.SweepAsync(fixture.Durable, Stop);
        Assert.NotEmpty(orders.ExceptBy(fixture.Durable.Started.Select(started => started.Id), order => order.Id));

        network.HasForgotten = true;
        await sweeper.SweepAsync(fixture.Durable, Stop);
        Assert.Equal(1, network.Refused);
        network.HasForgotten = false;
        await SweepAllAsync(sweeper, fixture, orders);
        await RemoveAsync(user, orders);
    }

    /// <summary>Each of them takes all the time of a run.</summary>
    [Fact]
    public async Task Orders_whose_hub_does_not_answer_hold_up_neither_the_run_nor_the_others()
    {
        var user = OrderFixture.NewId("u");
        var orders = await AddPendingAsync(user, 40);
        var (clock, looks) = (new FakeTimeProvider(DateTimeOffset.UtcNow.AddDays(1)), new ConcurrentQueue<string>());
        _fixture.Durable.Looking = async (id, stop) =>
        {
            looks.Enqueue(id);
            await Task.Yield();
            clock.Advance(TimeSpan.FromSeconds(30));
            await Task.Delay(Timeout.Infinite, stop);
        };
        var sweeper = Sweeper(_fixture, olderThanSeconds: 1, clock);

        for (var runs = 0; orders.ExceptBy(looks, static order => order.Id).Any(); runs++)
        {
            Assert.True(runs < 200, "The tail is never reached.");
            await sweeper.SweepAsync(_fixture.Durable, Stop);
        }

        await RemoveAsync(user, orders);
    }

    [Fact]
    public async Task Where_it_cannot_be_read_what_is_to_be_cancelled_pending_orders_are_started_all_the_same()
    {
        var order = await AcceptAsync();
        using var network = new Forgetful { Forgotten = "cancelRequestedAt" };
        var later = new OrderFixture(store, store.NewProcess(network));

        await Assert.ThrowsAsync<CosmosException>(() => SweepAsync(later, olderThanSeconds: 0.000_001));

        Assert.True(IsStarted(later, order.Id));
    }

    [Fact]
    public async Task A_store_that_says_nothing_in_all_the_time_of_a_run_is_a_fault()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        using var network = new Silent(() => clock.Advance(TimeSpan.FromSeconds(30)));
        var fixture = new OrderFixture(store, store.NewProcess(network));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => Sweeper(fixture, olderThanSeconds: 1, clock).SweepAsync(fixture.Durable, Stop));
    }

    [Fact]
    public async Task What_the_store_refuses_for_another_reason_is_not_passed_over()
    {
        using var network = new Forgetful { HasForgotten = true, RefusesAll = true };
        var fixture = new OrderFixture(store, store.NewProcess(network));
        var fault = await Assert.ThrowsAsync<CosmosException>(() => SweepAsync(fixture, olderThanSeconds: 1));
        Assert.Equal(HttpStatusCode.BadRequest, fault.StatusCode);
    }

    /// <summary>Sixteen at once: the first eight can only be of the oldest two dozens.</summary>
    [Fact]
    public async Task The_oldest_come_first()
    {
        var user = OrderFixture.NewId("u");
        var orders = await AddPendingAsync(user, 80);
        await SweepAsync(_fixture, olderThanSeconds: -3_600);
        var begun = _fixture.Durable.Started.Select(static started => started.Id).Where(id => orders.Any(order => order.Id == id)).Take(8);
        var oldest = orders.OrderBy(static order => order.CreatedAt).Take(24).Select(static order => order.Id);
        Assert.Subset(oldest.ToHashSet(), begun.ToHashSet());
        await RemoveAsync(user, orders);
    }

    [Fact]
    public async Task What_was_done_is_logged_and_the_caller_is_told_whether_anything_had_to_be()
    {
        var (order, helpless) = (await AcceptAsync(), await AcceptAsync());
        var later = new OrderFixture(store, store.NewProcess());
        later.Durable.FaultFor(helpless.Id, new InvalidOperationException("its partition is away"));
        await SweepAsync(later, olderThanSeconds: 0.000_001);
        var lines = _log.Collector.GetSnapshot().Select(static record => (record.Level, record.Message)).ToList();
        Assert.Contains(
            (LogLevel.Warning, $"Order {order.Id}, pending since {order.CreatedAt:O}, had no orchestration; started it again"), lines);
        Assert.Contains((LogLevel.Warning, $"Order {helpless.Id} could not be restarted; it will be tried again"), lines);

        var orchestrations = later.Get<OrderOrchestrations>();
        Assert.False(await orchestrations.RestartIfDeadAsync(later.Durable, OpenOrder.Of(order)));
        later.Durable.Forget(order.Id);
        Assert.True(await orchestrations.RestartIfDeadAsync(later.Durable, OpenOrder.Of(order)));
        var paid = await _fixture.RunAsync(order);
        later.Durable.Forget(order.Id);
        Assert.False(await orchestrations.RestartIfDeadAsync(later.Durable, OpenOrder.Of(order)));
        Assert.True(await orchestrations.RestartCancellationIfDeadAsync(later.Durable, OpenOrder.Of(paid)));
    }

    [Fact]
    public async Task Beside_what_never_ends_no_second_one_is_started_twice()
    {
        var order = await AcceptAsync();
        var process = store.NewProcess(time: new FakeTimeProvider(order.CreatedAt.AddMinutes(11)));
        var later = new OrderFixture(store, process);
        later.Durable.Set(order.Id, OrchestrationRuntimeStatus.Running);
        Assert.True(await later.Get<OrderOrchestrations>().RestartIfDeadAsync(later.Durable, OpenOrder.Of(order)));
        Assert.False(await later.Get<OrderOrchestrations>().RestartIfDeadAsync(later.Durable, OpenOrder.Of(order)));
    }

    [Fact]
    public async Task One_that_cannot_be_helped_does_not_stand_in_the_way_of_the_others()
    {
        var (one, other) = (await AcceptAsync(), await AcceptAsync());
        var later = new OrderFixture(store, store.App);
        later.Durable.FaultFor(one.Id, new InvalidOperationException("its partition is away"));
        await SweepAsync(later, olderThanSeconds: 0.000_001);
        Assert.True(IsStarted(later, other.Id));
        Assert.False(IsStarted(later, one.Id));
    }

    [Fact]
    public async Task Beside_an_orchestration_that_never_ends_another_one_is_started_after_ten_minutes_and_then_ever_more_seldom()
    {
        var order = await AcceptAsync();
        var later = new OrderFixture(store, store.NewProcess(time: new FakeTimeProvider(order.CreatedAt.AddMinutes(9))));
        later.Durable.Set(order.Id, OrchestrationRuntimeStatus.Running);
        await SweepAsync(later, olderThanSeconds: 1);
        Assert.DoesNotContain(later.Durable.Started, started => started.Id.StartsWith(order.Id, StringComparison.Ordinal));

        foreach (var (minutes, number) in new[] { (10, 1), (19, 1), (21, 2), (39, 2), (41, 3), (79, 3) })
        {
            later = new OrderFixture(store, store.NewProcess(time: new FakeTimeProvider(order.CreatedAt.AddMinutes(minutes))));
            later.Durable.Set(order.Id, OrchestrationRuntimeStatus.Running);
            await SweepAsync(later, olderThanSeconds: 1);
            await SweepAsync(later, olderThanSeconds: 1);
            Assert.Equal([$"{order.Id}-{number}"],
                later.Durable.Started.Select(static started => started.Id).Where(id => id.StartsWith(order.Id, StringComparison.Ordinal)));
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData(OrchestrationRuntimeStatus.Failed)]
    [InlineData(OrchestrationRuntimeStatus.Terminated)]
    public async Task A_cancellation_that_was_asked_for_is_carried_out_also_when_its_hub_knows_nothing_of_it(
        OrchestrationRuntimeStatus? found)
    {
        var paid = await CancelAndDieAsync();
        var id = OrderOrchestrations.CancellationId(paid.Id);
        var later = new OrderFixture(store, store.App);
        if (found is { } status)
            later.Durable.Set(id, status, OrderWork.Of(paid));

        await SweepAsync(later, olderThanSeconds: 0.000_001);
        Assert.Contains((CancelOrderOrchestrator.Name, id), later.Durable.Started);
        Assert.Contains($"The cancellation of order {paid.Id} had died; started it again",
            _log.Collector.GetSnapshot().Select(static record => record.Message));

        await later.Steps.RefundOrder(OrderWork.Of(paid));
        await later.Steps.CompleteCancellation(OrderWork.Of(paid));
        await AssertLeftAloneAsync(id);
    }

    [Fact]
    public async Task A_cancellation_that_was_refused_is_not_tried_again()
    {
        var (product, user) = (await _fixture.AddProductAsync(1_000, 5), await _fixture.AddRichUserAsync());
        var paid = await _fixture.RunAsync(await _fixture.AcceptAsync(user, "k", new OrderItem(product, 1)));
        await _fixture.ChargeAsync(user, 1_000);
        await _fixture.Get<OrderCancellation>().CancelAsync(_fixture.Durable, user, paid.Id, "cancel", TimeSpan.Zero);

        Assert.NotNull(await _fixture.Steps.RefundOrder(OrderWork.Of(paid)));

        await AssertLeftAloneAsync(OrderOrchestrations.CancellationId(paid.Id));
    }

    private Container Accounts => store.Database[CommerceDatabase.Accounts];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static bool IsStarted(OrderFixture fixture, string id) => fixture.Durable.Started.Any(started => started.Id == id);

    private async Task AssertLeftAloneAsync(string instanceId)
    {
        var later = new OrderFixture(store, store.App);
        await SweepAsync(later, olderThanSeconds: 0.000_001);
        Assert.False(IsStarted(later, instanceId));
    }

    /// <summary>A paid order whose cancellation was recorded, and nothing more.</summary>
    private async Task<Order> CancelAndDieAsync()
    {
        var paid = await _fixture.RunAsync(await AcceptAsync());
        _fixture.Durable.StartFault = new InvalidOperationException("dead");
        await Assert.ThrowsAsync<InvalidOperationException>(() =>
            _fixture.Get<OrderCancellation>().CancelAsync(_fixture.Durable, paid.UserId, paid.Id, "cancel", TimeSpan.FromSeconds(1)));
        return paid;
    }

    private OrderSweeper Sweeper(OrderFixture fixture, double olderThanSeconds, TimeProvider? time = null) => new(
        fixture.Orders,
        fixture.Get<OrderOrchestrations>(),
        Options.Create(new OrderOptions { SweepAfterSeconds = olderThanSeconds }),
        time ?? fixture.Get<TimeProvider>(),
        _log);

    /// <summary>Runs until all orders are started; how many it takes.</summary>
    private static async Task<int> SweepAllAsync(OrderSweeper sweeper, OrderFixture fixture, Order[] orders)
    {
        var runs = 0;
        for (; orders.ExceptBy(fixture.Durable.Started.Select(started => started.Id), order => order.Id).Any(); runs++)
        {
            Assert.True(runs < 20, "The tail is never reached.");
            await sweeper.SweepAsync(fixture.Durable, Stop);
        }
        return runs;
    }

    /// <summary>One that has time for some 750 looks at the hub in a run.</summary>
    private OrderSweeper HurriedSweeper(OrderFixture fixture)
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow.AddDays(1));
        fixture.Durable.Looking = (_, _) =>
        {
            clock.Advance(TimeSpan.FromMilliseconds(40));
            return Task.CompletedTask;
        };
        return Sweeper(fixture, olderThanSeconds: 1, clock);
    }

    private Task SweepAsync(OrderFixture fixture, double olderThanSeconds) =>
        Sweeper(fixture, olderThanSeconds).SweepAsync(fixture.Durable, Stop);

    private async Task<Order> AcceptAsync()
    {
        var (product, user) = (await _fixture.AddProductAsync(10, 5), await _fixture.AddUserAsync(100));
        return await _fixture.AcceptAsync(user, "k", new OrderItem(product, 1));
    }

    /// <summary>Orders in no order of time, each a second older than another.</summary>
    private async Task<Order[]> AddPendingAsync(string userId, int count)
    {
        Order[] orders = [.. Enumerable.Range(0, count).Select(i => PendingOrder(userId, $"o-{i}", i * 7 % count))];
        foreach (var some in orders.Chunk(Limits.BatchOperationsMax))
            await WriteAsync(userId, some, static (batch, order) => batch.CreateItem(order));
        return orders;
    }

    private async Task RemoveAsync(string userId, Order[] orders)
    {
        foreach (var some in orders.Chunk(Limits.BatchOperationsMax))
            await WriteAsync(userId, some, static (batch, order) => batch.DeleteItem(order.Id));
    }

    private async Task WriteAsync(string userId, Order[] orders, Action<TransactionalBatch, Order> add)
    {
        var batch = Accounts.CreateTransactionalBatch(new PartitionKey(userId));
        foreach (var order in orders)
            add(batch, order);
        using var answer = await batch.ExecuteAsync(Stop);
        Assert.True(answer.IsSuccessStatusCode);
    }

    private static Order PendingOrder(string userId, string id, int age_s) => new()
    {
        Id = id,
        UserId = userId,
        Status = OrderStatus.Pending,
        Fingerprint = "f",
        Lines = [],
        TotalAmount = 0,
        CreatedAt = DateTimeOffset.UtcNow.AddSeconds(-age_s),
    };

    /// <summary>A store that answers no query.</summary>
    private sealed class Silent(Action asked) : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (await CosmosCall.OfAsync(request) is { Operation: CosmosOperation.Query })
            {
                asked();
                await Task.Delay(Timeout.Infinite, cancellationToken);
            }
            return await base.SendAsync(request, cancellationToken);
        }
    }

    /// <summary>A store that refuses to go on where a query ended.</summary>
    private sealed class Forgetful : DelegatingHandler
    {
        public bool HasForgotten { get; set; }

        public bool RefusesAll { get; set; }

        /// <summary>A word of queries that are refused wherever they begin.</summary>
        public string? Forgotten { get; init; }

        public int Refused { get; private set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (await CosmosCall.OfAsync(request) is not { Operation: CosmosOperation.Query } || !await IsRefusedAsync(request))
                return await base.SendAsync(request, cancellationToken);
            Refused++;
            return new(HttpStatusCode.BadRequest) { RequestMessage = request, Content = new StringContent("{}") };
        }

        private async Task<bool> IsRefusedAsync(HttpRequestMessage request) => Forgotten is { } word
            ? (await request.Content!.ReadAsStringAsync(Stop)).Contains(word, StringComparison.Ordinal)
            : HasForgotten && (RefusesAll || request.Headers.Contains("x-ms-continuation"));
    }
}
