using Commerce.Functions.Metrics;
using Commerce.Shared;
using CsCheck;
using Microsoft.Extensions.Time.Testing;

namespace Commerce.Functions.Tests.Metrics;

public sealed class OrderMetricsTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 2, 9, 0, 0, 400, TimeSpan.Zero);
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly FakeTimeProvider _time = new(Start);
    private readonly OrderMetrics _metrics;

    public OrderMetricsTests() => _metrics = new OrderMetrics(_time);

    [Fact]
    public void Without_orders_there_is_nothing_but_whose_numbers_they_are_and_since_when()
    {
        _time.Advance(Second);
        var view = _metrics.Read();
        Assert.NotEmpty(view.Instance);
        Assert.Equal((Start, Start.AddMilliseconds(600), 120), (view.StartedAt, view.AsOf, view.WindowSeconds));
        Assert.Empty(view.Seconds);
        Assert.Empty(view.Refusals);
        Assert.Null(view.Latency);
    }

    [Fact]
    public void The_second_that_is_not_over_is_not_told_yet()
    {
        Paid();
        Assert.Empty(_metrics.Read().Seconds);
        _time.Advance(TimeSpan.FromMilliseconds(599));
        Assert.Empty(_metrics.Read().Seconds);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(new OrderSecondView(Whole(Start), 1, 0, 0), Assert.Single(_metrics.Read().Seconds));
    }

    [Fact]
    public void Each_outcome_counts_in_its_second_and_the_oldest_comes_first()
    {
        Paid();
        Paid();
        Refused(ErrorCode.InsufficientStock);
        _time.Advance(3 * Second);
        _metrics.Record(OrderOutcome.Pending, null, Second);
        _time.Advance(Second);

        Assert.Equal(
            [new OrderSecondView(Whole(Start), 2, 1, 0), new OrderSecondView(Whole(Start) + (3 * Second), 0, 0, 1)],
            _metrics.Read().Seconds);
    }

    /// <summary>Each second has the place of the one two minutes before.</summary>
    [Theory]
    [InlineData(119, true)]
    [InlineData(120, true)]
    [InlineData(121, false)]
    [InlineData(100_000, false)]
    public void What_is_older_than_two_minutes_is_forgotten(int seconds, bool told)
    {
        Refused(ErrorCode.CartEmpty);
        _time.Advance(seconds * Second);
        var view = _metrics.Read();
        Assert.Equal((told, told, told), (view.Seconds.Count == 1, view.Refusals.Count == 1, view.Latency is not null));
    }

    [Fact]
    public void A_second_that_takes_the_place_of_an_old_one_begins_with_nothing()
    {
        Refused(ErrorCode.CartEmpty);
        _metrics.Record(OrderOutcome.Pending, null, TimeSpan.FromSeconds(20));
        _time.Advance(120 * Second);
        Paid();
        _time.Advance(Second);

        var view = _metrics.Read();
        Assert.Equal(new OrderSecondView(Whole(Start) + (120 * Second), 1, 0, 0), Assert.Single(view.Seconds));
        Assert.Empty(view.Refusals);
        Assert.Equal(1, view.Latency!.Count);
        Assert.InRange(view.Latency.P99Ms, 9, 11);
    }

    [Fact]
    public void Refusals_are_added_up_over_the_seconds_the_most_frequent_first()
    {
        Refused(ErrorCode.Busy);
        Refused(ErrorCode.InsufficientStock);
        Refused(ErrorCode.InsufficientBalance);
        _time.Advance(Second);
        Refused(ErrorCode.Busy);
        _time.Advance(Second);

        // Of those that are as frequent the order does not change from look to look.
        Assert.Equal(
            [new(ErrorCode.Busy, 2), new(ErrorCode.InsufficientStock, 1), new(ErrorCode.InsufficientBalance, 1)],
            _metrics.Read().Refusals);
    }

    [Fact]
    public void Percentiles_are_those_of_all_seconds_together()
    {
        for (var ms = 1; ms <= 100; ms++)
        {
            _metrics.Record(OrderOutcome.Paid, null, TimeSpan.FromMilliseconds(ms));
            if (ms % 10 == 0)
                _time.Advance(Second);
        }
        var latency = _metrics.Read().Latency!;
        Assert.Equal(100, latency.Count);
        Assert.InRange(latency.P50Ms, 50, 55);
        Assert.InRange(latency.P95Ms, 95, 105);
        Assert.InRange(latency.P99Ms, 99, 109);
    }

    [Fact]
    public void A_percentile_is_exact_to_a_tenth_up_to_half_a_minute() => Gen.Double[0.5, 28_000].Sample(ms =>
    {
        var metrics = new OrderMetrics(_time);
        metrics.Record(OrderOutcome.Paid, null, TimeSpan.FromMilliseconds(ms));
        var told = Read(metrics, ahead: Second)!.P50Ms;
        // What is told has one decimal.
        return told >= ms - 0.1 && told <= (ms * 1.1) + 0.1;
    });

    [Theory]
    [InlineData(0, 0.5)]
    [InlineData(0.01, 0.5)]
    [InlineData(0.5, 0.5)]
    [InlineData(60_000, 28_754)]
    [InlineData(86_400_000, 28_754)]
    public void What_is_shorter_or_longer_than_can_be_told_counts_as_the_shortest_or_longest(double ms, double toldMs)
    {
        _metrics.Record(OrderOutcome.Paid, null, TimeSpan.FromMilliseconds(ms));
        Assert.Equal(toldMs, Read(_metrics, ahead: Second)!.P99Ms, toldMs / 1_000);
    }

    [Fact]
    public async Task Nothing_is_lost_however_many_count_at_once()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < 1_000; i++)
                Refused(ErrorCode.Busy);
        })));
        _time.Advance(Second);
        Assert.Equal(8_000, Assert.Single(_metrics.Read().Seconds).Refused);
        Assert.Equal(8_000, Assert.Single(_metrics.Read().Refusals).Count);
    }

    private static DateTimeOffset Whole(DateTimeOffset time) => DateTimeOffset.FromUnixTimeSeconds(time.ToUnixTimeSeconds());

    private void Paid() => _metrics.Record(OrderOutcome.Paid, null, TimeSpan.FromMilliseconds(10));

    private void Refused(ErrorCode code) => _metrics.Record(OrderOutcome.Refused, code, TimeSpan.FromMilliseconds(5));

    private LatencyView? Read(OrderMetrics metrics, TimeSpan ahead)
    {
        _time.Advance(ahead);
        return metrics.Read().Latency;
    }
}
