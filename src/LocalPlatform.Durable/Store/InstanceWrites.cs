using Google.Protobuf;
using LocalPlatform.Storage;

namespace LocalPlatform.Durable.Store;

/// <summary>The writes that more than one transaction is made of. Each runs on the writer thread.</summary>
internal static class InstanceWrites
{
    /// <summary>
    /// Inserts an instance in the place of an ended one of the same id, if there is one. False when one of that id has not ended.
    /// </summary>
    public static bool TryStart(SqliteSession session, StoredInstance instance)
    {
        if (TryInsert(session, instance))
            return true;
        var ended = session.QueryFirst(
            "SELECT key FROM instances WHERE id = @0 AND completed_at IS NOT NULL", r => (long?)r.GetInt64(0), instance.Id);
        if (ended is null)
            return false;
        Purge(session, [ended.Value]);
        return TryInsert(session, instance);
    }

    /// <summary>Puts an event into the inbox of the instance of that id, if it has not ended; its key, or null.</summary>
    public static long? TrySend(SqliteSession session, string instanceId, byte[] sent)
    {
        var key = session.QueryFirst(
            "SELECT key FROM instances WHERE id = @0 AND completed_at IS NULL", r => (long?)r.GetInt64(0), instanceId);
        if (key is { } found)
            session.Execute("INSERT INTO inbox (instance, event) VALUES (@0, @1)", found, sent);
        return key;
    }

    /// <summary>Puts an event into an inbox; false when the instance has ended or is gone.</summary>
    public static bool TrySend(SqliteSession session, long key, P.HistoryEvent sent) => session.Execute(
        "INSERT INTO inbox (instance, event) SELECT @0, @1 WHERE EXISTS (SELECT 1 FROM instances WHERE key = @0 AND completed_at IS NULL)",
        key,
        sent.ToByteArray()) > 0;

    public static void AddTimer(SqliteSession session, StoredTimer timer) => session.Execute(
        "INSERT INTO timers (instance, task_id, fire_at) VALUES (@0, @1, @2)", timer.Instance, timer.TaskId, timer.FireAt.Ticks);

    /// <summary>Deletes instances with all that belongs to them; the number of those that existed.</summary>
    public static int Purge(SqliteSession session, IReadOnlyList<long> keys)
    {
        var purged = 0;
        foreach (var key in keys)
        {
            DeleteHistory(session, key);
            DeleteTimers(session, key);
            session.Execute("DELETE FROM inbox WHERE instance = @0", key);
            purged += session.Execute("DELETE FROM instances WHERE key = @0", key);
        }
        return purged;
    }

    public static void DeleteHistory(SqliteSession session, long key) =>
        session.Execute("DELETE FROM history WHERE instance = @0", key);

    public static void DeleteTimers(SqliteSession session, long key) =>
        session.Execute("DELETE FROM timers WHERE instance = @0", key);

    private static bool TryInsert(SqliteSession session, StoredInstance instance) => session.Execute(
        "INSERT INTO instances (key, id, status, active, created_at, completed_at, parent_key, start, custom_status, output, failure) "
        + "VALUES (@0, @1, @2, @3, @4, @5, @6, @7, @8, @9, @10) ON CONFLICT DO NOTHING",
        instance.Key,
        instance.Id,
        (int)instance.Status,
        instance.Active,
        instance.CreatedAt.Ticks,
        instance.IsCompleted ? instance.UpdatedAt.Ticks : null,
        instance.ParentKey,
        instance.Start.ToByteArray(),
        instance.CustomStatus,
        instance.Output,
        instance.Failure?.ToByteArray()) > 0;
}
