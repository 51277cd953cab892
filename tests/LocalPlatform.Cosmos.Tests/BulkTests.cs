using System.Net;
using Microsoft.Azure.Cosmos;
using Newtonsoft.Json.Linq;
using static LocalPlatform.Cosmos.Tests.CosmosTestExtensions;

namespace LocalPlatform.Cosmos.Tests;

public sealed class BulkTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task Bulk_operations_succeed_and_fail_each_for_itself(int ranges)
    {
        await using var account = new CosmosTestAccount(new CosmosStoreOptions { PartitionKeyRanges = ranges });
        var container = await account.NewContainerAsync();
        await container.CreateItemAsync(new { id = "7", pk = "p0" }, cancellationToken: Ct);
        using var handler = new CosmosGatewayHandler(account.Store);
        using var client = new CosmosClient(
            LocalCosmos.ConnectionString, new CosmosClientOptions { AllowBulkExecution = true }.UseLocalCosmos(handler));
        var bulk = client.GetContainer("db", container.Id);

        var created = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => StatusAsync(() =>
            bulk.CreateItemAsync(new { id = $"{i}", pk = $"p{i % 7}", n = i }, new PartitionKey($"p{i % 7}"), cancellationToken: Ct))));
        Assert.Equal(199, created.Count(status => status == HttpStatusCode.Created));
        Assert.Equal(HttpStatusCode.Conflict, created[7]);

        var patched = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => StatusAsync(() =>
            bulk.PatchItemAsync<JObject>($"{i}", new PartitionKey($"p{i % 7}"), [PatchOperation.Increment("/n", 1000)],
                cancellationToken: Ct))));
        Assert.All(patched, status => Assert.Equal(HttpStatusCode.OK, status));
        Assert.Equal([50], await container.AllAsync<int>("SELECT VALUE COUNT(1) FROM c WHERE c.n >= 1000"));
    }

    private static async Task<HttpStatusCode> StatusAsync<T>(Func<Task<ItemResponse<T>>> operation)
    {
        try
        {
            return (await operation()).StatusCode;
        }
        catch (CosmosException failure)
        {
            return failure.StatusCode;
        }
    }
}
