using System.Net;
using Microsoft.Azure.Cosmos;
using static LocalPlatform.Cosmos.Tests.CosmosTestExtensions;

namespace LocalPlatform.Cosmos.Tests;

public sealed class HierarchicalKeyTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task Documents_are_found_by_the_whole_key_and_by_a_prefix_of_it(int ranges)
    {
        await using var account = new CosmosTestAccount(new CosmosStoreOptions { PartitionKeyRanges = ranges });
        Database database = await account.Client.CreateDatabaseIfNotExistsAsync("db", cancellationToken: Ct);
        Container container = await database.CreateContainerAsync(
            new ContainerProperties("h", ["/tenant", "/user"]), cancellationToken: Ct);
        foreach (var tenant in (string[])["a", "b"])
            foreach (var user in (string[])["x", "y", "z"])
                await container.CreateItemAsync(new { id = "1", tenant, user, n = $"{tenant}{user}" }, cancellationToken: Ct);

        var whole = new PartitionKeyBuilder().Add("a").Add("y").Build();
        await container.ReadItemAsync<object>("1", whole, cancellationToken: Ct);
        Assert.Equal(["ay"], await container.AllAsync<string>("SELECT VALUE c.n FROM c", whole));

        var prefix = new PartitionKeyBuilder().Add("b").Build();
        Assert.Equal(["bx", "by", "bz"], (await container.AllAsync<string>("SELECT VALUE c.n FROM c", prefix)).Order(StringComparer.Ordinal));
        await container.ReadItemAsync<object>("1", prefix, cancellationToken: Ct).ShouldFailAsync(HttpStatusCode.BadRequest);
        await container.DeleteItemAsync<object>("1", prefix, cancellationToken: Ct).ShouldFailAsync(HttpStatusCode.BadRequest);
        Assert.Equal([6], await container.AllAsync<int>("SELECT VALUE COUNT(1) FROM c"));
    }
}
