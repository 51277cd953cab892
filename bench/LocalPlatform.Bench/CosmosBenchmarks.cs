using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Engines;
using LocalPlatform.Cosmos;
using Microsoft.Azure.Cosmos;

namespace LocalPlatform.Bench;

/// <summary>
/// The Cosmos SDK against the gateway on disk, one call at a time; the baseline is the SDK alone, against a handler that
/// repeats one canned answer. Writes wait for the disk, so their time is mostly its time.
/// </summary>
[MemoryDiagnoser]
[SimpleJob(RunStrategy.Throughput, warmupCount: 10, iterationCount: 10)]
public class CosmosBenchmarks
{
    private const int Products = 1000;
    private const int MovementsPerProduct = 20;
    private const int PageSize = 20;

    private static readonly PartitionKey Key = new("P00000");
    private static readonly TransactionalBatchItemRequestOptions Quiet = new() { EnableContentResponseOnWrite = false };
    private static readonly TransactionalBatchPatchItemRequestOptions QuietPatch = new() { EnableContentResponseOnWrite = false };

    private readonly string _folder = Directory.CreateTempSubdirectory("cosmos-bench-").FullName;
    private CosmosStore _store = null!;
    private CosmosClient _client = null!;
    private CosmosClient _cannedClient = null!;
    private Container _container = null!;
    private Container _canned = null!;
    private int _sequence;

    [GlobalSetup]
    public async Task SetUpAsync()
    {
        _store = CosmosStore.Open(Path.Combine(_folder, "cosmos.db"), TimeProvider.System);
        _client = NewClient(new CosmosGatewayHandler(_store));
        Database database = await _client.CreateDatabaseIfNotExistsAsync("db");
        _container = await database.CreateContainerIfNotExistsAsync("c", "/productId");
        await Parallel.ForEachAsync(Enumerable.Range(0, Products), async (i, ct) => await FillAsync($"P{i:00000}", ct));
        _cannedClient = NewClient(new CannedReads(new CosmosGatewayHandler(_store)));
        _canned = _cannedClient.GetContainer("db", "c");
        // Twice: the first asks for the index, the second finds it.
        await QueryPage();
        while (!await HasIndexAsync())
            await Task.Delay(50);
    }

    [GlobalCleanup]
    public async Task CleanUpAsync()
    {
        _client.Dispose();
        _cannedClient.Dispose();
        await _store.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Benchmark(Baseline = true)]
    public async Task ReadCannedAnswer()
    {
        using var response = await _canned.ReadItemStreamAsync("P00000", Key);
        response.EnsureSuccessStatusCode();
    }

    [Benchmark]
    public async Task ReadDocument()
    {
        using var response = await _container.ReadItemStreamAsync("P00000", Key);
        response.EnsureSuccessStatusCode();
    }

    [Benchmark]
    public async Task<int> QueryPage()
    {
        var query = new QueryDefinition(
                "SELECT * FROM c WHERE c.type = 'product' AND c.productId > @after ORDER BY c.productId OFFSET 0 LIMIT @max")
            .WithParameter("@after", "P00500").WithParameter("@max", PageSize);
        using var iterator = _container.GetItemQueryIterator<Product>(query);
        var count = 0;
        while (iterator.HasMoreResults)
            count += (await iterator.ReadNextAsync()).Count;
        return count;
    }

    [Benchmark]
    public Task CreateDocument() => _container.CreateItemAsync(NewMovement("P00001"), new PartitionKey("P00001"));

    [Benchmark]
    public Task PatchDocument() => _container.PatchItemAsync<Product>("P00000", Key, [PatchOperation.Increment("/stock", -1)]);

    [Benchmark]
    public async Task BatchOfPatchAndCreate()
    {
        using var response = await _container.CreateTransactionalBatch(Key)
            .PatchItem("P00000", [PatchOperation.Increment("/stock", -1)], QuietPatch)
            .CreateItem(NewMovement("P00000"), Quiet)
            .ExecuteAsync();
        if (!response.IsSuccessStatusCode)
            throw new InvalidOperationException(response.ErrorMessage);
    }

    /// <summary>One document created per call; 64 calls at once share the flushes to disk.</summary>
    [Benchmark(OperationsPerInvoke = 64)]
    public Task Create64DocumentsAtOnce() => Task.WhenAll(Enumerable.Range(0, 64).Select(_ => CreateDocument()));

    private static CosmosClient NewClient(HttpMessageHandler handler) => new(
        LocalCosmos.ConnectionString,
        new CosmosClientOptions
        {
            EnableContentResponseOnWrite = false,
            CosmosClientTelemetryOptions = new CosmosClientTelemetryOptions { DisableDistributedTracing = true },
        }.UseLocalCosmos(handler));

    private async Task FillAsync(string productId, CancellationToken ct)
    {
        await _container.CreateItemAsync(new Product(productId, productId, "product", "A name of usual length", 12900, 1_000_000),
            cancellationToken: ct);
        var batch = _container.CreateTransactionalBatch(new PartitionKey(productId));
        for (var i = 0; i < MovementsPerProduct; i++)
            batch.CreateItem(NewMovement(productId), Quiet);
        using var response = await batch.ExecuteAsync(ct);
    }

    private async Task<bool> HasIndexAsync()
    {
        using var iterator = _container.GetItemQueryIterator<Product>(
            "SELECT * FROM c WHERE c.type = 'product' AND c.productId > 'P00500' ORDER BY c.productId OFFSET 0 LIMIT 1");
        var page = await iterator.ReadNextAsync();
        return page.Diagnostics.GetQueryMetrics().CumulativeMetrics.RetrievedDocumentCount < PageSize;
    }

    private Movement NewMovement(string productId) =>
        new($"m{Interlocked.Increment(ref _sequence)}", productId, "movement", -1, "0123456789abcdef", _sequence);

    private sealed record Product(
        [property: Newtonsoft.Json.JsonProperty("id")] string Id,
        [property: Newtonsoft.Json.JsonProperty("productId")] string ProductId,
        [property: Newtonsoft.Json.JsonProperty("type")] string Type,
        [property: Newtonsoft.Json.JsonProperty("name")] string Name,
        [property: Newtonsoft.Json.JsonProperty("price")] long Price,
        [property: Newtonsoft.Json.JsonProperty("stock")] long Stock);

    private sealed record Movement(
        [property: Newtonsoft.Json.JsonProperty("id")] string Id,
        [property: Newtonsoft.Json.JsonProperty("productId")] string ProductId,
        [property: Newtonsoft.Json.JsonProperty("type")] string Type,
        [property: Newtonsoft.Json.JsonProperty("quantity")] int Quantity,
        [property: Newtonsoft.Json.JsonProperty("orderId")] string OrderId,
        [property: Newtonsoft.Json.JsonProperty("sequence")] int Sequence);

    /// <summary>Keeps the first answer to a point read and repeats it: what is left is what the SDK itself costs.</summary>
    private sealed class CannedReads(HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        private readonly List<KeyValuePair<string, IEnumerable<string>>> _headers = [];
        private byte[]? _body;

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (!request.RequestUri!.AbsolutePath.Contains("/docs/", StringComparison.Ordinal))
                return await base.SendAsync(request, cancellationToken);
            if (_body is null)
            {
                var first = await base.SendAsync(request, cancellationToken);
                _headers.AddRange(first.Headers);
                _body = await first.Content.ReadAsByteArrayAsync(cancellationToken);
            }
            var content = new ByteArrayContent(_body);
            content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
            var answer = new HttpResponseMessage { RequestMessage = request, Content = content };
            foreach (var (name, values) in _headers)
                answer.Headers.TryAddWithoutValidation(name, values);
            return answer;
        }
    }
}
