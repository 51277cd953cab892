using Commerce.Functions.Orders;

namespace Commerce.Functions.Tests.Orders;

/// <summary>Simulated orders, one after the other, whose times lie around a median as those of a busy system do (log-normal).</summary>
public sealed class PollScheduleTests
{
    private readonly Random _random = new(1);
    private readonly PollSchedule _schedule = new();

    [Theory]
    [InlineData(10, 0.2)]
    [InlineData(10, 0.5)]
    [InlineData(100, 0.2)]
    [InlineData(100, 0.5)]
    [InlineData(900, 0.2)]
    [InlineData(900, 0.5)]
    [InlineData(2_500, 0.5)]
    public void Whatever_orders_take_their_buyers_wait_little_longer_at_a_few_polls(double median_ms, double spread)
    {
        Follow(median_ms, spread, orders: 1_000);

        var (late, pollsPerOrder) = Follow(median_ms, spread, orders: 5_000);

        Assert.InRange(late, 1, 1.2);
        Assert.InRange(pollsPerOrder, 1, 7);
    }

    [Fact]
    public void Where_orders_differ_widely_a_buyer_waits_a_third_longer_at_most()
    {
        Follow(100, spread: 0.8, orders: 1_000);

        var (late, pollsPerOrder) = Follow(100, spread: 0.8, orders: 5_000);

        Assert.InRange(late, 1, 1.34);
        Assert.InRange(pollsPerOrder, 1, 4);
    }

    [Fact]
    public void After_a_slow_spell_it_is_polled_for_as_early_as_before_within_some_dozens_of_orders()
    {
        Follow(1_200, spread: 0.3, orders: 500);
        Follow(100, spread: 0.3, orders: 60);
        Assert.InRange(Follow(100, spread: 0.3, orders: 50).Late, 1, 1.2);
    }

    [Fact]
    public void When_orders_become_slow_the_polls_follow_within_a_dozen_of_them()
    {
        Follow(10, spread: 0.3, orders: 500);
        Follow(800, spread: 0.3, orders: 12);
        Assert.InRange(Follow(800, spread: 0.3, orders: 100).PollsPerOrder, 1, 8);
    }

    [Theory]
    [InlineData(1, 100, 230)]
    [InlineData(2, 100, 255)]
    [InlineData(9, 1_050, 255)]
    [InlineData(10, 1_050, 350)]
    [InlineData(11, 10_250, 1_000)]
    public void What_one_order_teaches(int polls, double waited_ms, double next_ms)
    {
        _schedule.Found(TimeSpan.FromMilliseconds(waited_ms), polls);
        Assert.Equal(next_ms, _schedule.PauseAfter(TimeSpan.Zero).TotalMilliseconds, 6);
    }

    /// <summary>By how much later the outcomes are seen than they are decided, median by median, and polls an order.</summary>
    private (double Late, double PollsPerOrder) Follow(double median_ms, double spread, int orders)
    {
        var (taken_ms, seen_ms, count) = (new List<double>(), new List<double>(), 0);
        for (var order = 0; order < orders; order++)
        {
            var takes_ms = median_ms * Math.Exp(spread * Normal());
            var (waited, polls) = (TimeSpan.Zero, 0);
            do
            {
                waited += _schedule.PauseAfter(waited);
                polls++;
            }
            while (waited.TotalMilliseconds < takes_ms);
            _schedule.Found(waited, polls);
            taken_ms.Add(takes_ms);
            seen_ms.Add(waited.TotalMilliseconds);
            count += polls;
        }
        return (Median(seen_ms) / Median(taken_ms), (double)count / orders);
    }

    private double Normal() => Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble());

    private static double Median(List<double> values)
    {
        values.Sort();
        return values[values.Count / 2];
    }
}
