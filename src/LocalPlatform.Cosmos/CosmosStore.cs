using LocalPlatform.Cosmos.Containers;

namespace LocalPlatform.Cosmos;

/// <summary>How a store behaves; the defaults suit local runs.</summary>
public sealed record CosmosStoreOptions
{
    /// <summary>
    /// Partition key ranges of each container, 1 to 64. With one, the gateway answers cross-partition queries whole; with more,
    /// the SDK merges, orders and counts on its side as it does against the service.
    /// </summary>
    public int PartitionKeyRanges { get; init; } = 1;

    /// <summary>Whether queries are answered with genuine query plans even if a container has a single range.</summary>
    public bool GenuineQueryPlans { get; init; }

    /// <summary>Documents a container must hold before queries get an index of their own; below it a scan is cheaper.</summary>
    public int IndexingThreshold { get; init; } = 500;

    /// <summary>How often expired documents are removed. They are invisible from the second they expire.</summary>
    public TimeSpan ExpirySweepInterval { get; init; } = TimeSpan.FromSeconds(10);
}

/// <summary>
/// The account: databases, containers and their documents in one SQLite file. What a write has acknowledged is on disk.
/// </summary>
public sealed class CosmosStore : IAsyncDisposable
{
    private readonly ExpirySweep _expirySweep;

    private CosmosStore(DocumentStore documents, CosmosStoreOptions options)
    {
        Documents = documents;
        Indexes = new IndexBuilder(documents, options.IndexingThreshold);
        Gateway = new CosmosGateway(documents, Indexes, options.GenuineQueryPlans);
        _expirySweep = new ExpirySweep(documents, options.ExpirySweepInterval);
    }

    internal DocumentStore Documents { get; }

    internal IndexBuilder Indexes { get; }

    internal CosmosGateway Gateway { get; }

    /// <summary>Opens or creates the store.</summary>
    /// <param name="sqlitePath">File of the store; its folder must exist.</param>
    /// <param name="time">Clock for timestamps and time to live.</param>
    /// <param name="options">Behaviour; null for the defaults.</param>
    public static CosmosStore Open(string sqlitePath, TimeProvider time, CosmosStoreOptions? options = null)
    {
        options ??= new CosmosStoreOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.PartitionKeyRanges, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.PartitionKeyRanges, 64);
        return new CosmosStore(DocumentStore.Open(sqlitePath, time, options.PartitionKeyRanges), options);
    }

    /// <summary>
    /// Splits every partition key range of a container in two, as the service does when they have grown. Until the store is opened again.
    /// </summary>
    /// <exception cref="ArgumentException">There is no such container.</exception>
    public void SplitRanges(string database, string container)
    {
        var state = Documents.Catalog.Find(database)?.FindContainer(container)
            ?? throw new ArgumentException($"There is no container '{database}/{container}'.", nameof(container));
        state.Ranges = state.Ranges.Split();
    }

    /// <summary>Stops the sweep and the index builder, finishes queued writes and closes the file.</summary>
    public async ValueTask DisposeAsync()
    {
        await _expirySweep.DisposeAsync();
        await Indexes.DisposeAsync();
        await Documents.DisposeAsync();
    }
}
