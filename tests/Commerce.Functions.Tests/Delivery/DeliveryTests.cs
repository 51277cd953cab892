using System.Collections.Concurrent;
using System.Net;
using Commerce.Functions.Cosmos;
using Commerce.Functions.Delivery;
using Commerce.Shared.Delivery;
using Polly.CircuitBreaker;

namespace Commerce.Functions.Tests.Delivery;

public class DeliveryTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_platform_that_hangs_does_not_hold_up_the_events_behind_those_that_it_has()
    {
        await using var fixture = await DeliveryFixture.CreateAsync(DeliveryFixture.Options with { TimeoutSeconds = 100 });
        var held = new TaskCompletionSource();
        fixture.Platform.Held = held.Task;

        var sending = Enumerable.Range(0, EventDispatcher.SendingMax).Select(i => fixture.DispatchAsync($"held-{i}")).ToList();
        await Eventually.HoldsAsync(() => fixture.Platform.Received.Count == EventDispatcher.SendingMax);
        Assert.Equal(DeliveryState.Waiting, await fixture.DispatchAsync("behind"));
        held.SetResult();

        Assert.All(await Task.WhenAll(sending), state => Assert.Equal(DeliveryState.Delivered, state));
        Assert.Equal(DeliveryState.Delivered, await fixture.DispatchAsync("later"));
        await fixture.DrainAllAsync();
        Assert.Equal(EventDispatcher.SendingMax + 2, fixture.Platform.Accepted.Count);
    }

    [Fact]
    public async Task An_event_that_is_taken_is_done_and_can_be_looked_up()
    {
        await using var fixture = await DeliveryFixture.CreateAsync();

        Assert.Equal(DeliveryState.Delivered, await fixture.DispatchAsync("o-1"));

        var delivery = await fixture.FindAsync("o-1");
        Assert.Equal((DeliveryState.Delivered, 1), (delivery.State, delivery.AttemptCount));
        Assert.Equal((DeliveryVerdict.Delivered, 200), (delivery.Attempts[0].Verdict, delivery.Attempts[0].Status));
        Assert.Null(await fixture.Store.NextDueAsync(Stop));
    }

    [Fact]
    public async Task An_event_that_is_rejected_is_parked_and_goes_out_again_at_an_operators_word()
    {
        await using var fixture = await DeliveryFixture.CreateAsync();
        fixture.Platform.AnswerWith(422);
        Assert.Equal(DeliveryState.Parked, await fixture.DispatchAsync("o-1"));
        Assert.Equal("422 Unprocessable Entity", (await fixture.FindAsync("o-1")).Reason);
        Assert.Equal(1, await fixture.Store.CountAsync(DeliveryState.Parked, Stop));
        fixture.Platform.AnswerWith(200);

        await fixture.Switch.ChangeAsync(control => control with { ReleaseParkedUntil = fixture.Time.GetUtcNow() }, Stop);
        await fixture.DrainAllAsync();

        Assert.Equal((DeliveryState.Delivered, 2), ((await fixture.FindAsync("o-1")).State, (await fixture.FindAsync("o-1")).AttemptCount));
        Assert.Null((await fixture.Switch.GetAsync(Stop)).ReleaseParkedUntil);
    }

    [Fact]
    public async Task An_outage_makes_events_wait_stops_the_sending_and_loses_nothing()
    {
        await using var fixture = await DeliveryFixture.CreateAsync(time: new(standsStill: true));
        fixture.Platform.AnswerWith(503);

        for (var i = 0; i < 60; i++)
            Assert.Equal(DeliveryState.Waiting, await fixture.DispatchAsync($"o-{i}"));

        Assert.Equal(5, fixture.Platform.Received.Count);
        Assert.Equal(CircuitState.Open, fixture.Gate.State);
        Assert.Equal(60, await fixture.Store.CountAsync(DeliveryState.Waiting, Stop));
        for (var run = 0; run < 20; run++)
        {
            fixture.Time.Shift(TimeSpan.FromMinutes(1));
            Assert.True((await fixture.Drain.RunAsync(Stop)).IsBlocked);
        }
        Assert.InRange(fixture.Platform.Received.Count, 6, 45);

        fixture.Platform.AnswerWith(200);
        await fixture.DrainAllAsync();

        Assert.Equal(Enumerable.Range(0, 60).Select(i => $"o-{i}.paid").Order(), fixture.Platform.Accepted.Keys.Order());
        Assert.All(fixture.Platform.Accepted.Values, count => Assert.Equal(1, count));
        Assert.Equal(60, await fixture.Store.CountAsync(DeliveryState.Delivered, Stop));
        Assert.True(fixture.Gate.TakeRecovery());
        Assert.False(fixture.Gate.TakeRecovery());
    }

    [Fact]
    public async Task After_long_health_an_outage_is_noticed_within_a_second_and_a_half()
    {
        await using var fixture = await DeliveryFixture.CreateAsync();
        var orderEvent = OrderEvents.Event(OrderEvents.PaidType, DeliveryFixture.OrderOf("o-1", fixture.Time.GetUtcNow()));
        async Task SendAtHundredASecondAsync(Func<bool> until)
        {
            while (!until())
            {
                fixture.Time.Shift(TimeSpan.FromMilliseconds(10));
                await fixture.Gate.TrySendAsync(orderEvent, Stop);
            }
        }
        await SendAtHundredASecondAsync(() => fixture.Platform.Received.Count == 2_000);
        fixture.Platform.AnswerWith(503);

        await SendAtHundredASecondAsync(() => fixture.Gate.State == CircuitState.Open || fixture.Platform.Received.Count == 4_000);

        Assert.InRange(fixture.Platform.Received.Count - 2_000, 5, 150);
    }

    [Fact]
    public async Task Every_look_at_a_platform_that_is_down_is_one_attempt_and_they_are_never_further_apart_than_the_setting()
    {
        await using var fixture = await DeliveryFixture.CreateAsync(time: new(standsStill: true));
        fixture.Platform.AnswerWith(503);
        for (var i = 0; i < 10; i++)
            await fixture.DispatchAsync($"o-{i}");
        Assert.Equal(CircuitState.Open, fixture.Gate.State);
        var probeMax = TimeSpan.FromSeconds(DeliveryFixture.Options.ProbeSecondsMax);
        // The first look comes at once, while the breaker has just opened.
        var result = DrainResult.Of(new(0), await fixture.Drain.RunAsync(Stop), probeMax, fixture.Time.GetUtcNow());

        var attempts = new List<int>();
        for (var look = 0; look < 20; look++)
        {
            Assert.InRange(result.Pause, TimeSpan.FromSeconds(0.5), probeMax + TimeSpan.FromSeconds(0.5));
            fixture.Time.Shift(result.Pause);
            var before = fixture.Platform.Received.Count;
            result = DrainResult.Of(result.Next!, await fixture.Drain.RunAsync(Stop), probeMax, fixture.Time.GetUtcNow());
            attempts.Add(fixture.Platform.Received.Count - before);
        }

        Assert.All(attempts, count => Assert.Equal(1, count));
    }

    [Fact]
    public async Task A_resume_on_one_instance_holds_at_once_for_a_drain_on_another_that_has_just_seen_the_pause()
    {
        await using var fixture = await DeliveryFixture.CreateAsync();
        var neighbour = fixture.Neighbour();
        await fixture.Switch.ChangeAsync(control => control with { IsPaused = true }, Stop);
        await fixture.DispatchAsync("o-1");
        Assert.True((await neighbour.Switch.GetAsync(Stop)).IsPaused);

        await fixture.Switch.ChangeAsync(control => control with { IsPaused = false }, Stop);
        var report = await neighbour.Drain.RunAsync(Stop);

        Assert.False(report.IsHalted);
        Assert.Single(neighbour.Platform.Accepted);
    }

    [Fact]
    public async Task An_answer_that_was_long_on_its_way_does_not_take_back_what_was_ordered_meanwhile()
    {
        await using var fixture = await DeliveryFixture.CreateAsync();
        // So that the client has all that it asks for once.
        await fixture.Switch.ChangeAsync(DeliveryControl.Resumed, Stop);
        var (asked, arrived, isFirst) = (new TaskCompletionSource(), new TaskCompletionSource(), 1);
        fixture.Database.After = request =>
        {
            if (request.Method != HttpMethod.Get || Interlocked.Exchange(ref isFirst, 0) == 0)
                return;
            asked.SetResult();
            arrived.Task.Wait(Stop);
        };
        var slow = Task.Run(() => fixture.Switch.RefreshAsync(Stop), Stop);
        await asked.Task;

        await fixture.Switch.ChangeAsync(control => control with { IsPaused = true }, Stop);
        arrived.SetResult();
        Assert.False((await slow).IsPaused);

        Assert.True((await fixture.Switch.GetAsync(Stop)).IsPaused);
    }

    [Fact]
    public async Task A_backlog_drains_oldest_first_and_no_faster_than_the_setting()
    {
        await using var fixture = await DeliveryFixture.CreateAsync(
            DeliveryFixture.Options with { DrainPerSecond = 100 }, new(standsStill: true));
        await fixture.Switch.ChangeAsync(control => control with { IsPaused = true }, Stop);
        // Of one shard, whose pages hold 50; the events of a page are under way together.
        var orders = DeliveryFixture.OfOneShard(120);
        foreach (var orderId in orders)
            await fixture.DispatchAsync(orderId);
        await fixture.Switch.ChangeAsync(control => control with { IsPaused = false }, Stop);
        var started = fixture.Time.GetTimestamp();

        await fixture.Drain.RunAsync(Stop);

        Assert.InRange(fixture.Time.GetElapsedTime(started), TimeSpan.FromSeconds(1.15), TimeSpan.FromSeconds(2));
        string[] received = [.. fixture.Platform.Received];
        Assert.Equal(orders.Length, received.Length);
        foreach (var (page, sent) in orders.Select(id => id + ".paid").Chunk(50).Zip(received.Chunk(50)))
            Assert.Equal(page.Order(), sent.Order());
    }

    [Fact]
    public async Task A_drain_that_has_lost_time_does_not_make_up_for_it_by_a_burst()
    {
        await using var fixture = await DeliveryFixture.CreateAsync(
            DeliveryFixture.Options with { DrainPerSecond = 10 }, new(standsStill: true));
        await fixture.Switch.ChangeAsync(control => control with { IsPaused = true }, Stop);
        foreach (var orderId in DeliveryFixture.OfOneShard(30))
            await fixture.DispatchAsync(orderId);
        await fixture.Switch.ChangeAsync(control => control with { IsPaused = false }, Stop);
        var sentAt = new ConcurrentQueue<long>();
        fixture.Platform.Answer = _ =>
        {
            sentAt.Enqueue(fixture.Time.GetTimestamp());
            if (sentAt.Count == 1)
                fixture.Time.Shift(TimeSpan.FromSeconds(5));
            return new HttpResponseMessage(HttpStatusCode.OK);
        };

        await fixture.Drain.RunAsync(Stop);

        long[] times = [.. sentAt];
        Assert.Equal(30, times.Length);
        Assert.All(times[10..20], at => Assert.Equal(times[10], at));
        Assert.All(times[20..], at => Assert.Equal(TimeSpan.FromSeconds(1), fixture.Time.GetElapsedTime(times[10], at)));
    }

    [Fact]
    public async Task A_single_event_that_always_fails_holds_up_no_other_and_is_parked_after_72_hours()
    {
        await using var fixture = await DeliveryFixture.CreateAsync();
        fixture.Platform.Answer = id =>
            new HttpResponseMessage(id == "o-bad.paid" ? HttpStatusCode.InternalServerError : HttpStatusCode.OK);
        var started = fixture.Time.GetUtcNow();
        await fixture.DispatchAsync("o-bad");
        for (var i = 0; i < 20; i++)
            Assert.Equal(DeliveryState.Delivered, await fixture.DispatchAsync($"o-{i}"));

        await fixture.DrainAllAsync();

        var bad = await fixture.FindAsync("o-bad");
        Assert.Equal(DeliveryState.Parked, bad.State);
        Assert.StartsWith("Given up after 72 hours", bad.Reason, StringComparison.Ordinal);
        Assert.InRange(bad.UpdatedAt - started, TimeSpan.FromHours(72), TimeSpan.FromHours(73));
    }

    [Theory]
    [InlineData(HttpStatusCode.TooManyRequests)]
    [InlineData(HttpStatusCode.ServiceUnavailable)]
    public async Task A_platform_that_asks_for_a_pause_gets_it_from_all(HttpStatusCode status)
    {
        await using var fixture = await DeliveryFixture.CreateAsync();
        fixture.Platform.AskToWait(status, TimeSpan.FromSeconds(90));
        var before = fixture.Time.GetUtcNow();
        await fixture.DispatchAsync("o-1");
        await fixture.DispatchAsync("o-2");
        var neighbour = fixture.Neighbour();
        await neighbour.DispatchAsync("o-3");

        Assert.Equal(["o-1.paid"], fixture.Platform.Received);
        Assert.Empty(neighbour.Platform.Received);
        Assert.True((await fixture.Switch.GetAsync(Stop)).PausedByPlatformUntil >= before.AddSeconds(90));
        Assert.Equal(0, (await fixture.FindAsync("o-2")).AttemptCount);
        var report = await fixture.Drain.RunAsync(Stop);
        Assert.Equal((0, true, false), (report.Sent, report.IsBlocked, report.IsHalted));
        Assert.True(report.RetryAt >= before.AddSeconds(90));

        fixture.Platform.AnswerWith(200);
        fixture.Time.Shift(TimeSpan.FromSeconds(91));
        await fixture.DrainAllAsync();
        Assert.Equal(3, fixture.Platform.Accepted.Count);
    }

    [Fact]
    public async Task A_resume_ends_the_pause_that_the_platform_asked_for()
    {
        await using var fixture = await DeliveryFixture.CreateAsync();
        fixture.Platform.AskToWait(HttpStatusCode.TooManyRequests, TimeSpan.FromHours(1));
        await fixture.DispatchAsync("o-1");
        fixture.Platform.AnswerWith(200);

        await fixture.Switch.ChangeAsync(DeliveryControl.Resumed, Stop);

        Assert.Equal(DeliveryState.Delivered, await fixture.DispatchAsync("o-2"));
        fixture.Time.Shift(TimeSpan.FromMinutes(1));
        await fixture.DrainAllAsync();
        Assert.Equal(2, fixture.Platform.Accepted.Count);
    }

    [Theory]
    [InlineData(HttpStatusCode.UnprocessableEntity, DeliveryState.Parked)]
    [InlineData(HttpStatusCode.Conflict, DeliveryState.Parked)]
    [InlineData(HttpStatusCode.InternalServerError, DeliveryState.Waiting)]
    [InlineData(HttpStatusCode.Locked, DeliveryState.Waiting)]
    [InlineData(HttpStatusCode.Found, DeliveryState.Waiting)]
    public async Task What_is_said_of_one_event_holds_for_no_other(HttpStatusCode status, DeliveryState state)
    {
        await using var fixture = await DeliveryFixture.CreateAsync();
        fixture.Platform.AskToWait(status, TimeSpan.FromHours(1));
        var before = fixture.Time.GetUtcNow();
        Assert.Equal(state, await fixture.DispatchAsync("o-1"));
        fixture.Platform.AnswerWith(200);

        Assert.Equal(DeliveryState.Delivered, await fixture.DispatchAsync("o-2"));
        Assert.True((await fixture.FindAsync("o-1")).DueAt is null || (await fixture.FindAsync("o-1")).DueAt >= before.AddHours(1));
    }

    [Fact]
    public async Task While_deliveries_are_paused_events_wait()
    {
        await using var fixture = await DeliveryFixture.CreateAsync();
        await fixture.Switch.ChangeAsync(control => control with { IsPaused = true }, Stop);

        Assert.Equal(DeliveryState.Waiting, await fixture.DispatchAsync("o-1"));
        var report = await fixture.Drain.RunAsync(Stop);
        Assert.Equal((0, true, true), (report.Sent, report.IsBlocked, report.IsHalted));
        Assert.NotNull(report.NextDueAt);
        Assert.Empty(fixture.Platform.Received);

        await fixture.Switch.ChangeAsync(control => control with { IsPaused = false }, Stop);
        await fixture.DrainAllAsync();
        Assert.Single(fixture.Platform.Accepted);
    }

    /// <summary>Nothing is tried while an operator or the platform wants a pause, without a platform, or behind the breaker.</summary>
    [Theory]
    [InlineData("paused")]
    [InlineData("paused by the platform")]
    [InlineData("unconfigured")]
    [InlineData("broken")]
    public async Task Days_in_which_nothing_was_tried_park_no_event(string why)
    {
        await using var fixture = await DeliveryFixture.CreateAsync(why == "unconfigured" ? new DataPlatformOptions() : null);
        if (why == "paused")
            await fixture.Switch.ChangeAsync(control => control with { IsPaused = true }, Stop);
        else if (why == "paused by the platform")
            await fixture.Switch.PauseUntilAsync(fixture.Time.GetUtcNow().AddDays(5));
        else if (why == "broken")
            await fixture.BreakAsync();
        for (var i = 0; i < 6; i++)
            Assert.Equal(DeliveryState.Waiting, await fixture.DispatchAsync($"o-{i}"));
        fixture.Time.Shift(TimeSpan.FromDays(5));

        var later = fixture.Neighbour(fixture.Time);
        await later.Switch.ChangeAsync(DeliveryControl.Resumed, Stop);
        later.Platform.AnswerWith(503);
        for (var run = 0; run < 10; run++)
        {
            await later.Drain.RunAsync(Stop);
            later.Time.Shift(TimeSpan.FromMinutes(1));
        }

        Assert.True(later.Platform.Received.Count >= 6, $"{later.Platform.Received.Count} attempts");
        Assert.Equal(0, await fixture.Store.CountAsync(DeliveryState.Parked, Stop));
        later.Platform.AnswerWith(200);
        await later.DrainAllAsync();
        Assert.Equal(0, await fixture.Store.CountAsync(DeliveryState.Waiting, Stop));
    }

    [Fact]
    public async Task Without_a_platform_events_wait()
    {
        await using var fixture = await DeliveryFixture.CreateAsync(new DataPlatformOptions());

        Assert.Equal(DeliveryState.Waiting, await fixture.DispatchAsync("o-1"));
        Assert.True((await fixture.Drain.RunAsync(Stop)).IsHalted);
        Assert.Equal(DeliveryState.Waiting, (await fixture.FindAsync("o-1")).State);
    }

    [Fact]
    public async Task A_claim_check_is_filled_in_from_the_order()
    {
        await using var fixture = await DeliveryFixture.CreateAsync();
        var order = await fixture.AddOrderAsync("o-1");
        var message = OrderEventMessage.Parse(OrderEvents.Paid(order)) with { Event = null };

        Assert.Equal(DeliveryState.Delivered, await fixture.Dispatcher.DispatchAsync(message, Stop));

        Assert.Contains("\"totalAmount\":200", System.Text.Encoding.UTF8.GetString(fixture.Platform.LastBody), StringComparison.Ordinal);
    }

    /// <summary>A replica that lags does not have an order that was paid a moment ago, or has it as it was before.</summary>
    [Fact]
    public async Task An_event_whose_order_is_not_seen_yet_waits_and_one_that_never_happened_is_parked_in_the_end()
    {
        await using var fixture = await DeliveryFixture.CreateAsync();
        var order = await fixture.AddOrderAsync("o-1");
        var missing = new OrderEventRef("o-2.paid", OrderEvents.PaidType, "o-2", "u-1", order.CreatedAt);
        var untrue = new OrderEventRef("o-1.cancelled", OrderEvents.CancelledType, "o-1", "u-1", order.CreatedAt);

        Assert.Equal(DeliveryState.Waiting, await fixture.Dispatcher.DispatchAsync(new(missing, null), Stop));
        Assert.Equal(DeliveryState.Waiting, await fixture.Dispatcher.DispatchAsync(new(untrue, null), Stop));
        await fixture.AddOrderAsync("o-2");
        await fixture.DrainAllAsync();

        Assert.Equal(["o-2.paid"], fixture.Platform.Received);
        Assert.Equal(DeliveryState.Delivered, (await fixture.FindAsync("o-2")).State);
        var parked = await fixture.Store.FindAsync("o-1.cancelled", Stop);
        Assert.Equal(DeliveryState.Parked, parked!.State);
        Assert.Contains("no such event", parked.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_event_is_not_let_go_before_it_is_recorded_but_a_delivered_one_is()
    {
        await using var fixture = await DeliveryFixture.CreateAsync();
        await fixture.DispatchAsync("o-0");
        // What is read anew every other second is there: absence is asked of the primary, by a request that looks like a write.
        await fixture.Switch.ChangeAsync(DeliveryControl.Resumed, Stop);
        fixture.Platform.AnswerWith(500);
        var order = await fixture.AddOrderAsync("o-1");
        var message = OrderEventMessage.Parse(OrderEvents.Paid(order));
        var faults = 6;
        fixture.Database.Before = request =>
        {
            if (request.Method == HttpMethod.Post && Interlocked.Decrement(ref faults) >= 0)
                throw new HttpRequestException("away");
        };

        Assert.Equal(DeliveryState.Waiting, await fixture.Dispatcher.DispatchAsync(message, Stop));
        Assert.True(faults < 0);
        Assert.Equal(DeliveryState.Waiting, (await fixture.FindAsync("o-1")).State);

        fixture.Database.Before = request =>
        {
            if (request.Method == HttpMethod.Post)
                throw new InvalidOperationException("gone");
        };
        fixture.Platform.AnswerWith(200);
        Assert.Equal(DeliveryState.Delivered, await fixture.Dispatcher.DispatchAsync(message, Stop));
        Assert.Single(fixture.Logged("Event o-1.paid is delivered, which could not be recorded"));
    }

    [Fact]
    public async Task A_drain_that_dies_anywhere_loses_nothing()
    {
        await using var fixture = await DeliveryFixture.CreateAsync();
        await fixture.Switch.ChangeAsync(control => control with { IsPaused = true }, Stop);
        for (var i = 0; i < 30; i++)
            await fixture.DispatchAsync($"o-{i}");
        await fixture.Switch.ChangeAsync(control => control with { IsPaused = false }, Stop);

        var deaths = 0;
        for (var calls = 0; calls < 40; calls += 3)
        {
            var left = calls;
            fixture.Database.After = _ =>
            {
                if (Interlocked.Decrement(ref left) < 0)
                    throw new InvalidOperationException("As if the process had ended here.");
            };
            deaths += await Record.ExceptionAsync(() => fixture.Drain.RunAsync(Stop)) is null ? 0 : 1;
        }
        fixture.Database.After = null;
        Assert.InRange(deaths, 5, 14);
        await fixture.DrainAllAsync();

        Assert.Equal(30, fixture.Platform.Accepted.Count);
        Assert.Equal(30, await fixture.Store.CountAsync(DeliveryState.Delivered, Stop));
    }

    [Fact]
    public async Task Two_drains_at_a_time_end_in_the_same_state()
    {
        await using var fixture = await DeliveryFixture.CreateAsync();
        await fixture.Switch.ChangeAsync(control => control with { IsPaused = true }, Stop);
        for (var i = 0; i < 40; i++)
            await fixture.DispatchAsync($"o-{i}");
        await fixture.Switch.ChangeAsync(control => control with { IsPaused = false }, Stop);

        await Task.WhenAll(fixture.Drain.RunAsync(Stop), fixture.Drain.RunAsync(Stop));
        await fixture.DrainAllAsync();

        Assert.Equal(40, fixture.Platform.Accepted.Count);
        Assert.Equal(40, await fixture.Store.CountAsync(DeliveryState.Delivered, Stop));
    }

    [Fact]
    public async Task A_list_pages_through_all_of_a_state_even_when_times_are_equal()
    {
        await using var fixture = await DeliveryFixture.CreateAsync(new DataPlatformOptions());
        var at = fixture.Time.GetUtcNow();
        for (var i = 0; i < 25; i++)
        {
            await fixture.Store.RecordAsync(
                EventDelivery.Of(new($"o-{i}.paid", OrderEvents.PaidType, $"o-{i}", "u-1", at), at.AddSeconds(i / 10)));
        }
        var seen = new List<string>();
        TimePosition? after = null;
        do
        {
            var page = await fixture.Store.ListAsync(DeliveryState.Waiting, 4, after, Stop);
            seen.AddRange(page.Select(delivery => delivery.Id));
            after = page.Count < 4 ? null : new(page[^1].UpdatedAt, page[^1].Id);
        }
        while (after is not null);

        Assert.Equal(25, seen.Count);
        Assert.Equal(25, seen.Distinct().Count());
    }
}
