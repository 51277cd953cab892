using Commerce.Functions.Cosmos;
using Commerce.Functions.Tests.Support;
using Commerce.Shared.Delivery;
using Faults;
using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.DependencyInjection;

namespace Commerce.Functions.Tests.Cosmos;

/// <summary>A store that has no request units left is asked again for as long as a buyer waits, however short its pauses are.</summary>
public sealed class ThrottledTests(TestStore store) : IClassFixture<TestStore>
{
    [Fact]
    public async Task What_is_throttled_twenty_times_succeeds_all_the_same()
    {
        var (isOn, refusals) = (false, 0);
        var network = new CosmosFaultHandler(new FaultPlan(0, 0))
        {
            Choose = call => isOn && call.Operation == CosmosOperation.ReadAtPrimary && refusals++ < 20
                ? CosmosFault.Throttled
                : CosmosFault.None,
        };
        await using var process = store.NewProcess(network);
        var container = process.GetRequiredService<CommerceDatabase>()[CommerceDatabase.Deliveries];
        isOn = true;

        await container.FindAtPrimaryAsync<DeliveryControl>(
            DeliveryControl.DocumentId, new PartitionKey(DeliveryControl.DocumentId), TestContext.Current.CancellationToken);

        Assert.Equal(21, refusals);
    }
}
