using System.Net;
using Microsoft.Azure.Cosmos;
using static LocalPlatform.Cosmos.Tests.CosmosTestExtensions;

namespace LocalPlatform.Cosmos.Tests;

public sealed class ThroughputTests
{
    [Theory]
    [InlineData(4000, 1, 1)]
    [InlineData(15000, 1, 2)]
    [InlineData(25000, 1, 3)]
    [InlineData(15000, 5, 5)]
    public async Task A_container_gets_a_range_for_every_10000_units_it_is_created_with(int units, int ranges, int expected)
    {
        await using var account = new CosmosTestAccount(new CosmosStoreOptions { PartitionKeyRanges = ranges });
        Database database = await account.Client.CreateDatabaseIfNotExistsAsync("db", cancellationToken: Ct);
        Container container = await database.CreateContainerAsync("c", "/pk", units, cancellationToken: Ct);
        Assert.Equal(expected, (await container.GetFeedRangesAsync(Ct)).Count);
        await container.ReplaceThroughputAsync(50_000, cancellationToken: Ct);
        await account.RestartAsync();
        Assert.Equal(expected, (await account.Client.GetContainer("db", "c").GetFeedRangesAsync(Ct)).Count);
    }

    [Fact]
    public async Task Autoscale_is_kept_with_its_maximum()
    {
        await using var account = new CosmosTestAccount();
        Database database = await account.Client.CreateDatabaseAsync(
            "db", ThroughputProperties.CreateAutoscaleThroughput(5000), cancellationToken: Ct);
        Container container = await database.CreateContainerAsync(
            new ContainerProperties("c", "/pk"), ThroughputProperties.CreateAutoscaleThroughput(7000), cancellationToken: Ct);
        await container.ReplaceThroughputAsync(ThroughputProperties.CreateAutoscaleThroughput(8000), cancellationToken: Ct);
        await account.RestartAsync();

        var ofDatabase = await account.Client.GetDatabase("db").ReadThroughputAsync(new RequestOptions(), Ct);
        Assert.Equal((5000, 500), (ofDatabase.Resource.AutoscaleMaxThroughput, ofDatabase.Resource.Throughput));
        var ofContainer = await account.Client.GetContainer("db", "c").ReadThroughputAsync(new RequestOptions(), Ct);
        Assert.Equal((8000, 800), (ofContainer.Resource.AutoscaleMaxThroughput, ofContainer.Resource.Throughput));
        Assert.Equal(1000, ofContainer.MinThroughput);
        Assert.False(ofContainer.IsReplacePending);
    }

    [Fact]
    public async Task Manual_throughput_is_read_and_replaced_within_its_limits()
    {
        await using var account = new CosmosTestAccount();
        Database database = await account.Client.CreateDatabaseAsync("db", cancellationToken: Ct);
        foreach (var units in (int[])[0, 100, 450, 2_000_000])
            await database.CreateContainerAsync("refused", "/pk", units, cancellationToken: Ct).ShouldFailAsync(HttpStatusCode.BadRequest);

        Container container = await database.CreateContainerAsync("c", "/pk", 1000, cancellationToken: Ct);
        await container.ReplaceThroughputAsync(1001, cancellationToken: Ct).ShouldFailAsync(HttpStatusCode.BadRequest);
        Assert.Equal(1500, (await container.ReplaceThroughputAsync(1500, cancellationToken: Ct)).Resource.Throughput);
        var read = await container.ReadThroughputAsync(new RequestOptions(), Ct);
        Assert.Equal((1500, 400), (read.Resource.Throughput, read.MinThroughput));
        Assert.Null(read.Resource.AutoscaleMaxThroughput);
        await database.ReadThroughputAsync(new RequestOptions(), Ct).ShouldFailAsync(HttpStatusCode.NotFound);
    }
}
