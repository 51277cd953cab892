using Commerce.Functions.Durable;

namespace Commerce.Functions.Tests.Durable;

public sealed class RetriesTests
{
    /// <summary>
    /// A step that gives up leaves stock or money in the air; one that is tried without a pause holds up what it waits for.
    /// </summary>
    [Fact]
    public void A_step_is_tried_again_without_end_soon_at_first_and_once_a_minute_in_the_end()
    {
        var policy = Retries.UntilDone.Retry!.Policy!;
        Assert.Equal(int.MaxValue, policy.MaxNumberOfAttempts);
        Assert.Equal(Timeout.InfiniteTimeSpan, policy.RetryTimeout);
        Assert.Equal(
            [TimeSpan.FromMilliseconds(200), TimeSpan.FromMilliseconds(400), TimeSpan.FromMilliseconds(800)],
            Enumerable.Range(0, 3).Select(n => policy.FirstRetryInterval * Math.Pow(policy.BackoffCoefficient, n)));
        Assert.Equal(TimeSpan.FromMinutes(1), policy.MaxRetryInterval);
    }
}
