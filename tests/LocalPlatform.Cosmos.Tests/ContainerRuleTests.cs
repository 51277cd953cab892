using System.Net;
using Microsoft.Azure.Cosmos;
using static LocalPlatform.Cosmos.Tests.CosmosTestExtensions;

namespace LocalPlatform.Cosmos.Tests;

public sealed class ContainerRuleTests
{
    public static TheoryData<string, Action<ContainerProperties>> Refused => new()
    {
        { "'computedProperties'", p => p.ComputedProperties = [new() { Name = "low", Query = "SELECT VALUE LOWER(c.n) FROM c" }] },
        {
            "'vectorEmbeddingPolicy'",
            p => p.VectorEmbeddingPolicy = new VectorEmbeddingPolicy(
                [new() { Path = "/v", DataType = VectorDataType.Float32, DistanceFunction = DistanceFunction.Cosine, Dimensions = 3 }])
        },
        { "'uniqueKeyPolicy'", p => p.UniqueKeyPolicy.UniqueKeys.Add(new UniqueKey { Paths = { "/mail" } }) },
        { "partition keys of several paths", p => p.PartitionKeyPaths = ["/tenant", "/user"] },
        { "of another kind than 'Hash' of version 2", p => p.PartitionKeyDefinitionVersion = PartitionKeyDefinitionVersion.V1 },
        { "'spatialIndexes'", p => p.IndexingPolicy.SpatialIndexes.Add(new() { Path = "/at/?", SpatialTypes = { SpatialType.Point } }) },
        { "'changeFeedPolicy'", p => p.ChangeFeedPolicy = new ChangeFeedPolicy { FullFidelityRetention = TimeSpan.FromMinutes(5) } },
        { "defaultTtl", p => p.DefaultTimeToLive = 0 },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task A_definition_that_cannot_be_honoured_is_refused_by_name(string says, Action<ContainerProperties> configure)
    {
        await using var account = new CosmosTestAccount();
        var failure = await account.NewContainerAsync("/pk", configure).ShouldFailAsync(HttpStatusCode.BadRequest);
        Assert.Contains(says, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Policies_are_shown_with_what_the_service_adds()
    {
        await using var account = new CosmosTestAccount();
        var container = await account.NewContainerAsync("/pk", properties =>
        {
            properties.IndexingPolicy.ExcludedPaths.Add(new ExcludedPath { Path = "/secret/*" });
        });
        var response = await container.ReadContainerAsync(cancellationToken: Ct);
        Assert.Equal(["/secret/*", "/\"_etag\"/?"], response.Resource.IndexingPolicy.ExcludedPaths.Select(path => path.Path));
        Assert.Equal(ConflictResolutionMode.LastWriterWins, response.Resource.ConflictResolutionPolicy.Mode);
    }
}
