using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Commerce.Functions.Orders;

/// <summary>
/// Removes the histories of orchestrations that have long ended. The task hub keeps them for ever otherwise, and grows with every order;
/// what an order was is in its document, and the ledgers say what it did.
/// </summary>
/// <remarks>An hour's orders may take longer to remove than a function may run: an orchestration goes on until nothing is left.</remarks>
public sealed partial class PurgeActivities(IOptions<OrderOptions> options, TimeProvider time, ILogger<PurgeActivities> logger)
{
    /// <summary>
    /// What the hub is given for one step, and what it gets if it does not know of that: both below the 100 seconds after which the client
    /// gives up a call (<c>grpcHttpClientTimeout</c> of the Durable extension), while the hub would go on unheard.
    /// </summary>
    internal static readonly TimeSpan StepMax = TimeSpan.FromSeconds(45);

    internal static readonly TimeSpan CallMax = TimeSpan.FromSeconds(90);

    // Named one by one: what no statuses mean differs by backend, and one that is under way must never be touched.
    private static readonly OrchestrationRuntimeStatus[] Ended =
        [OrchestrationRuntimeStatus.Completed, OrchestrationRuntimeStatus.Failed, OrchestrationRuntimeStatus.Terminated];

    /// <returns>
    /// True when nothing is left as far as the hub can tell, or nothing could be removed: the next hour tries what is stuck again.
    /// </returns>
    [Function(nameof(PurgeSome))]
    public async Task<bool> PurgeSome([ActivityTrigger] object? input, [DurableClient] DurableTaskClient durable, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(durable);
        var old = new PurgeInstancesFilter(CreatedTo: time.GetUtcNow() - TimeSpan.FromDays(options.Value.HistoryDays), Statuses: Ended)
        {
            Timeout = StepMax,
        };
        using var limit = new CancellationTokenSource(CallMax, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
        try
        {
            var purged = await durable.PurgeAllInstancesAsync(old, stop.Token);
            LogPurged(purged.PurgedInstanceCount, options.Value.HistoryDays);
            return (purged.IsComplete ?? true) || purged.PurgedInstanceCount == 0;
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            // The limit, or the client's own: how far the hub came is not known.
            return false;
        }
    }

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "Purged the histories of {Count} orchestrations that had ended and were older than {Days} days")]
    private partial void LogPurged(int count, double days);
}
