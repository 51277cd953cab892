using System.Collections.Concurrent;
using LocalPlatform.Storage;

namespace LocalPlatform.Cosmos.Containers;

/// <summary>All databases and containers, in memory; the tables behind it are what a restart reads.</summary>
internal sealed class Catalog
{
    public const string Schema =
        """
        CREATE TABLE IF NOT EXISTS databases(
            number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, ts INTEGER NOT NULL);
        CREATE TABLE IF NOT EXISTS containers(
            number INTEGER PRIMARY KEY AUTOINCREMENT, database INTEGER NOT NULL, id TEXT NOT NULL, definition BLOB NOT NULL,
            ts INTEGER NOT NULL, lsn_reserved INTEGER NOT NULL, UNIQUE(database, id));
        CREATE TABLE IF NOT EXISTS index_columns(
            container INTEGER NOT NULL, number INTEGER NOT NULL, path TEXT NOT NULL, filled INTEGER NOT NULL,
            PRIMARY KEY(container, number));
        CREATE TABLE IF NOT EXISTS indexes(
            container INTEGER NOT NULL, name TEXT NOT NULL, columns TEXT NOT NULL, PRIMARY KEY(container, name));
        """;

    private readonly int _ranges;

    private Catalog(int ranges) => _ranges = ranges;

    public ConcurrentDictionary<string, DatabaseState> Databases { get; } = new(StringComparer.Ordinal);

    /// <summary>Reads the tables at start; each container has so many partition key ranges.</summary>
    /// <exception cref="InvalidDataException">The file has a container that another version could serve and this one cannot.</exception>
    public static Catalog Load(SqliteSession session, int ranges)
    {
        var catalog = new Catalog(ranges);
        var databases = session.Query(
            "SELECT number, id, ts FROM databases", row => new DatabaseState(row.GetInt32(0), row.GetString(1), row.GetInt64(2)));
        foreach (var database in databases)
        {
            catalog.Databases[database.Id] = database;
            foreach (var container in catalog.LoadContainers(session, database))
                database.Containers[container.Id] = container;
        }
        return catalog;
    }

    /// <summary>By name, or by resource id as some calls address it.</summary>
    public DatabaseState? Find(ReadOnlySpan<char> nameOrRid)
    {
        if (Databases.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(nameOrRid, out var named))
            return named;
        foreach (var database in Databases.Values)
            if (nameOrRid.SequenceEqual(database.Rid))
                return database;
        return null;
    }

    /// <summary>Stores a new database; null when there is one of its name.</summary>
    public static DatabaseState? Insert(SqliteSession session, string id, long now) =>
        session.Execute("INSERT OR IGNORE INTO databases(id, ts) VALUES(@0, @1)", id, now) == 0
            ? null
            : new DatabaseState(LastNumber(session), id, now);

    /// <summary>Stores a new container with its table; null when the database has one of its name.</summary>
    public ContainerState? Insert(SqliteSession session, DatabaseState database, ContainerDefinition definition, long now)
    {
        var inserted = session.Execute(
            "INSERT OR IGNORE INTO containers(database, id, definition, ts, lsn_reserved) VALUES(@0, @1, @2, @3, 0)",
            database.Number, definition.Id, definition.Json, now);
        if (inserted == 0)
            return null;
        var number = LastNumber(session);
        DocumentTable.Create(session, number);
        return new ContainerState(database, number, definition, now, 0, _ranges) { Indexes = IndexSet.Create(session, number, definition) };
    }

    /// <summary>Removes a database with its containers. To be called on the writer thread.</summary>
    public static int Drop(SqliteSession session, DatabaseState database)
    {
        foreach (var container in database.Containers.Values)
            Drop(session, container);
        return session.Execute("DELETE FROM databases WHERE number = @0", database.Number);
    }

    /// <summary>Removes a container with its documents. To be called on the writer thread.</summary>
    public static int Drop(SqliteSession session, ContainerState container)
    {
        container.IsDeleted = true;
        DocumentTable.Drop(session, container.Number);
        session.Execute("DELETE FROM indexes WHERE container = @0", container.Number);
        session.Execute("DELETE FROM index_columns WHERE container = @0", container.Number);
        return session.Execute("DELETE FROM containers WHERE number = @0", container.Number);
    }

    private List<ContainerState> LoadContainers(SqliteSession session, DatabaseState database)
    {
        var containers = session.Query(
            "SELECT number, definition, ts, lsn_reserved FROM containers WHERE database = @0",
            row => new ContainerState(database, row.GetInt32(0), Definition(row.GetBytes(1)), row.GetInt64(2), row.GetInt64(3), _ranges),
            database.Number);
        foreach (var container in containers)
            container.Indexes = IndexSet.Load(session, container.Number);
        return containers;
    }

    private static ContainerDefinition Definition(byte[] json) =>
        ContainerDefinition.TryParse(json, out var error)
        ?? throw new InvalidDataException($"The store has a container that cannot be served: {error}");

    private static int LastNumber(SqliteSession session) => session.QueryFirst("SELECT last_insert_rowid()", row => row.GetInt32(0));
}
