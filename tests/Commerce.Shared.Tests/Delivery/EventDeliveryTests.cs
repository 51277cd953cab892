using Commerce.Shared.Delivery;
using CsCheck;

namespace Commerce.Shared.Tests.Delivery;

public class EventDeliveryTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 9, 0, 0, TimeSpan.Zero);

    private static readonly EventDelivery Waiting =
        EventDelivery.Of(new OrderEventRef("o-1.paid", OrderEvents.PaidType, "o-1", "u-1", Start), Start);

    [Fact]
    public void Every_status_has_its_verdict()
    {
        int[] rejected = [400, 402, 406, 409, 410, 411, 412, 413, 414, 415, 416, 417, 418, 422, 424, 426, 428, 431, 451, 499];
        for (var status = 100; status < 600; status++)
        {
            var verdict = DeliveryVerdicts.Of(status);
            if (status / 100 == 2)
                Assert.Equal(DeliveryVerdict.Delivered, verdict);
            else if (rejected.Contains(status))
                Assert.Equal(DeliveryVerdict.Rejected, verdict);
            else if (status / 100 is 1 or 3 or 5 || status is 401 or 403 or 404 or 405 or 407 or 408 or 421 or 423 or 425 or 429)
                Assert.Equal(DeliveryVerdict.Failed, verdict);
        }
    }

    [Fact]
    public void What_the_platform_has_is_kept_for_three_days()
    {
        var delivered = Waiting.After(Attempt(DeliveryVerdict.Delivered, 1));

        Assert.Equal(DeliveryState.Delivered, delivered.State);
        Assert.Equal(3 * 24 * 3600, delivered.TimeToLive);
        Assert.Null(delivered.DueAt);
        Assert.Equal((1, 0), (delivered.AttemptCount, delivered.FailureCount));
    }

    [Fact]
    public void What_the_platform_rejects_is_parked_with_its_words()
    {
        var parked = Waiting.After(Attempt(DeliveryVerdict.Rejected, 1) with { Detail = "422 Unprocessable Content: no such field" });

        Assert.Equal(DeliveryState.Parked, parked.State);
        Assert.Equal("422 Unprocessable Content: no such field", parked.Reason);
        Assert.Null(parked.TimeToLive);
    }

    [Fact]
    public void What_fails_waits_ever_longer_up_to_half_an_hour_and_72_hours_in_all()
    {
        var delivery = Waiting;
        var now = Start;
        var pauses = new List<TimeSpan>();
        while (delivery.State == DeliveryState.Waiting)
        {
            delivery = delivery.After(new DeliveryAttempt(now, DeliveryVerdict.Failed, "500"));
            pauses.Add((delivery.DueAt ?? now) - now);
            now = delivery.DueAt ?? now;
        }

        Assert.Equal(DeliveryState.Parked, delivery.State);
        Assert.Equal("Given up after 72 hours of attempts. 500", delivery.Reason);
        Assert.Equal(delivery.AttemptCount, delivery.FailureCount);
        Assert.Null(delivery.DueAt);
        Assert.InRange(now - Start, TimeSpan.FromHours(72), TimeSpan.FromHours(72.5));
        Assert.InRange(pauses[0], TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2));
        Assert.All(pauses[..^1], pause => Assert.InRange(pause, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(30)));
        Assert.InRange(delivery.AttemptCount, 144, 400);
        Assert.Equal(20, delivery.Attempts.Count);
    }

    [Fact]
    public void The_platform_may_ask_for_a_longer_pause_but_not_for_a_shorter_one()
    {
        Assert.Equal(Start.AddSeconds(61), Waiting.After(Failed(TimeSpan.FromMinutes(1))).DueAt);
        Assert.True(Waiting.After(Failed(TimeSpan.FromMilliseconds(1))).DueAt >= Start.AddSeconds(2));
    }

    [Theory]
    [InlineData(null, 61)]
    [InlineData(500, 61)]
    [InlineData(425, 61)]
    [InlineData(429, 2)]
    [InlineData(502, 2)]
    [InlineData(503, 2)]
    [InlineData(504, 2)]
    public void A_pause_that_the_platform_asks_for_all_events_is_none_of_the_one_that_was_answered(int? status, int seconds)
    {
        var failed = Waiting.After(Failed(TimeSpan.FromMinutes(1)) with { Status = status });
        Assert.Equal(seconds, (int)(failed.DueAt!.Value - Start).TotalSeconds);
    }

    [Fact]
    public void An_attempt_is_written_down_with_what_it_came_to()
    {
        var (rejected, delivered) = (Attempt(DeliveryVerdict.Rejected, 1) with { Detail = "422" }, Attempt(DeliveryVerdict.Delivered, 5));

        var parked = Waiting.After(rejected);
        var done = parked.Released(Start.AddSeconds(4)).After(delivered);

        Assert.Equal(
            Waiting with
            {
                State = DeliveryState.Parked,
                UpdatedAt = Start.AddSeconds(1),
                DueAt = null,
                Reason = "422",
                AttemptCount = 1,
                Attempts = parked.Attempts,
            },
            parked);
        Assert.Equal(
            Waiting with
            {
                State = DeliveryState.Delivered,
                UpdatedAt = Start.AddSeconds(5),
                DueAt = null,
                AttemptCount = 2,
                Attempts = done.Attempts,
                TimeToLive = 259_200,
            },
            done);
        Assert.Equal([rejected, delivered], done.Attempts);
        // The platform may say twice that it has an event, and the second time after it was parked.
        Assert.Equal((null, 259_200), (parked.After(delivered).Reason, parked.After(delivered).TimeToLive));
        Assert.Null(done.Released(Start).TimeToLive);
    }

    [Fact]
    public void A_new_delivery_waits_and_is_due_at_once_in_the_shard_of_its_order() => Assert.Equal(
        new EventDelivery
        {
            Id = "o-1.paid",
            Shard = "shard-1",
            EventType = "commerce.order.paid",
            OrderId = "o-1",
            UserId = "u-1",
            OccurredAt = Start,
            State = DeliveryState.Waiting,
            UpdatedAt = Start,
            DueAt = Start,
            AttemptCount = 0,
            Attempts = Waiting.Attempts,
        },
        Waiting);

    [Fact]
    public void A_released_delivery_is_due_at_once_and_has_its_72_hours_again()
    {
        var parked = Waiting.After(Attempt(DeliveryVerdict.Rejected, 1));
        var later = Start.AddDays(10);

        var released = parked.Released(later);

        Assert.Equal((DeliveryState.Waiting, later), (released.State, released.DueAt));
        Assert.Null(released.Reason);
        Assert.Single(released.Attempts);
        var failed = released.After(new DeliveryAttempt(later, DeliveryVerdict.Failed, "500"));
        Assert.Equal((DeliveryState.Waiting, 2), (failed.State, failed.AttemptCount));
        Assert.InRange(failed.DueAt!.Value - later, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2));
    }

    [Fact]
    public void Time_in_which_nothing_is_tried_brings_no_event_nearer_to_being_given_up()
    {
        // What is tried only once in four days has four days for each of its pauses.
        var (delivery, now, attempts) = (Waiting, Start, 0);
        while (delivery.State == DeliveryState.Waiting)
        {
            now = (delivery.DueAt > now ? delivery.DueAt.Value : now).AddDays(4);
            delivery = delivery.After(new DeliveryAttempt(now, DeliveryVerdict.Failed, "503"));
            attempts++;
        }

        Assert.InRange(attempts, 144, 400);
    }

    [Fact]
    public void Pauses_are_the_same_for_a_replay_and_differ_between_events() =>
        Gen.Select(Gen.String, Gen.Int[1, 100]).Sample((seed, attempt) =>
        {
            var pause = RedeliverySchedule.ProbePause(seed, attempt, TimeSpan.FromMinutes(1));
            Assert.Equal(pause, RedeliverySchedule.ProbePause(seed, attempt, TimeSpan.FromMinutes(1)));
            Assert.InRange(pause, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));
            Assert.NotEqual(RedeliverySchedule.EventPause(seed, attempt), RedeliverySchedule.EventPause(seed + "x", attempt));
        });

    [Fact]
    public void The_events_of_an_order_lie_in_one_shard_and_orders_spread_over_all()
    {
        Assert.Equal(EventDelivery.ShardOf("o-1"), EventDelivery.ShardOfEvent("o-1.paid"));
        Assert.Equal(("shard-1", "shard-0"), (EventDelivery.ShardOf("o-1"), EventDelivery.ShardOf("o-2")));
        Assert.Equal(EventDelivery.ShardOf(""), EventDelivery.ShardOfEvent("none"));

        var counts = Enumerable.Range(0, 8_000).CountBy(i => EventDelivery.ShardOf($"o-{i}")).ToDictionary();
        Assert.Equal(EventDelivery.ShardCount, counts.Count);
        Assert.All(counts.Values, count => Assert.InRange(count, 800, 1_200));
    }

    private static DeliveryAttempt Attempt(DeliveryVerdict verdict, int seconds) => new(Start.AddSeconds(seconds), verdict, "said so");

    private static DeliveryAttempt Failed(TimeSpan retryAfter) => Attempt(DeliveryVerdict.Failed, 1) with { RetryAfter = retryAfter };
}
