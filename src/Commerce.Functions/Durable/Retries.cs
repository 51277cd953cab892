using Microsoft.DurableTask;

namespace Commerce.Functions.Durable;

internal static class Retries
{
    /// <summary>
    /// Practically without end. What these activities throw is infrastructure (the store does not answer, the queue is away) or a
    /// bug that a deployment will mend; giving up would leave stock or money in the air. Every step can be repeated safely.
    /// </summary>
    public static readonly TaskOptions UntilDone = TaskOptions.FromRetryPolicy(new RetryPolicy(
        maxNumberOfAttempts: int.MaxValue,
        firstRetryInterval: TimeSpan.FromMilliseconds(200),
        backoffCoefficient: 2,
        maxRetryInterval: TimeSpan.FromMinutes(1)));
}
