using System.Net;
using Microsoft.Azure.Cosmos;
using Newtonsoft.Json.Linq;
using static LocalPlatform.Cosmos.Tests.CosmosTestExtensions;

namespace LocalPlatform.Cosmos.Tests;

public sealed class ListenerTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("cosmos-").FullName;
    private CosmosStore _store = null!;
    private CosmosListener _listener = null!;

    public async ValueTask InitializeAsync()
    {
        _store = CosmosStore.Open(Path.Combine(_folder, "cosmos.db"), TimeProvider.System);
        _listener = await CosmosListener.StartAsync(_store, port: 0, Ct);
    }

    public async ValueTask DisposeAsync()
    {
        await _listener.DisposeAsync();
        await _store.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_client_works_over_the_port_as_it_does_in_process()
    {
        using var client = new CosmosClient(_listener.ConnectionString,
            new CosmosClientOptions { ConnectionMode = ConnectionMode.Gateway, LimitToEndpoint = true });
        Database database = await client.CreateDatabaseIfNotExistsAsync("Db With Space", cancellationToken: Ct);
        Container container = await database.CreateContainerIfNotExistsAsync("c", "/pk", cancellationToken: Ct);
        var key = new PartitionKey("ü p");
        await container.CreateItemAsync(new { id = "Ïd 1", pk = "ü p", n = 1 }, key, cancellationToken: Ct);
        using var batch = await container.CreateTransactionalBatch(key)
            .PatchItem("Ïd 1", [PatchOperation.Increment("/n", 1)])
            .CreateItem(new { id = "2", pk = "ü p", n = 5 })
            .ExecuteAsync(Ct);
        Assert.True(batch.IsSuccessStatusCode);
        Assert.Equal(2, (await container.ReadItemAsync<JObject>("Ïd 1", key, cancellationToken: Ct)).Resource["n"]);
        Assert.Equal([2, 5], await container.AllAsync<int>("SELECT VALUE c.n FROM c ORDER BY c.n"));
        await container.ReadItemAsync<JObject>("3", key, cancellationToken: Ct).ShouldFailAsync(HttpStatusCode.NotFound);
        await container.DeleteContainerAsync(cancellationToken: Ct);
    }

    [Fact]
    public async Task A_question_mark_in_an_id_is_part_of_it()
    {
        using var client = new CosmosClient(_listener.ConnectionString,
            new CosmosClientOptions { ConnectionMode = ConnectionMode.Gateway, LimitToEndpoint = true });
        Database database = await client.CreateDatabaseIfNotExistsAsync("db", cancellationToken: Ct);
        Container container = await database.CreateContainerIfNotExistsAsync("c", "/id", cancellationToken: Ct);
        await container.CreateItemAsync(new { id = "is it?yes" }, cancellationToken: Ct);
        Assert.Equal("is it?yes",
            (await container.ReadItemAsync<JObject>("is it?yes", new("is it?yes"), cancellationToken: Ct)).Resource["id"]);
        await container.DeleteItemAsync<JObject>("is it?yes", new("is it?yes"), cancellationToken: Ct);
    }

    [Fact]
    public async Task A_wrong_key_is_refused()
    {
        var key = Convert.ToBase64String(new byte[64]);
        using var client = new CosmosClient(
            _listener.Endpoint.ToString(), key,
                new CosmosClientOptions { ConnectionMode = ConnectionMode.Gateway, LimitToEndpoint = true });
        await client.CreateDatabaseIfNotExistsAsync("db", cancellationToken: Ct).ShouldFailAsync(HttpStatusCode.Unauthorized);
        using var http = new HttpClient();
        using var response = await http.GetAsync(new Uri(_listener.Endpoint, "dbs"), Ct);
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }
}
