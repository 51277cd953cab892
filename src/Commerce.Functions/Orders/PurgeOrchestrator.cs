using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

namespace Commerce.Functions.Orders;

/// <summary>
/// Removes old histories step by step until nothing is left. Running instances replay this code: change it only as <c>docs/adr</c> on
/// orchestrations says.
/// </summary>
public static class PurgeOrchestrator
{
    public const string Name = "PurgeUntilDone";

    [Function(Name)]
    public static async Task RunAsync([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        if (!await context.CallActivityAsync<bool>(nameof(PurgeActivities.PurgeSome)))
            context.ContinueAsNew();
    }
}
