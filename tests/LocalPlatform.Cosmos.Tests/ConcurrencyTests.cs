using System.Diagnostics;
using System.Globalization;
using System.Net;
using Microsoft.Azure.Cosmos;
using Newtonsoft.Json.Linq;
using static LocalPlatform.Cosmos.Tests.CosmosTestExtensions;

namespace LocalPlatform.Cosmos.Tests;

public sealed class ConcurrencyTests
{
    private static readonly PartitionKey Key = new("p");

    [Fact]
    public async Task Of_many_writers_with_one_etag_exactly_one_wins_every_time()
    {
        await using var account = new CosmosTestAccount();
        var container = await account.NewContainerAsync();
        var etag = (await container.CreateItemAsync(new { id = "1", pk = "p", n = 0 }, Key, cancellationToken: Ct)).ETag;
        for (var round = 0; round < 20; round++)
        {
            var attempts = await Task.WhenAll(Enumerable.Range(0, 16).Select(writer => Task.Run(() => AttemptAsync(container, writer, etag))));
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
        var folder = Directory.CreateTempSubdirectory("cosmos-").FullName;
        var acknowledged = new System.Collections.Concurrent.ConcurrentBag<string>();
        const int Stock = 1_000_000;
        string containerId;
        using (var process = await StartGatewayAsync(folder))
        {
            using var client = new CosmosClient(process.ConnectionString, new CosmosClientOptions { ConnectionMode = ConnectionMode.Gateway, LimitToEndpoint = true });
            Database database = await client.CreateDatabaseIfNotExistsAsync("db", cancellationToken: Ct);
            Container container = await database.CreateContainerIfNotExistsAsync("c", "/pk", cancellationToken: Ct);
            containerId = container.Id;
            await container.CreateItemAsync(new { id = "stock", pk = "p", n = Stock }, Key, cancellationToken: Ct);
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(Ct);
            var writers = Enumerable.Range(0, 8).Select(writer => Task.Run(() => WriteUntilKilledAsync(container, writer, acknowledged, stop.Token))).ToList();
            await Eventually.HoldsAsync(() => acknowledged.Count >= 300);
            process.Kill();
            await stop.CancelAsync();
            await Task.WhenAll(writers);
        }

        await using (var store = CosmosStore.Open(Path.Combine(folder, "cosmos.db"), TimeProvider.System))
        {
            using var handler = new CosmosGatewayHandler(store);
            using var client = new CosmosClient(LocalCosmos.ConnectionString, new CosmosClientOptions().UseLocalCosmos(handler));
            var container = client.GetContainer("db", containerId);
            var movements = await container.AllAsync<string>("SELECT VALUE c.id FROM c WHERE c.id != 'stock'", Key);
            var stock = (int)(await container.ReadItemAsync<JObject>("stock", Key, cancellationToken: Ct)).Resource["n"]!;
            Assert.Empty(acknowledged.Except(movements));
            Assert.Equal(Stock - stock, movements.Count);
        }
        Directory.Delete(folder, recursive: true);
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

    private static Task<TransactionalBatchResponse> TakeOneAsync(Container container, string movement, CancellationToken ct = default) =>
        container.CreateTransactionalBatch(Key)
            .CreateItem(new { id = movement, pk = "p" })
            .PatchItem(
                "stock", [PatchOperation.Increment("/n", -1)], new TransactionalBatchPatchItemRequestOptions { FilterPredicate = "FROM c WHERE c.n > 0" })
            .ExecuteAsync(ct);

    private static async Task WriteUntilKilledAsync(
        Container container, int writer, System.Collections.Concurrent.ConcurrentBag<string> acknowledged, CancellationToken ct)
    {
        try
        {
            for (var i = 0; ; i++)
            {
                var movement = $"w{writer}-{i}";
                using var response = await TakeOneAsync(container, movement, ct);
                if (!response.IsSuccessStatusCode)
                    return;
                acknowledged.Add(movement);
            }
        }
        catch (Exception lost) when (lost is CosmosException or OperationCanceledException or HttpRequestException)
        {
            // The gateway was killed under the call: whether this one counts is open.
        }
    }

    private static async Task<GatewayProcess> StartGatewayAsync(string folder)
    {
        var port = FreePort();
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardOutput = true,
            ArgumentList =
            {
                typeof(CosmosStore).Assembly.Location, "cosmos", "--port", port.ToString(CultureInfo.InvariantCulture), "--data", folder,
            },
        };
        var process = Process.Start(start)!;
        string? line;
        while ((line = await process.StandardOutput.ReadLineAsync(Ct)) is not null)
        {
            const string Label = "Connection string (gateway mode): ";
            if (line.StartsWith(Label, StringComparison.Ordinal))
                return new GatewayProcess(process, line[Label.Length..]);
        }
        throw new InvalidOperationException("The gateway did not start.");
    }

    private static int FreePort()
    {
        using var listener = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private sealed class GatewayProcess(Process process, string connectionString) : IDisposable
    {
        public string ConnectionString { get; } = connectionString;

        public void Kill()
        {
            process.Kill();
            process.WaitForExit();
        }

        public void Dispose()
        {
            if (!process.HasExited)
                Kill();
            process.Dispose();
        }
    }
}
