using System.Net;
using Microsoft.Azure.Cosmos;
using Newtonsoft.Json.Linq;
using static LocalPlatform.Cosmos.Tests.CosmosTestExtensions;

namespace LocalPlatform.Cosmos.Tests;

public sealed class ConcurrencyTests
{
    private const int StockOfChild = 1_000_000;

    private static readonly PartitionKey Key = new("p");

    [Fact]
    public async Task Of_many_writers_with_one_etag_exactly_one_wins_every_time()
    {
        await using var account = new CosmosTestAccount();
        var container = await account.NewContainerAsync();
        var etag = (await container.CreateItemAsync(new { id = "1", pk = "p", n = 0 }, Key, cancellationToken: Ct)).ETag;
        for (var round = 0; round < 20; round++)
        {
            var attempts = await Task.WhenAll(Enumerable.Range(0, 16)
                .Select(writer => Task.Run(() => AttemptAsync(container, writer, etag))));
            etag = Assert.Single(attempts.OfType<string>());
        }
        Assert.Equal(20, (await container.ReadItemAsync<JObject>("1", Key, cancellationToken: Ct)).Resource["n"]);
    }

    [Fact]
    public async Task Batches_under_load_are_whole_or_absent_and_lose_nothing()
    {
        await using var account = new CosmosTestAccount();
        var container = await account.NewContainerAsync();
        await container.CreateItemAsync(new { id = "stock", pk = "p", n = 60 }, Key, cancellationToken: Ct);
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => Task.Run(async () =>
        {
            using var response = await TakeOneAsync(container, $"m{i}");
            return response.StatusCode;
        })));
        Assert.Equal(60, outcomes.Count(status => status == HttpStatusCode.OK));
        Assert.Equal(40, outcomes.Count(status => status == HttpStatusCode.PreconditionFailed));
        Assert.Equal(0, (await container.ReadItemAsync<JObject>("stock", Key, cancellationToken: Ct)).Resource["n"]);
        Assert.Equal([60], await container.AllAsync<int>("SELECT VALUE COUNT(1) FROM c WHERE STARTSWITH(c.id, 'm')", Key));
    }

    [Fact]
    public async Task A_killed_process_leaves_every_acknowledged_batch_and_no_part_of_another()
    {
        using var folder = new TestFolder();
        var file = folder.File("cosmos.db");
        var acknowledged = await ChildProcess.RunAndKillAsync("take stock", file, lines: 300);

        await using var store = CosmosStore.Open(file, TimeProvider.System);
        using var handler = new CosmosGatewayHandler(store);
        using var client = new CosmosClient(LocalCosmos.ConnectionString, new CosmosClientOptions().UseLocalCosmos(handler));
        var container = client.GetContainer("db", "c");
        var movements = await container.AllAsync<string>("SELECT VALUE c.id FROM c WHERE c.id != 'stock'", Key);
        var stock = (int)(await container.ReadItemAsync<JObject>("stock", Key, cancellationToken: Ct)).Resource["n"]!;
        // The last line may have been cut.
        Assert.Empty(acknowledged.SkipLast(1).Except(movements));
        Assert.Equal(StockOfChild - stock, movements.Count);
    }

    /// <summary>What the killed process does: eight writers take from one stock, and each says what was acknowledged.</summary>
    internal static async Task TakeStockAsync(string file)
    {
        await using var store = CosmosStore.Open(file, TimeProvider.System);
        using var handler = new CosmosGatewayHandler(store);
        using var client = new CosmosClient(LocalCosmos.ConnectionString, new CosmosClientOptions().UseLocalCosmos(handler));
        Database database = await client.CreateDatabaseIfNotExistsAsync("db");
        Container container = await database.CreateContainerIfNotExistsAsync("c", "/pk");
        await container.CreateItemAsync(new { id = "stock", pk = "p", n = StockOfChild }, Key);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(writer => Task.Run(async () =>
        {
            for (var i = 0; ; i++)
            {
                using var response = await TakeOneAsync(container, $"w{writer}-{i}");
                if (response.IsSuccessStatusCode)
                    Console.WriteLine($"w{writer}-{i}");
            }
        })));
    }

    private static async Task<string?> AttemptAsync(Container container, int writer, string etag)
    {
        try
        {
            if (writer % 2 == 0)
            {
                var patched = await container.PatchItemAsync<JObject>(
                    "1", Key, [PatchOperation.Increment("/n", 1)], new PatchItemRequestOptions { IfMatchEtag = etag }, Ct);
                return patched.ETag;
            }
            using var batch = await container.CreateTransactionalBatch(Key)
                .PatchItem("1", [PatchOperation.Increment("/n", 1)], new TransactionalBatchPatchItemRequestOptions { IfMatchEtag = etag })
                .ExecuteAsync(Ct);
            Assert.True(batch.IsSuccessStatusCode || batch.StatusCode == HttpStatusCode.PreconditionFailed);
            return batch.IsSuccessStatusCode ? batch[0].ETag : null;
        }
        catch (CosmosException lost) when (lost.StatusCode == HttpStatusCode.PreconditionFailed)
        {
            return null;
        }
    }

    private static Task<TransactionalBatchResponse> TakeOneAsync(Container container, string movement) =>
        container.CreateTransactionalBatch(Key)
            .CreateItem(new { id = movement, pk = "p" })
            .PatchItem(
                "stock", [PatchOperation.Increment("/n", -1)],
                    new TransactionalBatchPatchItemRequestOptions { FilterPredicate = "FROM c WHERE c.n > 0" })
            .ExecuteAsync();
}
