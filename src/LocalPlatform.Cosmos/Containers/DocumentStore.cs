using LocalPlatform.Storage;
using Microsoft.Data.Sqlite;

namespace LocalPlatform.Cosmos.Containers;

/// <summary>Databases, containers and their documents in one SQLite file. What a write has acknowledged is on disk.</summary>
internal sealed class DocumentStore : IAsyncDisposable
{
    private readonly GroupCommitDatabase _database;

    private DocumentStore(GroupCommitDatabase database, TimeProvider time, int ranges)
    {
        _database = database;
        Time = time;
        Catalog = database.Read(session => Catalog.Load(session, ranges));
    }

    public TimeProvider Time { get; }

    public Catalog Catalog { get; }

    /// <summary>Opens or creates the file; each container has so many partition key ranges.</summary>
    public static DocumentStore Open(string sqlitePath, TimeProvider time, int ranges) =>
        new(GroupCommitDatabase.Open(sqlitePath, Catalog.Schema), time, ranges);

    /// <summary>Finishes queued writes and closes the file.</summary>
    public ValueTask DisposeAsync() => _database.DisposeAsync();

    /// <summary>Seconds since 1970, the unit of <c>_ts</c> and of expiry.</summary>
    public long NowSeconds() => Time.GetUtcNow().ToUnixTimeSeconds();

    public T Read<T>(Func<SqliteSession, T> work) => _database.Read(work);

    public Task<T> WriteAsync<T>(Func<SqliteSession, T> work) => _database.WriteAsync(work);

    /// <summary>A read of one container.</summary>
    /// <exception cref="ContainerDeletedException">It was deleted meanwhile.</exception>
    public T Read<T>(ContainerState container, Func<SqliteSession, T> work)
    {
        try
        {
            return _database.Read(work);
        }
        catch (SqliteException) when (container.IsDeleted)
        {
            throw new ContainerDeletedException();
        }
    }

    /// <summary>A write into one container.</summary>
    /// <exception cref="ContainerDeletedException">It was deleted before the write's turn came.</exception>
    public async Task<T> WriteAsync<T>(ContainerState container, Func<SqliteSession, T> work)
    {
        try
        {
            return await _database.WriteAsync(session => container.IsDeleted ? throw new ContainerDeletedException() : work(session));
        }
        catch
        {
            // Numbers reserved inside a write that was undone are not reserved on disk.
            container.Lsn.ForgetReservation();
            throw;
        }
    }
}

/// <summary>A container was deleted while an operation on it was under way.</summary>
internal sealed class ContainerDeletedException() : Exception("The container has been deleted.");
