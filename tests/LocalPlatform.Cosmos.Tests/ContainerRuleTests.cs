using System.Net;
using Microsoft.Azure.Cosmos;
using static LocalPlatform.Cosmos.Tests.CosmosTestExtensions;

namespace LocalPlatform.Cosmos.Tests;

public sealed class ContainerRuleTests
{
    public static TheoryData<string, Action<ContainerProperties>> Refused => new()
    {
        { "computed properties", p => p.ComputedProperties = [new ComputedProperty { Name = "low", Query = "SELECT VALUE LOWER(c.n) FROM c" }] },
        {
            "vector embeddings",
            p => p.VectorEmbeddingPolicy = new VectorEmbeddingPolicy(
                [new Embedding { Path = "/v", DataType = VectorDataType.Float32, DistanceFunction = DistanceFunction.Cosine, Dimensions = 3 }])
        },
        { "unique key", p => p.UniqueKeyPolicy.UniqueKeys.Add(new UniqueKey()) },
        { "Required parameter 'boundingBox'", p => Spatial(p, GeospatialType.Geometry, null) },
        { "Incorrect parameter 'boundingBox'", p => Spatial(p, GeospatialType.Geography, 10) },
        { "greater than its minima", p => Spatial(p, GeospatialType.Geometry, 0) },
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
            Spatial(properties, GeospatialType.Geometry, 10);
            properties.IndexingPolicy.ExcludedPaths.Add(new ExcludedPath { Path = "/secret/*" });
        });
        var response = await container.ReadContainerAsync(cancellationToken: Ct);
        Assert.Equal(["/secret/*", "/\"_etag\"/?"], response.Resource.IndexingPolicy.ExcludedPaths.Select(path => path.Path));
        Assert.Equal(GeospatialType.Geometry, response.Resource.GeospatialConfig.GeospatialType);
    }

    private static void Spatial(ContainerProperties properties, GeospatialType type, double? max)
    {
        properties.GeospatialConfig = new GeospatialConfig(type);
        properties.IndexingPolicy.SpatialIndexes.Add(new SpatialPath
        {
            Path = "/location/?",
            SpatialTypes = { SpatialType.Point },
            BoundingBox = max is { } edge ? new BoundingBoxProperties { Xmin = 0, Ymin = 0, Xmax = edge, Ymax = edge } : null,
        });
    }
}
