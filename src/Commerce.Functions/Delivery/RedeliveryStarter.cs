using Commerce.Functions.Durable;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace Commerce.Functions.Delivery;

/// <summary>
/// Sees to it that the redelivery runs when something waits, and that it hears of what operators order. Nothing fails when that cannot be
/// done here: what waits and what is ordered is stored, and the timer looks after it.
/// </summary>
public sealed partial class RedeliveryStarter(TimeProvider time, ILogger<RedeliveryStarter> logger)
{
    /// <summary>With thousands of events handed over a second, one look a second is enough for all of them.</summary>
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    private const int WakesMax = 5;

    private readonly Lock _lock = new();
    private bool _looking;
    private bool _lookAgain;

    /// <summary>
    /// Starts the redelivery unless it runs. It may be ending just now, so each event needs a look that begins after the event was
    /// recorded: if another look is under way, or was a moment ago, one more follows and counts for all that came meanwhile.
    /// </summary>
    public async Task EnsureRunningAsync(DurableTaskClient durable, CancellationToken ct)
    {
        if (!TryBeginLooking())
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
            _ = LookAgainAsync(durable);
        }
    }

    /// <summary>
    /// Starts the redelivery, or ends its pause. One that hears of it may have taken its last look before: it is looked after once more a
    /// moment later.
    /// </summary>
    public async Task WakeAsync(DurableTaskClient durable, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(durable);
        try
        {
            for (var i = 0; i < WakesMax; i++)
            {
                // It may end between the two.
                if (await StartAsync(durable, ct) || await TryRaiseAsync(durable, ct))
                    break;
            }
        }
#pragma warning disable CA1031 // What is to be done is stored: the timer sees to it, or the redelivery at the end of its pause.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            LogNotStarted(fault);
        }
        if (TryBeginLooking(again: true))
            _ = LookAgainAsync(durable);
    }

    /// <summary>True when nobody looks at present; then the caller does. Otherwise one more look will follow.</summary>
    private bool TryBeginLooking(bool again = false)
    {
        lock (_lock)
        {
            _lookAgain = again || _looking;
            if (_looking)
                return false;
            return _looking = true;
        }
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

    /// <summary>False when it runs already.</summary>
    private static Task<bool> StartAsync(DurableTaskClient durable, CancellationToken ct) =>
        durable.StartUnlessRunningAsync(RedeliveryOrchestrator.Name, RedeliveryOrchestrator.InstanceId, ct);

    /// <summary>False when it has ended.</summary>
    private static async Task<bool> TryRaiseAsync(DurableTaskClient durable, CancellationToken ct)
    {
        try
        {
            await durable.RaiseEventAsync(RedeliveryOrchestrator.InstanceId, RedeliveryOrchestrator.WakeEvent, "", ct);
            return true;
        }
        catch (Exception)
        {
            // The genuine host refuses an event for an instance that has ended or that there is not; others drop it.
            if (await durable.IsRunningAsync(RedeliveryOrchestrator.InstanceId, ct))
                throw;
            return false;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The redelivery could not be started or woken; the timer will do it")]
    private partial void LogNotStarted(Exception fault);
}
