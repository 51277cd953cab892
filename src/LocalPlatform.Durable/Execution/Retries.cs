using Microsoft.DurableTask;

namespace LocalPlatform.Durable.Execution;

/// <summary>Repeats failed calls. It is orchestrator code: its waits are durable timers, its clock is the orchestration's.</summary>
internal static class Retries
{
    public static async Task<TResult> RunAsync<TResult>(TaskOrchestrationContext context, RetryPolicy policy, Func<Task<TResult>> call)
    {
        var startedAt = context.CurrentUtcDateTime;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await call();
            }
            catch (TaskFailedException failed) when (ShouldRetry(context, policy, failed.FailureDetails, attempt, startedAt))
            {
                await context.CreateTimer(DelayAfter(policy, attempt), CancellationToken.None);
            }
        }
    }

    public static async Task<TResult> RunAsync<TResult>(
        TaskOrchestrationContext context, AsyncRetryHandler handler, Func<Task<TResult>> call)
    {
        var startedAt = context.CurrentUtcDateTime;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await call();
            }
            catch (TaskFailedException failed) when (!Failures.IsNotRetriable(failed.FailureDetails))
            {
                var elapsed = context.CurrentUtcDateTime - startedAt;
                if (!await handler(new RetryContext(context, attempt, failed.FailureDetails, elapsed, CancellationToken.None)))
                    throw;
            }
        }
    }

    /// <summary>The wait after the given failed attempt (from 1): exponential, at most the policy's longest.</summary>
    public static TimeSpan DelayAfter(RetryPolicy policy, int attempt)
    {
        var delay_ms = policy.FirstRetryInterval.TotalMilliseconds * Math.Pow(policy.BackoffCoefficient, attempt - 1);
        return policy.MaxRetryInterval == Timeout.InfiniteTimeSpan
            ? TimeSpan.FromMilliseconds(Math.Min(delay_ms, TimeSpan.MaxValue.TotalMilliseconds / 2))
            : TimeSpan.FromMilliseconds(Math.Min(delay_ms, policy.MaxRetryInterval.TotalMilliseconds));
    }

    private static bool ShouldRetry(
        TaskOrchestrationContext context, RetryPolicy policy, TaskFailureDetails failure, int attempt, DateTime startedAt) =>
        attempt < policy.MaxNumberOfAttempts
        && !Failures.IsNotRetriable(failure)
        && (policy.FailureFilter?.Invoke(failure) ?? true)
        && (policy.RetryTimeout == Timeout.InfiniteTimeSpan || context.CurrentUtcDateTime - startedAt < policy.RetryTimeout);
}
