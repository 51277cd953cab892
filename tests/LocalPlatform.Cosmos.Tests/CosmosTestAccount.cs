using System.Net;
using Microsoft.Azure.Cosmos;

namespace LocalPlatform.Cosmos.Tests;

/// <summary>A store in a folder of its own with a genuine SDK client on it.</summary>
public sealed class CosmosTestAccount : IAsyncDisposable
{
    private readonly CosmosStoreOptions _options;
    private readonly TimeProvider _time;
    private CosmosGatewayHandler _handler;

    public CosmosTestAccount(CosmosStoreOptions? options = null, TimeProvider? time = null)
    {
        Folder = Directory.CreateTempSubdirectory("cosmos-").FullName;
        _options = options ?? new CosmosStoreOptions();
        _time = time ?? TimeProvider.System;
        (Store, _handler, Client) = Open();
    }

    public string Folder { get; }

    public CosmosStore Store { get; private set; }

    public CosmosClient Client { get; private set; }

    public async Task<Container> NewContainerAsync(string partitionKeyPath = "/pk", Action<ContainerProperties>? configure = null)
    {
        Database database = await Client.CreateDatabaseIfNotExistsAsync("db", cancellationToken: TestContext.Current.CancellationToken);
        var properties = new ContainerProperties($"c{Guid.NewGuid():N}", partitionKeyPath);
        configure?.Invoke(properties);
        return await database.CreateContainerAsync(properties, cancellationToken: TestContext.Current.CancellationToken);
    }

    /// <summary>Closes the store and opens it again, as a restart does.</summary>
    public async Task RestartAsync()
    {
        Client.Dispose();
        _handler.Dispose();
        await Store.DisposeAsync();
        (Store, _handler, Client) = Open();
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        _handler.Dispose();
        await Store.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }

    private (CosmosStore, CosmosGatewayHandler, CosmosClient) Open()
    {
        var store = CosmosStore.Open(Path.Combine(Folder, "cosmos.db"), _time, _options);
        var handler = new CosmosGatewayHandler(store);
        return (store, handler, new CosmosClient(LocalCosmos.ConnectionString, new CosmosClientOptions().UseLocalCosmos(handler)));
    }
}

internal static class CosmosTestExtensions
{
    public static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>All results, read page by page with a fresh iterator for each, so that continuation tokens are exercised.</summary>
    public static async Task<List<T>> AllAsync<T>(
        this Container container, QueryDefinition query, PartitionKey? partitionKey = null, int pageSize = -1, bool resume = true)
    {
        var results = new List<T>();
        string? token = null;
        var charge = 0.0;
        var options = new QueryRequestOptions { PartitionKey = partitionKey, MaxItemCount = pageSize };
        do
        {
            using var iterator = container.GetItemQueryIterator<T>(query, token, options);
            do
            {
                var page = await iterator.ReadNextAsync(Ct);
                charge += page.RequestCharge;
                results.AddRange(page);
                token = resume ? page.ContinuationToken : null;
            }
            while (!resume && iterator.HasMoreResults);
        }
        while (resume && token is not null);
        Assert.True(charge > 0);
        return results;
    }

    public static Task<List<T>> AllAsync<T>(this Container container, string query, PartitionKey? partitionKey = null, int pageSize = -1) =>
        container.AllAsync<T>(new QueryDefinition(query), partitionKey, pageSize);

    public static async Task<CosmosException> ShouldFailAsync(this Task task, HttpStatusCode status)
    {
        var failure = await Assert.ThrowsAsync<CosmosException>(() => task);
        Assert.Equal(status, failure.StatusCode);
        return failure;
    }
}
