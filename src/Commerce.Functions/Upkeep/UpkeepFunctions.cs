using Commerce.Functions.Catalog;
using Commerce.Functions.Delivery;
using Commerce.Functions.Orders;
using Commerce.Functions.Ranking;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace Commerce.Functions.Upkeep;

/// <summary>
/// Background work that has to be done when nobody asks for anything. One timer for all of it: an empty shop is woken once a minute, and in
/// Azure one group of instances is kept for it and not one for each kind of work.
/// </summary>
public sealed class UpkeepFunctions(OrderSweeper orders, DeliveryWatch deliveries, RankingKeeper ranking, ShardUpkeep shards)
{
    [Function("Upkeep")]
    public async Task RunAsync(
        [TimerTrigger("8 * * * * *", UseMonitor = false)] TimerInfo timer, [DurableClient] DurableTaskClient durable, CancellationToken ct)
    {
        var all = Task.WhenAll(
            orders.SweepAsync(durable, ct), deliveries.WatchAsync(durable, ct), ranking.KeepUpAsync(ct), shards.MendAsync(ct));
        try
        {
            // None stands in another's way.
            await all;
        }
        catch when (all.Exception is { InnerExceptions.Count: > 1 } faults)
        {
            throw faults;
        }
    }
}
