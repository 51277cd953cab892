using Commerce.Functions.Durable;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Commerce.Functions.Delivery;

/// <summary>
/// Sees to it that the redelivery runs when something waits, and that it hears of what operators order. Nothing fails when that cannot be
/// done here: what waits and what is ordered is stored, and the timer picks it up.
/// </summary>
public sealed partial class RedeliveryStarter(IOptions<DataPlatformOptions> options, TimeProvider time, ILogger<RedeliveryStarter> logger)
{
    /// <summary>With thousands of events handed over a second, one check a second is enough for all of them.</summary>
    private static readonly TimeSpan CheckInterval = TimeSpan.FromSeconds(1);

    private const int WakesMax = 5;

    /// <summary>
    /// A redelivery moves on every minute at least, however long the platform is down (<see cref="DataPlatformOptions.ProbeSecondsMax"/>
    /// comes on top). One that has stood still for longer is lost: its hub has lost a message, or nobody runs its version any more.
    /// </summary>
    private static readonly TimeSpan LostAfter = TimeSpan.FromMinutes(10);

    private readonly Lock _lock = new();
    private bool _checking;
    private bool _checkAgain;

    /// <summary>
    /// Starts the redelivery unless it runs. It may be ending just now, so each event needs a check that begins after the event was
    /// recorded: if another check is under way, or was a moment ago, one more follows and counts for all that came meanwhile.
    /// </summary>
    public async Task EnsureRunningAsync(DurableTaskClient durable, CancellationToken ct)
    {
        if (!TryBeginCheck())
            return;
        try
        {
            await StartAsync(durable, ct);
        }
#pragma warning disable CA1031 // The event is recorded: the timer starts what could not be started here.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            LogNotStarted(fault);
        }
        finally
        {
            _ = CheckAgainAsync(durable);
        }
    }

    /// <summary>
    /// Starts the redelivery, or ends its pause. One that hears of it may have done its last check before: it is checked once more a
    /// moment later.
    /// </summary>
    public async Task WakeAsync(DurableTaskClient durable, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(durable);
        try
        {
            for (var i = 0; i < WakesMax; i++)
            {
                if (await TryWakeAsync(durable, ct))
                    break;
            }
        }
#pragma warning disable CA1031 // What is to be done is stored: the timer sees to it, or the redelivery at the end of its pause.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            LogNotStarted(fault);
        }
        if (TryBeginCheck(again: true))
            _ = CheckAgainAsync(durable);
    }

    /// <summary>True when nobody checks at present; then the caller does. Otherwise one more check will follow.</summary>
    private bool TryBeginCheck(bool again = false)
    {
        lock (_lock)
        {
            _checkAgain = again || _checking;
            if (_checking)
                return false;
            return _checking = true;
        }
    }

    private async Task CheckAgainAsync(DurableTaskClient durable)
    {
        try
        {
            do
            {
                await Task.Delay(CheckInterval, time);
            }
            while (await TryCheckAgainAsync(durable));
        }
#pragma warning disable CA1031 // Nobody waits for this; the timer starts what could not be started here.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            lock (_lock)
                _checking = false;
            LogNotStarted(fault);
        }
    }

    /// <summary>Checks once more if somebody has asked; false when nobody has, and then the next one checks at once.</summary>
    private async Task<bool> TryCheckAgainAsync(DurableTaskClient durable)
    {
        lock (_lock)
        {
            _checking = _checkAgain;
            _checkAgain = false;
            if (!_checking)
                return false;
        }
        await StartAsync(durable, CancellationToken.None);
        return true;
    }

    /// <summary>False when it runs already.</summary>
    private async Task<bool> StartAsync(DurableTaskClient durable, CancellationToken ct)
    {
        var (instanceId, runs) = await FindAsync(durable, ct);
        return !runs && await durable.TryStartAsync(RedeliveryOrchestrator.Name, null, instanceId, ct);
    }

    /// <summary>False when it has ended, or begun, since it was looked at.</summary>
    private async Task<bool> TryWakeAsync(DurableTaskClient durable, CancellationToken ct)
    {
        var (instanceId, runs) = await FindAsync(durable, ct);
        if (!runs)
            return await durable.TryStartAsync(RedeliveryOrchestrator.Name, null, instanceId, ct);
        try
        {
            await durable.RaiseEventAsync(instanceId, RedeliveryOrchestrator.WakeEvent, "", ct);
            return true;
        }
        catch (Exception)
        {
            // The genuine host refuses an event for an instance that has ended; others drop it.
            if (await durable.IsRunningAsync(instanceId, ct))
                throw;
            return false;
        }
    }

    /// <summary>
    /// The instance that runs, or is to be started. It is the first one but for those that are lost: what stands still the hub calls
    /// running for ever. Should one of them move again, both run, which does no harm.
    /// </summary>
    private async Task<(string InstanceId, bool Runs)> FindAsync(DurableTaskClient durable, CancellationToken ct)
    {
        var lostBefore = time.GetUtcNow() - LostAfter - TimeSpan.FromSeconds(options.Value.ProbeSecondsMax);
        for (var number = 0; ; number++)
        {
            var instanceId = RedeliveryOrchestrator.InstanceIdOf(number);
            if (await durable.GetInstanceAsync(instanceId, ct) is not { IsCompleted: false } running)
                return (instanceId, false);
            if (running.LastUpdatedAt >= lostBefore)
                return (instanceId, true);
            LogLost(instanceId, running.LastUpdatedAt);
        }
    }

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The redelivery {InstanceId} has stood still since {Since:O}; another takes its place")]
    private partial void LogLost(string instanceId, DateTimeOffset since);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The redelivery could not be started or woken; the timer will do it")]
    private partial void LogNotStarted(Exception fault);
}
