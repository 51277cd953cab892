using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace Commerce.Functions.Delivery;

/// <summary>
/// Sees to it that the redelivery runs when something waits. It may be started twice at worst, which does no harm; that it is
/// started at all if the process dies here is the timer's business.
/// </summary>
public sealed partial class RedeliveryStarter(TimeProvider time, ILogger<RedeliveryStarter> logger)
{
    /// <summary>With thousands of events handed over a second, one look a second is enough for all of them.</summary>
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private bool _looking;
    private bool _lookAgain;

    /// <summary>
    /// Starts the redelivery unless it runs. It may be ending just now, so each event needs a look that begins after the event was
    /// recorded: if another look is under way, or was a moment ago, one more follows and counts for all that came meanwhile.
    /// </summary>
    public async Task EnsureRunningAsync(DurableTaskClient durable, CancellationToken ct)
    {
        lock (_lock)
        {
            _lookAgain = _looking;
            if (_looking)
                return;
            _looking = true;
        }
        try
        {
            await StartAsync(durable, ct);
        }
        finally
        {
            _ = LookAgainAsync(durable);
        }
    }

    /// <summary>Starts the redelivery, or ends its pause.</summary>
    public static async Task WakeAsync(DurableTaskClient durable, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(durable);
        if (!await StartAsync(durable, ct))
            await durable.RaiseEventAsync(RedeliveryOrchestrator.InstanceId, RedeliveryOrchestrator.WakeEvent, "", ct);
    }

    private async Task LookAgainAsync(DurableTaskClient durable)
    {
        try
        {
            do
            {
                await Task.Delay(LookEvery, time);
            }
            while (await IsAskedForAsync(durable));
        }
#pragma warning disable CA1031 // Nobody waits for this; the timer starts what could not be started here.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            lock (_lock)
                _looking = false;
            LogNotStarted(fault);
        }
    }

    /// <summary>Looks once more if somebody has asked; false when nobody has, and then the next one looks at once.</summary>
    private async Task<bool> IsAskedForAsync(DurableTaskClient durable)
    {
        lock (_lock)
        {
            _looking = _lookAgain;
            _lookAgain = false;
            if (!_looking)
                return false;
        }
        await StartAsync(durable, CancellationToken.None);
        return true;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The redelivery could not be started; the timer will do it")]
    private partial void LogNotStarted(Exception fault);

    private static async Task<bool> StartAsync(DurableTaskClient durable, CancellationToken ct)
    {
        if (await durable.GetInstanceAsync(RedeliveryOrchestrator.InstanceId, ct) is { IsCompleted: false })
            return false;
        await durable.ScheduleNewOrchestrationInstanceAsync(
            RedeliveryOrchestrator.Name, null, new StartOrchestrationOptions(RedeliveryOrchestrator.InstanceId), ct);
        return true;
    }
}
