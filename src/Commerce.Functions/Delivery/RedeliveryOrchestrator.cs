using Commerce.Functions.Durable;
using Commerce.Shared.Delivery;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

namespace Commerce.Functions.Delivery;

/// <summary>
/// The redelivery: one instance for all waiting events, however many there are. It drains what is due, pauses on a durable timer
/// (longer and longer while the platform is down), and starts over with a fresh history; it ends when nothing waits.
/// Running instances replay this code: change it only as <c>docs/adr</c> on orchestrations says.
/// </summary>
public static class RedeliveryOrchestrator
{
    public const string Name = "RedeliverEvents";

    /// <summary>Id of the one instance, and the begin of its substitutes'.</summary>
    public const string InstanceId = "redelivery";

    /// <summary>Event that ends a pause.</summary>
    public const string WakeEvent = "wake";

    /// <summary>Id of the one instance (0), or of one that runs in the place of those that were lost.</summary>
    public static string InstanceIdOf(int number) => number == 0 ? InstanceId : $"{InstanceId}-{number}";

    [Function(Name)]
    public static async Task RunAsync([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var run = context.GetInput<RedeliveryRun>() ?? new RedeliveryRun(0);
        var drained = await context.CallActivityAsync<DrainResult>(nameof(RedeliveryActivities.DrainDeliveries), run, Retries.UntilDone);
        if (drained.Next is not { } next)
            return;
        context.SetCustomStatus(drained.Report);
        if (drained.Pause > TimeSpan.Zero)
            await PauseAsync(context, drained.Pause);
        context.ContinueAsNew(next);
    }

    private static async Task PauseAsync(TaskOrchestrationContext context, TimeSpan pause)
    {
        using var stopTimer = new CancellationTokenSource();
        using var stopWaiting = new CancellationTokenSource();
        var timer = context.CreateTimer(pause, stopTimer.Token);
        var wake = context.WaitForExternalEvent<string>(WakeEvent, stopWaiting.Token);
        // Cancel, not CancelAsync: the continuation has to stay on the orchestrator's thread.
#pragma warning disable CA1849
        if (await Task.WhenAny(timer, wake) == wake)
            stopTimer.Cancel();
        else
            stopWaiting.Cancel();
#pragma warning restore CA1849
    }
}

/// <param name="Failures">How often in a row the platform was found down.</param>
public sealed record RedeliveryRun(int Failures);

/// <summary>What a run over the backlog means for the next.</summary>
/// <param name="Report">What it came to.</param>
/// <param name="Next">The next run; null when nothing waits.</param>
/// <param name="Pause">How long to wait for it.</param>
public sealed record DrainResult(DrainReport Report, RedeliveryRun? Next, TimeSpan Pause)
{
    private static readonly TimeSpan HaltedPause = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan IdlePauseMax = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Nothing waits: the end. Halted: a long pause, which a resume cuts short. The platform is down: ever longer pauses, and never one
    /// that ends before an event may try. Otherwise until the next event is due, but not so long that one which is due earlier has to
    /// wait for it.
    /// </summary>
    public static DrainResult Of(RedeliveryRun run, DrainReport report, TimeSpan probePauseMax, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(report);
        if (report.NextDueAt is not { } due)
            return new(report, null, TimeSpan.Zero);
        if (report.IsHalted)
            return new(report, new RedeliveryRun(0), HaltedPause);
        if (report.IsBlocked)
        {
            // A platform that was not asked was not found down.
            var failures = run.Failures + (report.Sent > 0 ? 1 : 0);
            var pause = RedeliverySchedule.ProbePause(RedeliveryOrchestrator.InstanceId, failures, probePauseMax);
            var untilRetry = report.RetryAt - now;
            return new(report, new RedeliveryRun(failures), pause > untilRetry ? pause : untilRetry);
        }
        var untilDue = due - now;
        return new(report, new RedeliveryRun(0), untilDue < IdlePauseMax ? untilDue : IdlePauseMax);
    }
}
