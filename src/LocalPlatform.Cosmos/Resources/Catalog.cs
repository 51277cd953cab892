using System.Collections.Concurrent;
using LocalPlatform.Cosmos.Queries.Indexes;
using LocalPlatform.Storage;

namespace LocalPlatform.Cosmos.Resources;

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

    public ConcurrentDictionary<string, DatabaseState> Databases { get; } = new(StringComparer.Ordinal);

    /// <summary>Reads the tables at start.</summary>
    public static Catalog Load(SqliteSession session, CosmosStoreOptions options)
    {
        var catalog = new Catalog();
        var databases = session.Query(
            "SELECT number, id, ts FROM databases", row => new DatabaseState(row.GetInt32(0), row.GetString(1), row.GetInt64(2)));
        foreach (var database in databases)
        {
            catalog.Databases[database.Id] = database;
            foreach (var container in LoadContainers(session, database, options))
                database.Containers[container.Id] = container;
        }
        return catalog;
    }

    /// <summary>By name, or by resource id as some calls address it.</summary>
    public DatabaseState? Find(string nameOrRid) =>
        Databases.GetValueOrDefault(nameOrRid) ?? Databases.Values.FirstOrDefault(database => database.Rid == nameOrRid);

    private static List<ContainerState> LoadContainers(SqliteSession session, DatabaseState database, CosmosStoreOptions options)
    {
        var containers = session.Query(
            "SELECT number, definition, ts, lsn_reserved FROM containers WHERE database = @0",
            row => new ContainerState(
                database, row.GetInt32(0), Definition(row.GetBytes(1)), row.GetInt64(2),
                row.GetInt64(3), options.PartitionKeyRanges),
            database.Number);
        foreach (var container in containers)
            container.Indexes = IndexSet.Load(session, container);
        return containers;
    }

    private static ContainerDefinition Definition(byte[] json) =>
        ContainerDefinition.TryParse(json, out var error) ?? throw new InvalidDataException($"The store has a container that cannot be served: {error}");
}
