using LocalPlatform.Durable.History;
using LocalPlatform.Storage;
using Microsoft.DurableTask.Client;

namespace LocalPlatform.Durable.Store;

/// <summary>The writes that more than one transaction is made of. Each runs on the writer thread.</summary>
internal static class InstanceWrites
{
    /// <summary>
    /// Inserts an instance in the place of an ended one of the same id, if there is one. False when one of that id has not ended.
    /// </summary>
    public static bool TryStart(SqliteSession session, InstanceStart start)
    {
        if (!TryInsert(session, start))
        {
            var ended = session.QueryFirst(
                "SELECT key FROM instances WHERE id = @0 AND completed_at IS NOT NULL", r => (long?)r.GetInt64(0), start.Id);
            if (ended is null)
                return false;
            Purge(session, [ended.Value]);
            TryInsert(session, start);
        }
        if (start.StartAt is { } startAt)
            AddTimer(session, new StoredTimer(startAt, start.Key, StoredTimer.DelayedStart));
        return true;
    }

    /// <summary>Puts an event into the inbox of the instance of that id, if it has not ended; its key, or null.</summary>
    public static long? TrySend(SqliteSession session, string instanceId, byte[] encoded)
    {
        var key = session.QueryFirst(
            "SELECT key FROM instances WHERE id = @0 AND completed_at IS NULL", r => (long?)r.GetInt64(0), instanceId);
        if (key is { } found)
            AddToInbox(session, found, encoded);
        return key;
    }

    /// <summary>Puts an event into an inbox; false when the instance has ended or is gone.</summary>
    public static bool TrySend(SqliteSession session, long key, HistoryEvent sent) => session.Execute(
        "INSERT INTO inbox (instance, event) SELECT @0, @1 WHERE EXISTS "
        + "(SELECT 1 FROM instances WHERE key = @0 AND completed_at IS NULL)",
        key,
        HistoryJson.Encode(sent)) > 0;

    public static void AddToInbox(SqliteSession session, long key, byte[] encoded) =>
        session.Execute("INSERT INTO inbox (instance, event) VALUES (@0, @1)", key, encoded);

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

    private static bool TryInsert(SqliteSession session, InstanceStart start) => session.Execute(
        "INSERT INTO instances (key, id, name, status, active, created_at, parent_key, parent_id, parent_name, parent_task_id, "
        + "trace_parent, input) VALUES (@0, @1, @2, @3, @4, @5, @6, @7, @8, @9, @10, @11) ON CONFLICT (id) DO NOTHING",
        start.Key,
        start.Id,
        start.Name,
        (int)OrchestrationRuntimeStatus.Pending,
        start.StartAt is null ? 1 : 0,
        start.CreatedAt.Ticks,
        start.Parent?.Key,
        start.Parent?.Id,
        start.Parent?.Name,
        start.Parent?.TaskId,
        start.TraceParent,
        start.Input) > 0;
}
