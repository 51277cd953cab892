using Google.Protobuf;
using LocalPlatform.Storage;

namespace LocalPlatform.Durable.Store;

/// <summary>The task hub in one SQLite file.</summary>
internal sealed class DurableStore : IAsyncDisposable
{
    private const string InstanceColumns =
        "key, start, status, active, created_at, parent_key, custom_status, output, failure, "
        + "coalesce((SELECT time FROM history WHERE instance = key ORDER BY step DESC LIMIT 1), created_at)";

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
    public Task<long?> SendAsync(string instanceId, P.HistoryEvent sent)
    {
        var encoded = sent.ToByteArray();
        return _database.WriteAsync(session => InstanceWrites.TrySend(session, instanceId, encoded));
    }

    /// <summary>Commits a turn, which is told when that is done.</summary>
    public void Commit(TurnCommit turn) => _database.Write(turn);

    public Task<int> PurgeAsync(IReadOnlyList<long> keys) => _database.WriteAsync(session => InstanceWrites.Purge(session, keys));

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    public StoredInstance? ReadInstance(long key) => _database.Read(session =>
        session.QueryFirst($"SELECT {InstanceColumns} FROM instances WHERE key = @0", MapInstance, key));

    public StoredInstance? ReadInstance(string id) => _database.Read(session =>
        session.QueryFirst($"SELECT {InstanceColumns} FROM instances WHERE id = @0", MapInstance, id));

    /// <summary>The turns of an instance as they are stored, the first one first.</summary>
    public List<byte[]> ReadTurns(long key) => _database.Read(session =>
        session.Query("SELECT turn FROM history WHERE instance = @0 ORDER BY step", r => r.GetBytes(0), key));

    /// <summary>The inbox, oldest first, and the id of its last row.</summary>
    public (List<P.HistoryEvent> Events, long LastId) ReadInbox(long key)
    {
        var lastId = 0L;
        var events = _database.Read(session => session.Query(
            "SELECT id, event FROM inbox WHERE instance = @0 ORDER BY id",
            r =>
            {
                lastId = r.GetInt64(0);
                return P.HistoryEvent.Parser.ParseFrom(r.GetSpan(1));
            },
            key));
        return (events, lastId);
    }

    /// <summary>The timers of an instance that have not fired.</summary>
    public List<StoredTimer> ReadTimers(long key) => _database.Read(session => session.Query(
        "SELECT fire_at, instance, task_id FROM timers WHERE instance = @0", MapTimer, key));

    /// <summary>Timers after <paramref name="after"/> up to and including <paramref name="until"/>, the earliest first.</summary>
    public List<StoredTimer> ReadTimers(StoredTimer after, DateTime until, int limit) => _database.Read(session => session.Query(
        "SELECT fire_at, instance, task_id FROM timers WHERE (fire_at, instance, task_id) > (@0, @1, @2) AND fire_at <= @3 "
        + "ORDER BY fire_at, instance, task_id LIMIT @4",
        MapTimer,
        after.FireAt.Ticks,
        after.Instance,
        after.TaskId,
        until.Ticks,
        limit));

    /// <summary>Instances that a restart has to take up: due to start, with activities out, or with mail. Ascending keys.</summary>
    public List<(long Key, bool Pending)> ReadUnfinishedWork(long afterKey, long lastKey, int limit) => _database.Read(session =>
        session.Query(
            "SELECT key, status, active FROM instances WHERE key > @0 AND key <= @1 "
            + "AND (active = 1 OR (completed_at IS NULL AND EXISTS (SELECT 1 FROM inbox WHERE instance = key))) ORDER BY key LIMIT @2",
            r => (r.GetInt64(0), r.GetInt32(1) == (int)P.OrchestrationStatus.Pending && r.GetBoolean(2)),
            afterKey,
            lastKey,
            limit));

    /// <summary>A page of instances in the order of their start.</summary>
    public List<StoredInstance> Query(InstanceFilter filter, long afterKey, int limit) => _database.Read(session => session.Query(
        $"SELECT {InstanceColumns} FROM instances WHERE key > @0 AND {InstanceFilter.Condition} ORDER BY key LIMIT @8",
        MapInstance,
        [afterKey, .. filter.Arguments, limit]));

    /// <summary>Keys of ended instances that match, the first started first.</summary>
    public List<long> FindCompleted(InstanceFilter filter, int limit) => _database.Read(session => session.Query(
        $"SELECT key FROM instances WHERE key > @0 AND {InstanceFilter.Condition} AND completed_at IS NOT NULL ORDER BY key LIMIT @8",
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

    private static StoredInstance MapInstance(SqliteRow r) => new(r.GetInt64(0), P.ExecutionStartedEvent.Parser.ParseFrom(r.GetSpan(1)))
    {
        Status = (P.OrchestrationStatus)r.GetInt32(2),
        Active = r.GetBoolean(3),
        CreatedAt = Time(r, 4),
        ParentKey = r.IsDBNull(5) ? null : r.GetInt64(5),
        CustomStatus = Text(r, 6),
        Output = Text(r, 7),
        Failure = r.IsDBNull(8) ? null : P.TaskFailureDetails.Parser.ParseFrom(r.GetSpan(8)),
        UpdatedAt = Time(r, 9),
    };

    private static StoredTimer MapTimer(SqliteRow r) => new(Time(r, 0), r.GetInt64(1), r.GetInt32(2));

    private static DateTime Time(SqliteRow r, int column) => new(r.GetInt64(column), DateTimeKind.Utc);

    private static string? Text(SqliteRow r, int column) => r.IsDBNull(column) ? null : r.GetString(column);
}
