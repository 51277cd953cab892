using Commerce.Functions.Auth;
using Commerce.Functions.Cosmos;
using Commerce.Shared;
using Faults;
using LocalPlatform.Cosmos;
using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Commerce.Functions.Tests.Support;

/// <summary>A database of its own, and processes of the app on it: the genuine SDK against the gateway in this process.</summary>
public class TestStore : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("commerce-").FullName;
    private readonly List<ServiceProvider> _processes = [];
    private CosmosStore? _store;
    private CosmosGatewayHandler? _gateway;
    private ServiceProvider? _app;

    /// <summary>The services of a process of the app.</summary>
    public IServiceProvider App => _app!;

    public CommerceDatabase Database => App.GetRequiredService<CommerceDatabase>();

    protected virtual CosmosStoreOptions Options => new();

    private string StorePath => Path.Combine(_folder, "cosmos.db");

    public async ValueTask InitializeAsync()
    {
        _store = CosmosStore.Open(StorePath, TimeProvider.System, Options);
        _gateway = new CosmosGatewayHandler(_store);
        _app = NewProcess();
        await Database.CreateIfMissingAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>The services of one more process of the app on the same database.</summary>
    /// <param name="faults">Put between this process and the gateway.</param>
    /// <param name="time">Its clock.</param>
    public ServiceProvider NewProcess(DelegatingHandler? faults = null, TimeProvider? time = null)
    {
        HttpMessageHandler handler = _gateway!;
        if (faults is not null)
        {
            faults.InnerHandler = handler;
            handler = faults;
        }
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Cosmos"] = LocalCosmos.ConnectionString,
            ["Auth:Issuer"] = "https://issuer.example",
            ["Auth:Audience"] = "commerce",
        }).Build();
        var services = new ServiceCollection()
            .AddSingleton<IConfiguration>(configuration)
            .AddSingleton<ILoggerFactory>(new LoggerFactory())
            .AddSingleton(typeof(ILogger<>), typeof(Logger<>))
            .AddSingleton(time ?? TimeProvider.System)
            .Configure<AuthOptions>(configuration.GetSection(AuthOptions.Section))
            .AddCommerce(configuration)
            .Configure<CosmosClientOptions>(options => options.UseLocalCosmos(handler));
        var process = services.BuildServiceProvider();
        _processes.Add(process);
        return process;
    }

    /// <summary>Writes many documents of a partition, as many at a time as a batch takes.</summary>
    public async Task WriteAsync<T>(
        ContainerDefinition container, string partition, IEnumerable<T> documents, Action<TransactionalBatch, T> add)
    {
        foreach (var some in documents.Chunk(Limits.BatchOperationsMax))
        {
            var batch = Database[container].CreateTransactionalBatch(new PartitionKey(partition));
            foreach (var document in some)
                add(batch, document);
            using var answer = await batch.ExecuteAsync(TestContext.Current.CancellationToken);
            Assert.True(answer.IsSuccessStatusCode);
        }
    }

    /// <summary>A replica of the database that can be made to lag, for processes with its <see cref="LaggingReplica.Handler"/>.</summary>
    public LaggingReplica NewReplica() => new(StorePath, Options);

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
            await process.DisposeAsync();
        _gateway!.Dispose();
        await _store!.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
        GC.SuppressFinalize(this);
    }
}

/// <summary>A database whose containers are spread over several ranges: there the SDK plans, merges and orders on its side.</summary>
public sealed class SpreadStore : TestStore
{
    protected override CosmosStoreOptions Options => new() { PartitionKeyRanges = 4, GenuineQueryPlans = true };
}
