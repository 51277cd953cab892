using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Commerce.Functions.Delivery;

/// <summary>
/// Sees to it that the redelivery runs when something waits. It may be started twice at worst, which does no harm; that it is
/// started at all if the process dies here is the timer's business.
/// </summary>
public sealed class RedeliveryStarter(TimeProvider time)
{
    /// <summary>With thousands of events handed over a second, looking once in a while is enough.</summary>
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(5);

    private long _lookedAt;

    /// <summary>Starts the redelivery unless it runs, or was seen running a moment ago.</summary>
    public Task EnsureRunningAsync(DurableTaskClient durable, CancellationToken ct)
    {
        var now = time.GetUtcNow().UtcTicks;
        var lookedAt = Interlocked.Read(ref _lookedAt);
        return now - lookedAt >= LookEvery.Ticks && Interlocked.CompareExchange(ref _lookedAt, now, lookedAt) == lookedAt
            ? StartAsync(durable, ct)
            : Task.CompletedTask;
    }

    /// <summary>Starts the redelivery, or ends its pause.</summary>
    public static async Task WakeAsync(DurableTaskClient durable, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(durable);
        if (!await StartAsync(durable, ct))
            await durable.RaiseEventAsync(RedeliveryOrchestrator.InstanceId, RedeliveryOrchestrator.WakeEvent, "", ct);
    }

    private static async Task<bool> StartAsync(DurableTaskClient durable, CancellationToken ct)
    {
        if (await durable.GetInstanceAsync(RedeliveryOrchestrator.InstanceId, ct) is { IsCompleted: false })
            return false;
        await durable.ScheduleNewOrchestrationInstanceAsync(
            RedeliveryOrchestrator.Name, null, new StartOrchestrationOptions(RedeliveryOrchestrator.InstanceId), ct);
        return true;
    }
}
