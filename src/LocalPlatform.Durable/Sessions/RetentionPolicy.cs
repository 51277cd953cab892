using LocalPlatform.Durable.Store;
using Microsoft.Extensions.Logging;

namespace LocalPlatform.Durable.Sessions;

/// <summary>
/// Purges ended instances by age and by number, in small portions, so that the store does not grow with the work done and no write
/// waits long for it.
/// </summary>
internal sealed partial class RetentionPolicy(DurableStore store, DurableOptions options, TimeProvider time, ILogger logger)
{
    private const int PortionMax = 100;

    /// <summary>Applies the policy at its interval until cancelled.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        using var interval = new PeriodicTimer(options.RetentionInterval, time);
        while (await interval.WaitForNextTickAsync(ct))
        {
            try
            {
                await ApplyAsync(ct);
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                LogFailed(failure);
            }
        }
    }

    /// <summary>Purges what the policy does not keep; the number of instances purged.</summary>
    public async Task<int> ApplyAsync(CancellationToken ct)
    {
        var purged = 0;
        if (options.RetainCompletedFor is { } age)
            purged += await PurgeAsync((time.GetUtcNow() - age).UtcDateTime, int.MaxValue, ct);
        if (options.MaxCompletedInstances is { } countMax)
            purged += await PurgeAsync(DateTime.MaxValue, store.CountCompleted() - countMax, ct);
        return purged;
    }

    private async Task<int> PurgeAsync(DateTime endedBefore, int count, CancellationToken ct)
    {
        var purged = 0;
        while (purged < count)
        {
            ct.ThrowIfCancellationRequested();
            var keys = store.FindCompletedBefore(endedBefore, Math.Min(PortionMax, count - purged));
            if (keys.Count == 0)
                break;
            purged += await store.PurgeAsync(keys);
        }
        return purged;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Ended orchestrations could not be purged; the next interval tries again")]
    private partial void LogFailed(Exception failure);
}
