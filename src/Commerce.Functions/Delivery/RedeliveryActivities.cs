using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Options;

namespace Commerce.Functions.Delivery;

/// <summary>The work of the redelivery.</summary>
public sealed class RedeliveryActivities(BacklogDrain drain, IOptions<DataPlatformOptions> options, TimeProvider time)
{
    /// <summary>Delivers what is due, for some seconds.</summary>
    [Function(nameof(DrainDeliveries))]
    public async Task<DrainResult> DrainDeliveries([ActivityTrigger] RedeliveryRun run, CancellationToken ct) => DrainResult.Of(
        run, await drain.RunAsync(ct), TimeSpan.FromSeconds(options.Value.ProbeSecondsMax), time.GetUtcNow());
}
