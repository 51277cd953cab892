using LocalPlatform.Storage;

namespace LocalPlatform.ServiceBus;

/// <summary>
/// The life of a stored message as single statements inside a write. Each settlement names the lock token and holds only while the
/// lock lasts, so that of two holders of one message only the later can settle it.
/// </summary>
internal sealed class MessageSettlement(EntityRegistry entities, ServiceBusOptions options, TimeProvider time)
{
    private const string SpentReason = "MaxDeliveryCountExceeded";
    private const string Unlock = "available_at = 0, lock_token = NULL";
    private const string IsHeld = "sequence = @0 AND lock_token = @1 AND available_at > @2";

    /// <summary>Locks messages that can be received; without any, says when the next one becomes so.</summary>
    public (IReadOnlyList<LockedMessage> Messages, DateTimeOffset? NextAt) Lock(SqliteSession session, Entity entity, int max)
    {
        var now = Now();
        // Whose lock or waiting time is over has its old place again, before those that came later.
        session.Execute(
            "UPDATE message SET available_at = 0 WHERE entity = @0 AND available_at > 0 AND available_at <= @1", entity.Id, now);
        var due = session.Query(
            $"SELECT {ServiceBusSchema.Columns} FROM message WHERE entity = @0 AND available_at = 0 ORDER BY sequence LIMIT @1",
            ServiceBusSchema.Read, entity.Id, max);
        var locked = due.Where(message => !DeadLetterIfSpent(session, entity, message))
            .Select(message => Lock(session, entity, message, now))
            .ToList();
        if (locked.Count > 0)
            return (locked, null);
        // Spent messages may have hidden others behind them; then it is worth looking again at once.
        var next = due.Count > 0 ? now : session.QueryFirst(
            "SELECT MIN(available_at) FROM message WHERE entity = @0 AND available_at > @1",
            row => row.IsDBNull(0) ? 0 : row.GetInt64(0), entity.Id, now);
        return (locked, next == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(next));
    }

    public bool Complete(SqliteSession session, LockedMessage message) =>
        session.Execute($"DELETE FROM message WHERE {IsHeld}", message.Message.SequenceNumber, Token(message), Now()) == 1;

    public bool Abandon(SqliteSession session, LockedMessage message) =>
        IsSpent(entities[message.Entity], message.Message.DeliveryCount)
            ? DeadLetter(session, message, SpentReason, SpentDescription)
            : session.Execute($"UPDATE message SET {Unlock} WHERE {IsHeld}", message.Message.SequenceNumber, Token(message), Now()) == 1;

    public bool DeadLetter(SqliteSession session, LockedMessage message, string reason, string? description) => session.Execute(
        $"UPDATE message SET {Unlock}, entity = @3, dead_letter_reason = @4, dead_letter_description = @5, dead_letter_source = @6 "
        + $"WHERE {IsHeld}",
        message.Message.SequenceNumber, Token(message), Now(), DeadLetterQueue(message.Entity).Id, reason, description,
            message.Entity) == 1;

    public bool Renew(SqliteSession session, LockedMessage message) => session.Execute(
        $"UPDATE message SET available_at = @3 WHERE {IsHeld}",
        message.Message.SequenceNumber, Token(message), Now(), Now() + (long)options.LockDuration.TotalMilliseconds) == 1;

    /// <summary>Moves dead letters back; all when <paramref name="sequenceNumbers"/> is null.</summary>
    public int Resubmit(SqliteSession session, Entity entity, IReadOnlyCollection<long>? sequenceNumbers)
    {
        const string move = $"UPDATE message SET {Unlock}, entity = @0, delivery_count = 0, enqueued_at = @2, dead_letter_reason = NULL, "
            + "dead_letter_description = NULL, dead_letter_source = NULL WHERE entity = @1";
        var from = DeadLetterQueue(entity.Path).Id;
        return sequenceNumbers is null
            ? session.Execute(move, entity.Id, from, Now())
            : sequenceNumbers.Sum(number => session.Execute(move + " AND sequence = @3", entity.Id, from, Now(), number));
    }

    /// <summary>Removes messages that nobody holds; all of them when <paramref name="sequenceNumber"/> is null.</summary>
    public int Delete(SqliteSession session, Entity entity, long? sequenceNumber) => session.Execute(
        "DELETE FROM message WHERE entity = @0 AND (lock_token IS NULL OR available_at <= @1) AND (@2 IS NULL OR sequence = @2)",
        entity.Id, Now(), sequenceNumber);

    /// <summary>Wakes those who may receive what a settlement has freed: the entity and its dead-letter queue.</summary>
    public void WakeAfter(string path)
    {
        entities[path].Wake();
        if (!EntityPath.IsDeadLetter(path))
            DeadLetterQueue(path).Wake();
    }

    private string SpentDescription => $"Message could not be consumed after {options.MaxDeliveryCount} delivery attempts.";

    /// <summary>A message whose lock expired at its last delivery was not abandoned by anybody; it is found spent here.</summary>
    private bool DeadLetterIfSpent(SqliteSession session, Entity entity, StoredMessage message)
    {
        if (!IsSpent(entity, message.DeliveryCount))
            return false;
        session.Execute(
            $"UPDATE message SET {Unlock}, entity = @1, dead_letter_reason = @2, dead_letter_description = @3, dead_letter_source = @4 "
            + "WHERE sequence = @0",
            message.SequenceNumber, DeadLetterQueue(entity.Path).Id, SpentReason, SpentDescription, entity.Path);
        DeadLetterQueue(entity.Path).Wake();
        return true;
    }

    private LockedMessage Lock(SqliteSession session, Entity entity, StoredMessage message, long now)
    {
        var token = Guid.NewGuid();
        var until = now + (long)options.LockDuration.TotalMilliseconds;
        session.Execute(
            "UPDATE message SET available_at = @1, lock_token = @2, delivery_count = delivery_count + 1 WHERE sequence = @0",
            message.SequenceNumber, until, token.ToString("N"));
        var lockedUntil = DateTimeOffset.FromUnixTimeMilliseconds(until);
        var delivered = message with { DeliveryCount = message.DeliveryCount + 1, AvailableAt = lockedUntil };
        return new LockedMessage(entity.Path, delivered, token, lockedUntil);
    }

    // A dead-letter queue has no dead-letter queue of its own.
    private bool IsSpent(Entity entity, int deliveries) => deliveries >= options.MaxDeliveryCount && !EntityPath.IsDeadLetter(entity.Path);

    private Entity DeadLetterQueue(string path) => entities[EntityPath.DeadLetter(path)];

    private static string Token(LockedMessage message) => message.LockToken.ToString("N");

    private long Now() => time.GetUtcNow().ToUnixTimeMilliseconds();
}
