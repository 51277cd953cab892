using System.Collections.Immutable;
using System.Text.Json;
using LocalPlatform.Durable.History;
using LocalPlatform.Storage;
using Microsoft.DurableTask.Client;

namespace LocalPlatform.Durable.Store;

/// <summary>The task hub in one SQLite file.</summary>
internal sealed class DurableStore : IAsyncDisposable
{
    private const string InstanceColumns =
        "key, id, name, status, active, created_at, first_task_id, parent_key, parent_id, parent_name, parent_task_id, trace_parent, "
        + "custom_status, failure, input, output, "
        + "coalesce((SELECT time FROM history WHERE instance = key ORDER BY step DESC LIMIT 1), created_at), "
        + "(SELECT tags FROM tags WHERE instance = key)";

    private readonly GroupCommitDatabase _database;
    private long _lastKey;

    private DurableStore(GroupCommitDatabase database)
    {
        _database = database;
        // A parent that was purged keeps its key, so that the answer of a child never reaches a stranger.
        _lastKey = database.Read(session => session.QueryFirst(
            "SELECT max(coalesce((SELECT max(key) FROM instances), 0), coalesce((SELECT max(parent_key) FROM instances), 0))",
            r => r.GetInt64(0)));
    }

    /// <summary>The highest key given to an instance so far.</summary>
    public long LastKey => Interlocked.Read(ref _lastKey);

    public static DurableStore Open(string path) => new(GroupCommitDatabase.Open(path, Schema.Sql));

    public long NextKey() => Interlocked.Increment(ref _lastKey);

    /// <summary>
    /// Stores an instance that is to start, at once or at a time; false when one of that id has not ended yet, which then goes on
    /// undisturbed.
    /// </summary>
    public Task<bool> StartAsync(StoredInstance instance, DateTime? startAt) => _database.WriteAsync(session =>
    {
        if (!InstanceWrites.TryStart(session, instance))
            return false;
        if (startAt is { } time)
            InstanceWrites.AddTimer(session, new StoredTimer(time, instance.Key, StoredTimer.DelayedStart));
        return true;
    });

    /// <summary>Puts an event into the inbox of a running instance and returns its key, or null when there is none.</summary>
    public Task<long?> SendAsync(string instanceId, HistoryEvent sent)
    {
        var encoded = HistoryJson.Encode(sent);
        return _database.WriteAsync(session => InstanceWrites.TrySend(session, instanceId, encoded));
    }

    /// <summary>Commits a turn, which is told when that is done.</summary>
    public void Commit(StepCommit step) => _database.Write(step);

    public Task<int> PurgeAsync(IReadOnlyList<long> keys) => _database.WriteAsync(session => InstanceWrites.Purge(session, keys));

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    public StoredInstance? ReadInstance(long key) => _database.Read(session =>
        session.QueryFirst($"SELECT {InstanceColumns} FROM instances WHERE key = @0", MapInstance, key));

    public StoredInstance? ReadInstance(string id) => _database.Read(session =>
        session.QueryFirst($"SELECT {InstanceColumns} FROM instances WHERE id = @0", MapInstance, id));

    public List<HistoryStep> ReadHistory(long key) => _database.Read(session => session.Query(
        "SELECT turn FROM history WHERE instance = @0 ORDER BY step",
        r => HistoryJson.DecodeStep(r.GetBytes(0)),
        key));

    public int CountSteps(long key) => _database.Read(session =>
        session.QueryFirst("SELECT coalesce(max(step) + 1, 0) FROM history WHERE instance = @0", r => r.GetInt32(0), key));

    /// <summary>The inbox, oldest first, and the id of its last row.</summary>
    public (List<HistoryEvent> Events, long LastId) ReadInbox(long key)
    {
        var lastId = 0L;
        var events = _database.Read(session => session.Query(
            "SELECT id, event FROM inbox WHERE instance = @0 ORDER BY id",
            r =>
            {
                lastId = r.GetInt64(0);
                return HistoryJson.DecodeEvent(r.GetBytes(1));
            },
            key));
        return (events, lastId);
    }

    /// <summary>Timers after <paramref name="after"/> up to and including <paramref name="until"/>, the earliest first.</summary>
    public List<StoredTimer> ReadTimers(StoredTimer after, DateTime until, int limit) => _database.Read(session => session.Query(
        "SELECT fire_at, instance, task_id FROM timers WHERE (fire_at, instance, task_id) > (@0, @1, @2) AND fire_at <= @3 "
        + "ORDER BY fire_at, instance, task_id LIMIT @4",
        r => new StoredTimer(new DateTime(r.GetInt64(0), DateTimeKind.Utc), r.GetInt64(1), r.GetInt32(2)),
        after.FireAt.Ticks,
        after.Instance,
        after.TaskId,
        until.Ticks,
        limit));

    /// <summary>Instances that a restart has to take up: due to start, with activities out, or with mail. Ascending keys.</summary>
    public List<(long Key, bool Pending)> ReadUnfinishedWork(long afterKey, long lastKey, int limit) => _database.Read(session =>
        session.Query(
            "SELECT key, status FROM instances WHERE key > @0 AND key <= @1 "
            + "AND (active = 1 OR (completed_at IS NULL AND EXISTS (SELECT 1 FROM inbox WHERE instance = key))) ORDER BY key LIMIT @2",
            r => (r.GetInt64(0), r.GetInt32(1) == (int)OrchestrationRuntimeStatus.Pending),
            afterKey,
            lastKey,
            limit));

    /// <summary>A page of instances in the order of their start.</summary>
    public List<StoredInstance> Query(InstanceFilter filter, long afterKey, int limit) => _database.Read(session => session.Query(
        $"SELECT {InstanceColumns} FROM instances WHERE key > @0 AND {InstanceFilter.Condition} ORDER BY key LIMIT @7",
        MapInstance,
        [afterKey, .. filter.Arguments, limit]));

    /// <summary>Keys of ended instances that match, the first started first.</summary>
    public List<long> FindCompleted(InstanceFilter filter, int limit) => _database.Read(session => session.Query(
        $"SELECT key FROM instances WHERE key > @0 AND {InstanceFilter.Condition} AND completed_at IS NOT NULL ORDER BY key LIMIT @7",
        r => r.GetInt64(0),
        [0L, .. filter.Arguments, limit]));

    /// <summary>Keys of instances that ended before the given time, the first ended first.</summary>
    public List<long> FindCompletedBefore(DateTime time, int limit) => _database.Read(session => session.Query(
        "SELECT key FROM instances WHERE completed_at < @0 ORDER BY completed_at LIMIT @1", r => r.GetInt64(0), time.Ticks, limit));

    public int CountCompleted() => _database.Read(session =>
        session.QueryFirst("SELECT count(*) FROM instances WHERE completed_at IS NOT NULL", r => r.GetInt32(0)));

    /// <summary>The ended sub-orchestrations of the given instances, without those of their own.</summary>
    public List<long> FindCompletedChildren(IReadOnlyList<long> keys) => _database.Read(session => keys
        .SelectMany(key => session.Query(
            "SELECT key FROM instances WHERE parent_key = @0 AND completed_at IS NOT NULL", r => r.GetInt64(0), key))
        .ToList());

    private static StoredInstance MapInstance(SqliteRow r) => new(r.GetInt64(0), r.GetString(1), r.GetString(2))
    {
        Status = (OrchestrationRuntimeStatus)r.GetInt32(3),
        Active = r.GetInt32(4) != 0,
        CreatedAt = new DateTime(r.GetInt64(5), DateTimeKind.Utc),
        FirstTaskId = r.GetInt32(6),
        Parent = r.IsDBNull(7) ? null : new StoredParent(r.GetInt64(7), r.GetString(8), r.GetString(9), r.GetInt32(10)),
        TraceParent = Text(r, 11),
        CustomStatus = Text(r, 12),
        Failure = HistoryJson.DecodeFailure(Text(r, 13)),
        Input = Text(r, 14),
        Output = Text(r, 15),
        UpdatedAt = new DateTime(r.GetInt64(16), DateTimeKind.Utc),
        Tags = r.IsDBNull(17)
            ? ImmutableDictionary<string, string>.Empty
            : JsonSerializer.Deserialize<Dictionary<string, string>>(r.GetString(17))!,
    };

    private static string? Text(SqliteRow r, int column) => r.IsDBNull(column) ? null : r.GetString(column);
}
