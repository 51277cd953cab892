using Commerce.Functions.Durable;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace Commerce.Functions.Orders;

/// <summary>Starts the purge of histories, one at most.</summary>
public static class PurgeFunctions
{
    public const string InstanceId = "purge-histories";

    [Function("PurgeHistories")]
    public static Task StartAsync(
        [TimerTrigger("0 41 * * * *")] TimerInfo timer, [DurableClient] DurableTaskClient durable, CancellationToken ct) =>
        durable.StartUnlessRunningAsync(PurgeOrchestrator.Name, null, InstanceId, ct);
}
