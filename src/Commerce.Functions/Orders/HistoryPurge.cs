using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Commerce.Functions.Orders;

/// <summary>
/// Removes the histories of orchestrations that have long ended. The task hub keeps them for ever otherwise, and grows with every order;
/// what an order was is in its document, and the ledgers say what it did.
/// </summary>
public sealed partial class HistoryPurge(IOptions<OrderOptions> options, TimeProvider time, ILogger<HistoryPurge> logger)
{
    // Named one by one: what no statuses mean differs by backend, and one that is under way must never be touched.
    private static readonly OrchestrationRuntimeStatus[] Ended =
        [OrchestrationRuntimeStatus.Completed, OrchestrationRuntimeStatus.Failed, OrchestrationRuntimeStatus.Terminated];

    /// <summary>Once an hour, so that no run has much to do.</summary>
    [Function("PurgeHistories")]
    public async Task PurgeAsync([TimerTrigger("0 41 * * * *")] TimerInfo timer, [DurableClient] DurableTaskClient durable, CancellationToken ct)
    {
        var old = new PurgeInstancesFilter(CreatedTo: time.GetUtcNow() - TimeSpan.FromDays(options.Value.HistoryDays), Statuses: Ended);
        var purged = await durable.PurgeAllInstancesAsync(old, ct);
        LogPurged(purged.PurgedInstanceCount, options.Value.HistoryDays);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Purged the histories of {Count} orchestrations that had ended and were older than {Days} days")]
    private partial void LogPurged(int count, double days);
}
