using System.Net;
using Commerce.Functions.Cosmos;
using LocalPlatform.Cosmos;
using Microsoft.Azure.Cosmos;

namespace Commerce.Functions.Tests.Support;

/// <summary>The shop's database in a folder of its own, behind the genuine SDK. Calls can be made to fail.</summary>
public sealed class TestDatabase : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("commerce-test-");
    private readonly CosmosStore _store;
    private readonly FaultyHandler _handler;
    private readonly CosmosClient _client;

    private TestDatabase(TimeProvider time, int ranges)
    {
        _store = CosmosStore.Open(
            Path.Combine(_folder.FullName, "cosmos.db"), time, new CosmosStoreOptions { PartitionKeyRanges = ranges });
        _handler = new FaultyHandler(new CosmosGatewayHandler(_store));
        var options = new CosmosClientOptions
        {
            UseSystemTextJsonSerializerWithOptions = DocumentJson.Options,
            EnableContentResponseOnWrite = false,
        };
        _client = new CosmosClient(LocalCosmos.ConnectionString, options.UseLocalCosmos(_handler));
        Database = new CommerceDatabase(_client);
    }

    public CommerceDatabase Database { get; }

    /// <summary>Asked before every request to the store; what it throws, the caller gets instead of an answer.</summary>
    public Action<HttpRequestMessage>? Before
    {
        get => _handler.Before;
        set => _handler.Before = value;
    }

    /// <summary>Asked after every request was carried out; what it throws, the caller gets instead of the answer.</summary>
    public Action<HttpRequestMessage>? After
    {
        get => _handler.After;
        set => _handler.After = value;
    }

    /// <summary>How the SDK gives up on a store that is away. A broken connection it tries again first, for many seconds.</summary>
    public static Exception IsAway => new CosmosException("The store is away.", HttpStatusCode.ServiceUnavailable, 0, "", 0);

    /// <summary>Splits every partition key range of a container in two.</summary>
    public void SplitRanges(ContainerDefinition container) => _store.SplitRanges(CommerceDatabase.Name, container.Name);

    public static async Task<TestDatabase> CreateAsync(TimeProvider? time = null, int ranges = 1)
    {
        var database = new TestDatabase(time ?? TimeProvider.System, ranges);
        await database.Database.CreateIfMissingAsync(CancellationToken.None);
        return database;
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        _handler.Dispose();
        await _store.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private sealed class FaultyHandler(HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        public Action<HttpRequestMessage>? Before { get; set; }

        public Action<HttpRequestMessage>? After { get; set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Before?.Invoke(request);
            var response = await base.SendAsync(request, cancellationToken);
            After?.Invoke(request);
            return response;
        }
    }
}
