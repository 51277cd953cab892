using LocalPlatform.Storage;

namespace LocalPlatform.ServiceBus;

/// <summary>The tables of the broker and how a row becomes a message.</summary>
internal static class ServiceBusSchema
{
    /// <summary>
    /// <c>available_at</c> is when a message can be received: 0 at once, else the scheduled time or the end of its lock, in
    /// milliseconds. One index then serves receiving, expiry and scheduling alike. <c>topic</c> is set for subscriptions.
    /// </summary>
    public const string Script = """
        CREATE TABLE IF NOT EXISTS entity (
            id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE COLLATE NOCASE, topic TEXT COLLATE NOCASE);
        CREATE TABLE IF NOT EXISTS message (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT, entity INTEGER NOT NULL, available_at INTEGER NOT NULL,
            message_id TEXT NOT NULL, body BLOB NOT NULL, content_type TEXT, correlation_id TEXT, subject TEXT,
            enqueued_at INTEGER NOT NULL, delivery_count INTEGER NOT NULL DEFAULT 0, lock_token TEXT,
            dead_letter_reason TEXT, dead_letter_description TEXT, dead_letter_source TEXT);
        CREATE INDEX IF NOT EXISTS message_available ON message (entity, available_at, sequence);
        CREATE TABLE IF NOT EXISTS sent_id (
            entity INTEGER NOT NULL, message_id TEXT NOT NULL, sent_at INTEGER NOT NULL, PRIMARY KEY (entity, message_id)) WITHOUT ROWID;
        CREATE INDEX IF NOT EXISTS sent_id_at ON sent_id (sent_at);
        """;

    public const string Columns =
        "sequence, available_at, message_id, body, content_type, correlation_id, subject, enqueued_at, delivery_count, "
        + "dead_letter_reason, dead_letter_description, dead_letter_source";

    public static StoredMessage Read(SqliteRow row) => new()
    {
        SequenceNumber = row.GetInt64(0),
        AvailableAt = row.GetInt64(1) is var at and > 0 ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null,
        MessageId = row.GetString(2),
        Body = row.GetBytes(3),
        ContentType = Text(row, 4),
        CorrelationId = Text(row, 5),
        Subject = Text(row, 6),
        EnqueuedTime = DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(7)),
        DeliveryCount = row.GetInt32(8),
        DeadLetterReason = Text(row, 9),
        DeadLetterDescription = Text(row, 10),
        DeadLetterSource = Text(row, 11),
    };

    /// <summary>
    /// Opens the file. Locks of a process that is gone are void: the file belongs to one process, so nobody can hold them, and the
    /// messages need not wait for their expiry.
    /// </summary>
    public static GroupCommitDatabase Open(string path) => GroupCommitDatabase.Open(
        path, Script + "UPDATE message SET available_at = 0, lock_token = NULL WHERE lock_token IS NOT NULL;");

    private static string? Text(SqliteRow row, int column) => row.IsDBNull(column) ? null : row.GetString(column);
}
