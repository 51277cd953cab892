using Faults;
using LocalPlatform.Cosmos;
using Microsoft.Azure.Cosmos;

namespace EndToEnd.Tests.Support;

/// <summary>
/// Cosmos DB as a service of its own: it outlives the app's processes, serves several of them, and answers through
/// <see cref="CosmosFaultHandler"/>, and, once that is frozen, <see cref="LaggingReplica"/>.
/// </summary>
public sealed class CosmosFront : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly CosmosStore _store;
    private readonly CosmosGatewayHandler _gateway;
    private readonly HandlerFront _front;

    private CosmosFront(FaultPlan plan)
    {
        var path = Path.Combine(_folder.Path, "cosmos.db");
        _store = CosmosStore.Open(path, TimeProvider.System);
        _gateway = new CosmosGatewayHandler(_store);
        Replica = new LaggingReplica(path, new CosmosStoreOptions()) { LagMax = TimeSpan.FromSeconds(2) };
        var lagging = Replica.Handler();
        lagging.InnerHandler = _gateway;
        Faults = new CosmosFaultHandler(plan) { InnerHandler = lagging };
        _front = new HandlerFront(Faults);
    }

    public CosmosFaultHandler Faults { get; }

    /// <summary>Reads of those who know of nothing newer are up to two seconds behind, while it is frozen.</summary>
    public LaggingReplica Replica { get; }

    /// <summary>The setting <c>Cosmos</c> of an app that is to use it.</summary>
    public (string Name, string Value) Setting => ("Cosmos", _front.ConnectionString);

    public static async Task<CosmosFront> StartAsync(FaultPlan plan)
    {
        var front = new CosmosFront(plan);
        await front._front.StartAsync();
        return front;
    }

    /// <summary>A client that meets no faults.</summary>
    public CosmosClient Client() => RawAudit.Client(_gateway);

    public async ValueTask DisposeAsync()
    {
        await _front.DisposeAsync();
        await Replica.DisposeAsync();
        await _store.DisposeAsync();
        _folder.Dispose();
    }
}
