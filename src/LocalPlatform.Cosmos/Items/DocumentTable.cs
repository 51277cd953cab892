using LocalPlatform.Cosmos.Resources;
using LocalPlatform.Storage;

namespace LocalPlatform.Cosmos.Items;

/// <summary>The SQLite table of a container's documents: one row per document, found by partition key and id.</summary>
internal sealed class DocumentTable(ContainerState container)
{
    private readonly string _select =
        $"SELECT rid, lsn, ts, body FROM docs_{container.Number} WHERE pk = @0 AND id = @1 AND (expires IS NULL OR expires > @2)";

    private readonly string _delete = $"DELETE FROM docs_{container.Number} WHERE rid = @0";

    private readonly string _deleteExpired =
        $"DELETE FROM docs_{container.Number} WHERE pk = @0 AND id = @1 AND expires <= @2";

    private long _count;

    /// <summary>How many documents there are, expired ones not yet swept included. Kept in memory; about right is enough.</summary>
    public long Count => Volatile.Read(ref _count);

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

    public void Load(SqliteSession session) =>
        _count = session.QueryFirst($"SELECT count(*) FROM docs_{container.Number}", row => row.GetInt64(0));

    public static StoredDocument Map(SqliteRow row) =>
        new(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetBytes(3));

    public StoredDocument? Find(SqliteSession session, byte[] partitionKey, string id, long now) =>
        session.QueryFirst(_select, Map, partitionKey, id, now);

    /// <summary>Adds a document; null when one with its partition key and id (or a unique key) is there.</summary>
    public StoredDocument? Insert(SqliteSession session, DocumentBody body, long now)
    {
        var lsn = container.Lsn.Next(session);
        var row = InsertRow(body, lsn, now);
        if (session.Execute(container.Indexes.InsertSql, row) == 0)
        {
            if (session.Execute(_deleteExpired, body.PartitionKey, body.Id, now) == 0)
                return null;
            _count--;
            if (session.Execute(container.Indexes.InsertSql, row) == 0)
                return null;
        }
        _count++;
        return new StoredDocument(lsn, lsn, now, body.Json);
    }

    /// <summary>Overwrites a document; null when a unique key forbids it.</summary>
    public StoredDocument? Update(SqliteSession session, long rid, DocumentBody body, long now)
    {
        var lsn = container.Lsn.Next(session);
        var keys = body.IndexKeys(container.Indexes);
        var row = new object?[6 + keys.Length];
        row[0] = rid;
        row[1] = lsn;
        row[2] = now;
        row[3] = body.TtlSeconds;
        row[4] = Expiry(body.TtlSeconds, now);
        row[5] = body.Json;
        keys.CopyTo(row, 6);
        return session.Execute(container.Indexes.UpdateSql, row) == 0 ? null : new StoredDocument(rid, lsn, now, body.Json);
    }

    public void Delete(SqliteSession session, long rid)
    {
        // A deletion is a change too: it takes a number, so that no later one repeats what a client has seen.
        container.Lsn.Next(session);
        _count -= session.Execute(_delete, rid);
    }

    /// <summary>Removes every document of a partition key.</summary>
    public void DeletePartition(SqliteSession session, byte[] partitionKey)
    {
        container.Lsn.Next(session);
        _count -= session.Execute($"DELETE FROM docs_{container.Number} WHERE pk = @0", partitionKey);
    }

    /// <summary>Takes back the count after changes were rolled back.</summary>
    public void RestoreCount(long count) => _count = count;

    /// <summary>Removes up to <paramref name="max"/> expired documents; returns how many.</summary>
    public int Sweep(SqliteSession session, long now, int max)
    {
        var removed = session.Execute(
            $"DELETE FROM docs_{container.Number} WHERE rid IN (SELECT rid FROM docs_{container.Number} WHERE expires <= @0 LIMIT @1)",
            now,
            max);
        _count -= removed;
        return removed;
    }

    /// <summary>Recomputes every expiry after the container's default has changed.</summary>
    public void ApplyDefaultTtl(SqliteSession session, int? defaultSeconds) => session.Execute(
        $"""
        UPDATE docs_{container.Number} SET expires = CASE
            WHEN @0 IS NULL THEN NULL
            WHEN coalesce(ttl, @0) = -1 THEN NULL
            ELSE ts + coalesce(ttl, @0) END
        """,
        defaultSeconds);

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
