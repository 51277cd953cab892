using System.Collections.Concurrent;
using System.Net;
using Commerce.Functions.Cosmos;
using Commerce.Functions.Orders;
using Commerce.Functions.Tests.Support;
using Commerce.Shared.Orders;
using Faults;
using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.Time.Testing;

namespace Commerce.Functions.Tests.Orders;

/// <summary>How a run goes over all that there is: in its time, and whatever does not answer.</summary>
public sealed class OrderSweeperRunTests(TestStore store) : SweeperCalls(store)
{
    [Fact]
    public async Task Of_more_than_one_run_can_look_after_each_has_its_turn()
    {
        var user = OrderFixture.NewId("u");
        var orders = await AddPendingAsync(user, 2_300);
        var sweeper = HurriedSweeper(Fixture);

        Assert.True(await SweepAllAsync(sweeper, Fixture, orders) > 1);
        await RemoveAsync(user, orders);
    }

    /// <summary>As after a change of the partitions: the store does not know the place any more.</summary>
    [Fact]
    public async Task A_run_whose_place_is_refused_is_followed_by_one_that_begins_anew()
    {
        var user = OrderFixture.NewId("u");
        var orders = await AddPendingAsync(user, 1_100);
        using var network = new Forgetful();
        var fixture = new OrderFixture(Store, Store.NewProcess(network));
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
        Fixture.Durable.Looking = async (id, stop) =>
        {
            looks.Enqueue(id);
            await Task.Yield();
            clock.Advance(TimeSpan.FromSeconds(30));
            await Task.Delay(Timeout.Infinite, stop);
        };
        var sweeper = Sweeper(Fixture, olderThanSeconds: 1, clock);

        for (var runs = 0; orders.ExceptBy(looks, static order => order.Id).Any(); runs++)
        {
            Assert.True(runs < 200, "The tail is never reached.");
            await sweeper.SweepAsync(Fixture.Durable, Stop);
        }

        await RemoveAsync(user, orders);
    }

    [Fact]
    public async Task Where_it_cannot_be_read_what_is_to_be_cancelled_pending_orders_are_started_all_the_same()
    {
        var order = await AcceptAsync();
        using var network = new Forgetful { Forgotten = "cancelRequestedAt" };
        var later = new OrderFixture(Store, Store.NewProcess(network));

        await Assert.ThrowsAsync<CosmosException>(() => SweepAsync(later, olderThanSeconds: 0.000_001));

        Assert.True(IsStarted(later, order.Id));
    }

    [Fact]
    public async Task A_run_whose_time_is_up_while_it_reads_a_further_page_is_gone_on_with_by_the_next()
    {
        var user = OrderFixture.NewId("u");
        var orders = await AddPendingAsync(user, 1_100);
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow.AddDays(1));
        using var network = new Silent(() => clock.Advance(TimeSpan.FromSeconds(30))) { IsOfFurtherPages = true };
        var fixture = new OrderFixture(Store, Store.NewProcess(network));
        var sweeper = Sweeper(fixture, olderThanSeconds: 1, clock);

        await sweeper.SweepAsync(fixture.Durable, Stop);

        var left = orders.ExceptBy(fixture.Durable.Started.Select(static started => started.Id), static order => order.Id).Count();
        Assert.InRange(left, 1, 100);
        network.IsOver = true;
        await SweepAllAsync(sweeper, fixture, orders);
        await RemoveAsync(user, orders);
    }

    [Fact]
    public async Task A_store_that_says_nothing_in_all_the_time_of_a_run_is_a_fault()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        using var network = new Silent(() => clock.Advance(TimeSpan.FromSeconds(30)));
        var fixture = new OrderFixture(Store, Store.NewProcess(network));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => Sweeper(fixture, olderThanSeconds: 1, clock).SweepAsync(fixture.Durable, Stop));
    }

    [Fact]
    public async Task What_the_store_refuses_for_another_reason_is_not_passed_over()
    {
        using var network = new Forgetful { HasForgotten = true, RefusesAll = true };
        var fixture = new OrderFixture(Store, Store.NewProcess(network));
        var fault = await Assert.ThrowsAsync<CosmosException>(() => SweepAsync(fixture, olderThanSeconds: 1));
        Assert.Equal(HttpStatusCode.BadRequest, fault.StatusCode);
    }

    /// <summary>Sixteen at once: the first eight can only be of the oldest two dozens.</summary>
    [Fact]
    public async Task The_oldest_come_first()
    {
        var user = OrderFixture.NewId("u");
        var orders = await AddPendingAsync(user, 80);
        await SweepAsync(Fixture, olderThanSeconds: -3_600);
        var begun = Fixture.Durable.Started.Select(static started => started.Id).Where(id => orders.Any(order => order.Id == id)).Take(8);
        var oldest = orders.OrderBy(static order => order.CreatedAt).Take(24).Select(static order => order.Id);
        Assert.Subset(oldest.ToHashSet(), begun.ToHashSet());
        await RemoveAsync(user, orders);
    }

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

    /// <summary>Orders in no order of time, each a second older than another.</summary>
    private async Task<Order[]> AddPendingAsync(string userId, int count)
    {
        Order[] orders = [.. Enumerable.Range(0, count).Select(i => PendingOrder(userId, $"o-{i}", i * 7 % count))];
        await Store.WriteAsync(CommerceDatabase.Accounts, userId, orders, static (batch, order) => batch.CreateItem(order));
        return orders;
    }

    private Task RemoveAsync(string userId, Order[] orders) =>
        Store.WriteAsync(CommerceDatabase.Accounts, userId, orders, static (batch, order) => batch.DeleteItem(order.Id));

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

    /// <summary>A store that answers no query, or none for a further page.</summary>
    private sealed class Silent(Action asked) : DelegatingHandler
    {
        public bool IsOfFurtherPages { get; init; }

        public bool IsOver { get; set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (!IsOver && await CosmosCall.OfAsync(request) is { Operation: CosmosOperation.Query }
                && (!IsOfFurtherPages || request.Headers.Contains("x-ms-continuation")))
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
