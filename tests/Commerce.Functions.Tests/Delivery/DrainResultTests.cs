using Commerce.Functions.Delivery;

namespace Commerce.Functions.Tests.Delivery;

public class DrainResultTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 9, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan ProbeMax = TimeSpan.FromMinutes(1);

    [Fact]
    public void When_nothing_waits_it_is_over() =>
        Assert.Null(DrainResult.Of(new(0), new DrainReport(5, false, false, null), ProbeMax, Now).Next);

    [Fact]
    public void A_platform_that_is_down_is_probed_ever_more_rarely()
    {
        var run = new RedeliveryRun(0);
        var pauses = new List<TimeSpan>();
        for (var i = 0; i < 12; i++)
        {
            var result = DrainResult.Of(run, new DrainReport(1, true, false, Now), ProbeMax, Now);
            pauses.Add(result.Pause);
            run = result.Next!;
        }
        Assert.Equal(12, run.Failures);
        // One that was not asked was not found down.
        Assert.Equal(12, DrainResult.Of(run, new DrainReport(0, true, false, Now), ProbeMax, Now).Next!.Failures);

        Assert.InRange(pauses[0], TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2));
        Assert.All(pauses[6..], pause => Assert.InRange(pause, TimeSpan.FromSeconds(30), ProbeMax));
        Assert.Equal(0, DrainResult.Of(run, new DrainReport(1, false, false, Now), ProbeMax, Now).Next!.Failures);
    }

    [Fact]
    public void What_is_due_goes_on_at_once_and_what_is_not_waits_for_it_half_a_minute_at_most()
    {
        Assert.True(DrainResult.Of(new(0), new DrainReport(1, false, false, Now), ProbeMax, Now).Pause <= TimeSpan.Zero);
        Assert.Equal(TimeSpan.FromSeconds(7),
            DrainResult.Of(new(0), new DrainReport(1, false, false, Now.AddSeconds(7)), ProbeMax, Now).Pause);
        Assert.Equal(TimeSpan.FromSeconds(30),
            DrainResult.Of(new(0), new DrainReport(1, false, false, Now.AddHours(1)), ProbeMax, Now).Pause);
    }

    [Fact]
    public void While_it_is_halted_it_waits_for_an_operator() =>
        Assert.Equal(TimeSpan.FromMinutes(1), DrainResult.Of(new(3), new DrainReport(0, true, true, Now), ProbeMax, Now).Pause);
}
