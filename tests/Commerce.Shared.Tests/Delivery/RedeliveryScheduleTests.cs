using Commerce.Shared.Delivery;

namespace Commerce.Shared.Tests.Delivery;

/// <summary>Orchestrators that are replayed must find the times that they found. The values were had from another implementation.</summary>
public sealed class RedeliveryScheduleTests
{
    [Theory]
    [InlineData(0, 10_395_905, 10_395_905)]
    [InlineData(1, 14_541_272, 14_541_272)]
    [InlineData(2, 36_273_352, 36_273_352)]
    [InlineData(3, 59_637_182, 59_637_182)]
    [InlineData(11, 11_855_256_771, 395_175_225)]
    [InlineData(12, 13_900_278_860, 463_342_628)]
    [InlineData(32, 11_550_555_121, 385_018_504)]
    [InlineData(65, 15_188_286_568, 506_276_218)]
    public void A_pause_is_what_it_always_was(int failure, long eventTicks, long probeTicks)
    {
        Assert.Equal(eventTicks, RedeliverySchedule.EventPause("o-1.paid", failure).Ticks);
        Assert.Equal(probeTicks, RedeliverySchedule.ProbePause("o-1.paid", failure, TimeSpan.FromMinutes(1)).Ticks);
    }

    [Fact]
    public void An_event_is_given_up_at_the_failure_before_which_its_pauses_came_to_72_hours()
    {
        Assert.False(RedeliverySchedule.IsSpent("o-1.paid", 200));
        Assert.True(RedeliverySchedule.IsSpent("o-1.paid", 201));
        Assert.Equal((72, 1), (RedeliverySchedule.GiveUpAfter.TotalHours, RedeliverySchedule.RetryAfterMax.TotalHours));
    }
}
