using LocalPlatform.Storage;

namespace LocalPlatform.Cosmos.Containers;

/// <summary>The SQLite table of a container's documents: one row per document, found by partition key and id.</summary>
internal sealed class DocumentTable(ContainerState container)
{
    private readonly string _select =
        $"SELECT rid, lsn, ts, body FROM docs_{container.Number} WHERE pk = @0 AND id = @1 AND (expires IS NULL OR expires > @2)";

    private readonly string _delete = $"DELETE FROM docs_{container.Number} WHERE rid = @0";

    private readonly string _deleteExpired =
        $"DELETE FROM docs_{container.Number} WHERE pk = @0 AND id = @1 AND expires <= @2";

    public static void Create(SqliteSession session, int number)
    {
        session.Execute(
            $"""
            CREATE TABLE docs_{number}(
                rid INTEGER PRIMARY KEY, pk BLOB NOT NULL, id TEXT NOT NULL, lsn INTEGER NOT NULL, ts INTEGER NOT NULL,
                ttl INTEGER, expires INTEGER, body BLOB NOT NULL)
            """);
        session.Execute($"CREATE UNIQUE INDEX docs_{number}_key ON docs_{number}(pk, id)");
        session.Execute($"CREATE UNIQUE INDEX docs_{number}_lsn ON docs_{number}(lsn)");
        session.Execute($"CREATE INDEX docs_{number}_expires ON docs_{number}(expires) WHERE expires IS NOT NULL");
    }

    public static void Drop(SqliteSession session, int number) => session.Execute($"DROP TABLE docs_{number}");

    public static StoredDocument Map(SqliteRow row) =>
        new(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetBytes(3));

    public StoredDocument? Find(SqliteSession session, byte[] partitionKey, string id, long now) =>
        session.QueryFirst(_select, Map, partitionKey, id, now);

    /// <summary>Adds a document; null when one with its partition key and id is there.</summary>
    public StoredDocument? Insert(SqliteSession session, DocumentBody body, long now)
    {
        var lsn = container.Lsn.Next(session);
        var row = InsertRow(body, lsn, now);
        bool IsInserted() => session.Execute(container.Indexes.InsertSql, row) > 0;

        // What stands in the way may have expired and not be swept yet.
        if (!IsInserted() && (session.Execute(_deleteExpired, body.PartitionKey, body.Id, now) == 0 || !IsInserted()))
            return null;
        return new StoredDocument(lsn, lsn, now, body.Json);
    }

    /// <summary>Overwrites a document.</summary>
    public StoredDocument Update(SqliteSession session, long rid, DocumentBody body, long now)
    {
        var lsn = container.Lsn.Next(session);
        var indexes = container.Indexes;
        session.Execute(indexes.UpdateSql, rid, lsn, now, body.TtlSeconds, Expiry(body.TtlSeconds, now), body.Json);
        if (indexes.Columns.Count > 0)
            session.Execute(indexes.UpdateKeysSql, [rid, .. body.IndexKeys(indexes)]);
        return new StoredDocument(rid, lsn, now, body.Json);
    }

    public void Delete(SqliteSession session, long rid)
    {
        // A deletion is a change too: it takes a number, so that no later one repeats what a client has seen.
        container.Lsn.Next(session);
        session.Execute(_delete, rid);
    }

    /// <summary>The number of the last change that is committed; 0 when there is none.</summary>
    public long LastLsn(SqliteSession session) =>
        session.QueryFirst($"SELECT ifnull(max(lsn), 0) FROM docs_{container.Number}", row => row.GetInt64(0));

    /// <summary>Whether there are so many documents, expired ones not yet swept included.</summary>
    public bool HoldsAtLeast(SqliteSession session, int count) =>
        count <= 0 || session.QueryFirst($"SELECT 1 FROM docs_{container.Number} LIMIT 1 OFFSET @0", _ => true, count - 1);

    public bool HasExpired(SqliteSession session, long now) => session.QueryFirst(
        $"SELECT EXISTS(SELECT 1 FROM docs_{container.Number} WHERE expires <= @0)", row => row.GetBoolean(0), now);

    /// <summary>Removes up to <paramref name="max"/> expired documents; returns how many.</summary>
    public int Sweep(SqliteSession session, long now, int max) => session.Execute(
        $"DELETE FROM docs_{container.Number} WHERE rid IN (SELECT rid FROM docs_{container.Number} WHERE expires <= @0 LIMIT @1)",
        now,
        max);

    private object?[] InsertRow(DocumentBody body, long lsn, long now)
    {
        var keys = body.IndexKeys(container.Indexes);
        var row = new object?[7 + keys.Length];
        // The number of the first change is also the row's number: neither is ever given twice.
        row[0] = lsn;
        row[1] = body.PartitionKey;
        row[2] = body.Id;
        row[3] = now;
        row[4] = body.TtlSeconds;
        row[5] = Expiry(body.TtlSeconds, now);
        row[6] = body.Json;
        keys.CopyTo(row, 7);
        return row;
    }

    // A document's own ttl counts only where the container has the feature on.
    private long? Expiry(int? ttlSeconds, long now) =>
        container.Definition.DefaultTtlSeconds is not { } fallback ? null
        : (ttlSeconds ?? fallback) is var seconds && seconds == -1 ? null
        : now + seconds;
}
