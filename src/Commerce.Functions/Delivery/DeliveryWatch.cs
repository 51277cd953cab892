using Commerce.Shared.Delivery;
using Microsoft.DurableTask.Client;

namespace Commerce.Functions.Delivery;

/// <summary>
/// Starts the redelivery for events that wait without it, or are to be released: the process may have died between recording that and
/// starting it. Counts those that wait, should no redelivery do so, and the parked
/// ones, which an operator is to hear of.
/// </summary>
public sealed class DeliveryWatch(DeliverySwitch deliverySwitch, DeliveryStore store, RedeliveryStarter redelivery, TimeProvider time)
{
    public async Task WatchAsync(DurableTaskClient durable, CancellationToken ct)
    {
        if ((await deliverySwitch.RefreshAsync(ct)).ReleaseParkedUntil is not null || await store.NextDueAsync(ct) is not null)
            await redelivery.EnsureRunningAsync(durable, ct);
        DeliveryMetrics.Waiting(await store.CountAsync(DeliveryState.Waiting, ct), time);
        DeliveryMetrics.Parked(await store.CountAsync(DeliveryState.Parked, ct), time);
    }
}
