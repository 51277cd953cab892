using Commerce.Functions.Orders;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Commerce.Functions.Tests.Orders;

public sealed class HistoryPurgeTests
{
    [Fact]
    public async Task Only_what_has_ended_and_is_older_than_the_setting_says_is_purged()
    {
        var now = new DateTimeOffset(2026, 3, 1, 12, 41, 0, TimeSpan.Zero);
        var durable = new FakeDurable();
        var purge = new HistoryPurge(
            Options.Create(new OrderOptions { HistoryDays = 2 }), new FakeTimeProvider(now), NullLogger<HistoryPurge>.Instance);

        await purge.PurgeAsync(new TimerInfo(), durable, TestContext.Current.CancellationToken);

        var filter = Assert.Single(durable.Purges);
        Assert.Equal((null, now.AddDays(-2)), (filter.CreatedFrom, filter.CreatedTo));
        Assert.Equal(
            [OrchestrationRuntimeStatus.Completed, OrchestrationRuntimeStatus.Failed, OrchestrationRuntimeStatus.Terminated], filter.Statuses!);
    }
}
