using LocalPlatform.Cosmos.Queries.Indexes;
using LocalPlatform.Cosmos.Resources;
using LocalPlatform.Storage;
using Microsoft.Data.Sqlite;

namespace LocalPlatform.Cosmos;

/// <summary>How a store behaves; the defaults suit local runs.</summary>
public sealed record CosmosStoreOptions
{
    /// <summary>
    /// Partition key ranges of each container, 1 to 64. With one, the gateway answers cross-partition queries whole; with more,
    /// the SDK merges, orders and groups on its side as it does against the service.
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
    private readonly GroupCommitDatabase _database;
    private readonly ExpirySweep _expirySweep;

    private CosmosStore(GroupCommitDatabase database, TimeProvider time, CosmosStoreOptions options)
    {
        _database = database;
        Time = time;
        Options = options;
        Catalog = database.Read(session => Catalog.Load(session, options));
        Indexes = new IndexBuilder(this);
        Gateway = new CosmosGateway(this);
        _expirySweep = new ExpirySweep(this);
    }

    internal TimeProvider Time { get; }

    internal CosmosStoreOptions Options { get; }

    internal Catalog Catalog { get; }

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
        return new CosmosStore(GroupCommitDatabase.Open(sqlitePath, Catalog.Schema), time, options);
    }

    /// <summary>Stops the sweep and the index builder, finishes queued writes and closes the file.</summary>
    public async ValueTask DisposeAsync()
    {
        await _expirySweep.DisposeAsync();
        await Indexes.DisposeAsync();
        await _database.DisposeAsync();
    }

    /// <summary>Seconds since 1970, the unit of <c>_ts</c> and of expiry.</summary>
    internal long NowSeconds() => Time.GetUtcNow().ToUnixTimeSeconds();

    internal T Read<T>(Func<SqliteSession, T> work) => _database.Read(work);

    internal Task<T> WriteAsync<T>(Func<SqliteSession, T> work) => _database.WriteAsync(work);

    /// <summary>A write into one container. Null when the container was deleted before its turn came.</summary>
    internal async Task<T?> WriteAsync<T>(ContainerState container, Func<SqliteSession, T> work)
        where T : class
    {
        try
        {
            return await _database.WriteAsync(session => container.IsDeleted ? null : work(session));
        }
        catch
        {
            // Numbers reserved inside a write that was undone are not reserved on disk.
            container.Lsn.ForgetReservation();
            throw;
        }
    }

    /// <summary>A read of one container. Null when the container is deleted meanwhile.</summary>
    internal T? Read<T>(ContainerState container, Func<SqliteSession, T> work)
        where T : class
    {
        try
        {
            return _database.Read(work);
        }
        catch (SqliteException) when (container.IsDeleted)
        {
            return null;
        }
    }
}
