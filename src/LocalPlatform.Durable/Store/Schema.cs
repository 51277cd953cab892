namespace LocalPlatform.Durable.Store;

/// <summary>The tables of a task hub.</summary>
internal static class Schema
{
    /// <summary>
    /// <list type="bullet">
    /// <item><c>instances</c>: one row an orchestration. <c>key</c> grows with each start, so that rows in use lie side by side.
    /// <c>active</c> says that activities are out or the start is due: what a restart has to take up at once. <c>start</c> is the
    /// ExecutionStartedEvent of the current execution.</item>
    /// <item><c>history</c>: one row a turn, a fragment of an OrchestratorRequest.</item>
    /// <item><c>inbox</c>: what was sent to an instance from outside and is not part of its history yet.</item>
    /// <item><c>timers</c>: timers that have not fired. Task -1 is a delayed start.</item>
    /// </list>
    /// Messages are in their protocol's binary form. Times are UTC ticks (100 ns).
    /// </summary>
    public const string Sql = """
        CREATE TABLE IF NOT EXISTS instances (
            key INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            status INTEGER NOT NULL,
            active INTEGER NOT NULL,
            created_at INTEGER NOT NULL,
            completed_at INTEGER,
            parent_key INTEGER,
            start BLOB NOT NULL,
            custom_status TEXT,
            output TEXT,
            failure BLOB);
        CREATE INDEX IF NOT EXISTS instances_completed ON instances (completed_at) WHERE completed_at IS NOT NULL;
        CREATE INDEX IF NOT EXISTS instances_parent ON instances (parent_key) WHERE parent_key IS NOT NULL;
        CREATE TABLE IF NOT EXISTS history (
            instance INTEGER NOT NULL,
            step INTEGER NOT NULL,
            time INTEGER NOT NULL,
            turn BLOB NOT NULL,
            PRIMARY KEY (instance, step)) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS inbox (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            instance INTEGER NOT NULL,
            event BLOB NOT NULL);
        CREATE INDEX IF NOT EXISTS inbox_instance ON inbox (instance);
        CREATE TABLE IF NOT EXISTS timers (
            instance INTEGER NOT NULL,
            task_id INTEGER NOT NULL,
            fire_at INTEGER NOT NULL,
            PRIMARY KEY (instance, task_id)) WITHOUT ROWID;
        CREATE INDEX IF NOT EXISTS timers_due ON timers (fire_at, instance, task_id);
        """;
}
