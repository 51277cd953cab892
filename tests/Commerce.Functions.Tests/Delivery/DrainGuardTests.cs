using System.Net;
using Commerce.Functions.Cosmos;
using Commerce.Functions.Delivery;
using Commerce.Functions.Tests.Support;
using Commerce.Shared.Delivery;
using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.Time.Testing;
using Polly.CircuitBreaker;

namespace Commerce.Functions.Tests.Delivery;

/// <summary>When nothing is sent, and when a drain ends.</summary>
public class DrainGuardTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Nothing_is_sent_before_it_is_due()
    {
        await using var fixture = await DeliveryFixture.CreateAsync(time: new(standsStill: true));
        fixture.Platform.AnswerWith(500);
        await fixture.DispatchAsync("o-1");
        fixture.Platform.AnswerWith(200);
        var due = (await fixture.FindAsync("o-1")).DueAt!.Value;

        Assert.Equal((0, due), await RunAsync(fixture));
        fixture.Time.Shift(due - fixture.Time.GetUtcNow() - TimeSpan.FromTicks(1));
        Assert.Equal((0, due), await RunAsync(fixture));
        fixture.Time.Shift(TimeSpan.FromTicks(1));
        Assert.Equal((1, null), await RunAsync(fixture));

        static async Task<(int Sent, DateTimeOffset? NextDueAt)> RunAsync(DeliveryFixture fixture)
        {
            var report = await fixture.Drain.RunAsync(Stop);
            return (report.Sent, report.NextDueAt);
        }
    }

    [Fact]
    public async Task A_pause_by_another_instance_is_seen_within_two_seconds_and_by_a_drain_at_once()
    {
        await using var fixture = await DeliveryFixture.CreateAsync();
        var neighbour = fixture.Neighbour(fixture.Time);
        Assert.Equal(DeliveryState.Delivered, await fixture.DispatchAsync("o-1"));
        await PauseAsync(neighbour);
        await neighbour.DispatchAsync("o-waiting");

        Assert.True((await fixture.Drain.RunAsync(Stop)).IsHalted);
        await neighbour.Switch.ChangeAsync(DeliveryControl.Resumed, Stop);
        fixture.Time.Shift(TimeSpan.FromSeconds(2));
        Assert.Equal(DeliveryState.Delivered, await fixture.DispatchAsync("o-2"));
        await PauseAsync(neighbour);
        fixture.Time.Shift(TimeSpan.FromSeconds(2));
        Assert.Equal(DeliveryState.Waiting, await fixture.DispatchAsync("o-3"));

        Assert.Equal(["o-1.paid", "o-2.paid"], fixture.Platform.Received);
    }

    [Fact]
    public async Task An_event_that_has_waited_for_a_slot_is_not_sent_after_a_pause()
    {
        await using var fixture = await DeliveryFixture.CreateAsync();
        await PauseAsync(fixture);
        await fixture.DispatchAsync("o-1");
        var delivery = await fixture.FindAsync("o-1");

        Assert.Same(delivery, await fixture.Dispatcher.TryAsync(delivery, null, Stop));

        Assert.Empty(fixture.Platform.Received);
    }

    [Fact]
    public async Task A_drain_ends_with_its_slice_and_the_next_goes_on()
    {
        await using var fixture = await WithBacklogAsync(BacklogDrain.PageMax + 10);
        fixture.Platform.Answer = _ =>
        {
            if (fixture.Platform.Received.Count == BacklogDrain.PageMax)
                fixture.Time.Shift(BacklogDrain.Slice);
            return new HttpResponseMessage(HttpStatusCode.OK);
        };

        var first = await fixture.Drain.RunAsync(Stop);
        Assert.Equal((BacklogDrain.PageMax, false), (first.Sent, first.IsBlocked));
        Assert.NotNull(first.NextDueAt);
        var second = await fixture.Drain.RunAsync(Stop);
        Assert.Equal((10, null), (second.Sent, second.NextDueAt));
    }

    [Fact]
    public async Task A_drain_ends_at_a_pause_that_another_instance_orders_meanwhile()
    {
        await using var fixture = await WithBacklogAsync(BacklogDrain.PageMax + 10);
        var neighbour = fixture.Neighbour(fixture.Time);
        var (answered, paused) = (0, new TaskCompletionSource());
        fixture.Platform.Answer = _ =>
        {
            // All of the page are under way by then.
            if (Interlocked.Increment(ref answered) == BacklogDrain.PageMax)
            {
                Task.Run(() => PauseAsync(neighbour), Stop).Wait(Stop);
                fixture.Time.Shift(TimeSpan.FromSeconds(2));
            }
            return new HttpResponseMessage(HttpStatusCode.OK);
        };

        var report = await fixture.Drain.RunAsync(Stop);

        Assert.Equal((BacklogDrain.PageMax, true, true), (report.Sent, report.IsBlocked, report.IsHalted));
        Assert.Equal(BacklogDrain.PageMax, fixture.Platform.Received.Count);
        Assert.Equal(10, await fixture.Store.CountAsync(DeliveryState.Waiting, Stop));
    }

    [Fact]
    public async Task Ten_events_that_are_rejected_leave_the_breaker_closed()
    {
        await using var fixture = await DeliveryFixture.CreateAsync(time: new(standsStill: true));
        fixture.Platform.AnswerWith(422);

        for (var i = 0; i < 10; i++)
            Assert.Equal(DeliveryState.Parked, await fixture.DispatchAsync($"o-{i}"));

        Assert.Equal(CircuitState.Closed, fixture.Gate.State);
        Assert.Equal(10, fixture.Platform.Received.Count);
        // What it is for: half as many failures open it, and the rest is not sent.
        fixture.Time.Shift(TimeSpan.FromMinutes(1));
        fixture.Platform.AnswerWith(500);
        for (var i = 10; i < 20; i++)
            await fixture.DispatchAsync($"o-{i}");
        Assert.Equal(CircuitState.Open, fixture.Gate.State);
        Assert.Equal(15, fixture.Platform.Received.Count);
    }

    [Fact]
    public async Task Each_try_that_fails_is_followed_by_a_break_of_twice_the_length_up_to_the_setting()
    {
        await using var fixture = await DeliveryFixture.CreateAsync(
            DeliveryFixture.Options with { ProbeSecondsMax = 30 }, new(standsStill: true));
        await fixture.BreakAsync();
        var breaks = new List<double>();
        for (var tries = 0; tries < 6; tries++)
        {
            var length = fixture.Gate.RetryAt - fixture.Time.GetUtcNow();
            breaks.Add(length.TotalSeconds);
            fixture.Time.Shift(length);
            await fixture.ProbeAsync();
        }

        Assert.Equal([2, 4, 8, 16, 30, 30], breaks);
    }

    /// <summary>An order that cannot be read, say, or of which no event can be made.</summary>
    [Fact]
    public async Task An_event_that_cannot_be_made_fails_by_itself_and_the_others_of_its_page_are_delivered()
    {
        await using var fixture = await WithBacklogAsync(3);
        var orderId = (await WaitingAsync(fixture))[1].OrderId;
        await fixture.Database.Database[CommerceDatabase.Accounts].PatchItemAsync<object>(
            orderId, new PartitionKey("u-1"), [PatchOperation.Set("/lines", "none")], cancellationToken: Stop);

        var report = await fixture.Drain.RunAsync(Stop);

        Assert.Equal((3, false), (report.Sent, report.IsBlocked));
        Assert.Equal(2, fixture.Platform.Accepted.Count);
        var broken = Assert.Single(await WaitingAsync(fixture));
        Assert.Equal((orderId, 1), (broken.OrderId, broken.FailureCount));
        Assert.Equal("It could not be sent: JsonException.", broken.Attempts[0].Detail);
        Assert.Single(fixture.Logged($"Event {broken.Id} could not be made or sent"));
    }

    [Fact]
    public async Task Whose_order_the_store_does_not_tell_is_tried_again_and_what_was_sent_beside_it_is_not()
    {
        await using var fixture = await WithBacklogAsync(3);
        var orderId = (await WaitingAsync(fixture))[0].OrderId;
        fixture.Database.Before = request =>
        {
            if (request.Method == HttpMethod.Get && request.RequestUri!.AbsolutePath.EndsWith('/' + orderId, StringComparison.Ordinal))
                throw TestDatabase.IsAway;
        };

        await Assert.ThrowsAsync<CosmosException>(() => fixture.Drain.RunAsync(Stop));

        fixture.Database.Before = null;
        var waiting = Assert.Single(await WaitingAsync(fixture));
        Assert.Equal((orderId, 0), (waiting.OrderId, waiting.AttemptCount));
        Assert.Equal(1, (await fixture.Drain.RunAsync(Stop)).Sent);
        Assert.Equal(3, fixture.Platform.Received.Count);
    }

    [Fact]
    public async Task A_breaker_that_nobody_tries_any_more_is_not_told_of_for_ever()
    {
        await using var fixture = await DeliveryFixture.CreateAsync();
        await fixture.BreakAsync();
        // The first break is the shortest.
        Assert.InRange(fixture.Gate.RetryAt - fixture.Time.GetUtcNow(), TimeSpan.FromSeconds(-60), TimeSpan.FromSeconds(2));
        var until = fixture.Gate.RetryAt + OpenBreaker.KeptFor;

        Assert.Equal(CircuitState.Open, fixture.Gate.ToldState(until - TimeSpan.FromTicks(1)));
        Assert.Equal(CircuitState.Closed, fixture.Gate.ToldState(until));
    }

    [Fact]
    public async Task A_breaker_that_opens_or_closes_is_told_of_with_its_next_try()
    {
        await using var fixture = await DeliveryFixture.CreateAsync();
        await fixture.BreakAsync();
        Assert.Single(fixture.Logged("The data platform is down; events wait. Next try in 2 s"));
        await Eventually.HoldsAsync(async () =>
            await fixture.Store.OpenBreakersAsync(Stop) is [var open] && open.RetryAt == fixture.Gate.RetryAt);

        fixture.Platform.AnswerWith(200);
        fixture.Time.Shift(TimeSpan.FromSeconds(30));
        await fixture.DispatchAsync("o-1");
        Assert.Equal(CircuitState.Closed, fixture.Gate.State);
        Assert.Single(fixture.Logged("The data platform answers again"));
    }

    [Fact]
    public async Task A_breaker_that_cannot_be_told_of_is_logged_and_holds_up_nothing()
    {
        await using var fixture = await DeliveryFixture.CreateAsync();
        fixture.Database.Before = static request =>
        {
            if (request.Method != HttpMethod.Get)
                throw TestDatabase.IsAway;
        };

        await fixture.BreakAsync();

        await Eventually.HoldsAsync(() => fixture.Logged("The state of the circuit breaker could not be stored").Any());
    }

    [Fact]
    public async Task A_pause_is_told_also_while_nothing_waits()
    {
        await using var fixture = await DeliveryFixture.CreateAsync();
        await PauseAsync(fixture);

        var report = await fixture.Drain.RunAsync(Stop);

        Assert.Equal((0, true, true, null), (report.Sent, report.IsBlocked, report.IsHalted, report.NextDueAt));
    }

    [Fact]
    public async Task What_is_parked_is_told_of_and_what_waits_is_recorded_once()
    {
        await using var fixture = await DeliveryFixture.CreateAsync();
        var writes = 0;
        fixture.Database.Before = request => writes += IsWriteOfDelivery(request) ? 1 : 0;

        fixture.Platform.AnswerWith(500);
        await fixture.DispatchAsync("o-1");
        Assert.Equal(1, writes);
        Assert.Empty(fixture.Logged("is parked"));
        fixture.Platform.AnswerWith(422);
        await fixture.DispatchAsync("o-2");
        Assert.Equal(2, writes);
        Assert.Single(fixture.Logged("Event o-2.paid is parked: 422"));

        static bool IsWriteOfDelivery(HttpRequestMessage request) =>
            request.Headers.Contains("x-ms-cosmos-is-batch-request")
            && request.Headers.GetValues("x-ms-documentdb-partitionkey").Single().Contains("shard", StringComparison.Ordinal);
    }

    [Fact]
    public void A_count_that_is_not_made_again_is_not_told_of_for_ever()
    {
        var time = new FakeTimeProvider();
        var count = new DeliveryMetrics.Count(7, time);

        time.Advance(DeliveryMetrics.Count.AgeMax);
        Assert.Equal(7, Assert.Single(count.Told()).Value);
        time.Advance(TimeSpan.FromTicks(1));
        Assert.Empty(count.Told());
    }

    private static Task<List<EventDelivery>> WaitingAsync(DeliveryFixture fixture) =>
        fixture.Store.ListAsync(DeliveryState.Waiting, 100, null, Stop);

    private static Task<DeliveryControl> PauseAsync(DeliveryFixture fixture) =>
        fixture.Switch.ChangeAsync(control => control with { IsPaused = true }, Stop);

    /// <summary>Events of one shard that wait and are due.</summary>
    private static async Task<DeliveryFixture> WithBacklogAsync(int count)
    {
        var fixture = await DeliveryFixture.CreateAsync();
        await PauseAsync(fixture);
        foreach (var id in Enumerable.Range(0, 10_000).Select(i => $"o-{i}")
            .Where(id => EventDelivery.ShardOf(id) == EventDelivery.ShardName(0)).Take(count))
            await fixture.DispatchAsync(id);
        await fixture.Switch.ChangeAsync(DeliveryControl.Resumed, Stop);
        return fixture;
    }
}
