using LocalPlatform.Storage;

namespace LocalPlatform.ServiceBus;

/// <summary>
/// Queues and topics with subscriptions in one SQLite file. Receiving is peek-lock: each delivery has a fresh token, and a message
/// whose lock ends without settlement is delivered again, so each message is delivered at least once. What <see cref="SendAsync"/>
/// has accepted survives the process.
/// </summary>
public sealed class ServiceBusBroker : IAsyncDisposable
{
    /// <summary>The largest body, 256 KB (the original's standard tier, which counts the headers as well).</summary>
    public const int BodyBytesMax = 256 * 1024;

    private readonly GroupCommitDatabase _database;
    private readonly EntityRegistry _entities;
    private readonly MessageSettlement _settlement;
    private readonly ServiceBusOptions _options;
    private readonly TimeProvider _time;

    private ServiceBusBroker(GroupCommitDatabase database, ServiceBusOptions options, TimeProvider time)
    {
        _database = database;
        _options = options;
        _time = time;
        _entities = new EntityRegistry(database);
        _settlement = new MessageSettlement(_entities, options, time);
    }

    /// <summary>How long a delivery stays locked unless renewed.</summary>
    public TimeSpan LockDuration => _options.LockDuration;

    /// <summary>Opens or creates the store.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option lies outside its range.</exception>
    public static ServiceBusBroker Open(string sqlitePath, ServiceBusOptions options, TimeProvider time)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxDeliveryCount, 1);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(options.LockDuration, TimeSpan.Zero);
        return new ServiceBusBroker(ServiceBusSchema.Open(sqlitePath), options, time);
    }

    /// <summary>Creates a queue unless it is there.</summary>
    public Task EnsureQueueAsync(string name) => EnsureAsync(name, topic: null);

    /// <summary>
    /// Creates a subscription unless it is there. A topic has no store of its own: what it gets is copied to its subscriptions.
    /// </summary>
    public Task EnsureSubscriptionAsync(string topic, string subscription) =>
        EnsureAsync(EntityPath.Subscription(topic, subscription), topic);

    /// <summary>
    /// Stores messages, all or none. A message to a topic without subscriptions is dropped, as in the original.
    /// </summary>
    /// <exception cref="ArgumentException">A body is larger than <see cref="BodyBytesMax"/>.</exception>
    public async Task SendAsync(IReadOnlyList<OutgoingMessage> messages)
    {
        if (messages.Any(m => m.Body.Length > BodyBytesMax))
            throw new ArgumentException($"A Service Bus message can hold {BodyBytesMax} bytes.", nameof(messages));
        var now = _time.GetUtcNow();
        var targets = messages
            .SelectMany(m => _entities.Receivers(m.Entity)
                .SelectMany(entity => _options.Faults.Copies(m, now).Select(copy => (entity, m: copy))))
            .ToList();
        if (targets.Count == 0)
            return;
        await _database.WriteAsync(session =>
        {
            foreach (var (entity, message) in targets)
                Insert(session, entity, message);
        });
        foreach (var entity in targets.Select(t => t.entity).Distinct())
            entity.Wake();
    }

    /// <summary>Waits for at least one message and locks up to <paramref name="max"/> of them.</summary>
    /// <exception cref="OperationCanceledException">Cancelled while there was no message.</exception>
    public async Task<IReadOnlyList<LockedMessage>> ReceiveAsync(string path, int max, CancellationToken ct)
    {
        var entity = _entities[path];
        while (true)
        {
            ct.ThrowIfCancellationRequested();
            var changed = entity.Changed;
            var (messages, nextAt) = await _database.WriteAsync(session => _settlement.Lock(session, entity, max));
            if (messages.Count > 0)
                return messages;
            await WaitAsync(changed, nextAt, ct);
        }
    }

    /// <summary>Removes messages that were dealt with.</summary>
    /// <exception cref="MessageLockLostException">A lock has ended; the other messages are removed all the same.</exception>
    public Task CompleteAsync(IReadOnlyList<LockedMessage> messages) => SettleAsync(messages, Complete);

    /// <summary>
    /// Gives messages back. They are available at once; after <see cref="ServiceBusOptions.MaxDeliveryCount"/> deliveries a message
    /// goes to the dead-letter queue instead.
    /// </summary>
    /// <exception cref="MessageLockLostException">A lock has ended; the other messages are given back all the same.</exception>
    public Task AbandonAsync(IReadOnlyList<LockedMessage> messages) => SettleAsync(messages, _settlement.Abandon);

    /// <summary>Moves a message to the dead-letter queue.</summary>
    /// <exception cref="MessageLockLostException">The lock has ended.</exception>
    public Task DeadLetterAsync(LockedMessage message, string reason, string? description) =>
        SettleAsync([message], (session, m) => _settlement.DeadLetter(session, m, reason, description));

    /// <summary>Extends locks by <see cref="LockDuration"/> from now; lost ones are left out.</summary>
    public Task RenewLocksAsync(IReadOnlyCollection<LockedMessage> messages) => _database.WriteAsync(session =>
    {
        foreach (var message in messages)
            _settlement.Renew(session, message);
    });

    /// <summary>Moves dead letters back for delivery with a fresh delivery count; all of them when no numbers are given.</summary>
    /// <returns>How many were moved.</returns>
    public async Task<int> ResubmitAsync(string path, IReadOnlyCollection<long>? sequenceNumbers = null)
    {
        var entity = _entities[path];
        var moved = await _database.WriteAsync(session => _settlement.Resubmit(session, entity, sequenceNumbers));
        entity.Wake();
        return moved;
    }

    /// <summary>
    /// Removes the messages of a queue, subscription or dead-letter queue without delivering them, except those that are being
    /// processed; only one when its number is given.
    /// </summary>
    /// <returns>How many were removed.</returns>
    public Task<int> DeleteAsync(string path, long? sequenceNumber = null)
    {
        var entity = _entities[path];
        return _database.WriteAsync(session => _settlement.Delete(session, entity, sequenceNumber));
    }

    /// <summary>The queues and subscriptions with their counts, by name.</summary>
    public IReadOnlyList<EntitySummary> Summaries() => _database.Read(session =>
    {
        var counts = session.Query(
            "SELECT entity, COUNT(*) FROM message GROUP BY entity", row => (Entity: row.GetInt64(0), Count: row.GetInt64(1)))
            .ToDictionary(c => c.Entity, c => c.Count);
        return _entities.All.Where(e => !EntityPath.IsDeadLetter(e.Path))
            .OrderBy(e => e.Path, StringComparer.OrdinalIgnoreCase)
            .Select(e => new EntitySummary(
                e.Path, counts.GetValueOrDefault(e.Id), counts.GetValueOrDefault(_entities[EntityPath.DeadLetter(e.Path)].Id)))
            .ToList();
    });

    /// <summary>Whether there is a queue, subscription or dead-letter queue of this path.</summary>
    public bool Has(string path) => _entities.Contains(path);

    /// <summary>Messages in the order of sending, without locking them, from a sequence number on.</summary>
    public IReadOnlyList<StoredMessage> Peek(string path, long fromSequence = 0, int limit = 50)
    {
        var entity = _entities[path];
        return _database.Read(session => session.Query(
            $"SELECT {ServiceBusSchema.Columns} FROM message WHERE entity = @0 AND sequence >= @1 ORDER BY sequence LIMIT @2",
            ServiceBusSchema.Read, entity.Id, fromSequence, limit));
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    private Task EnsureAsync(string path, string? topic)
    {
        var main = EntityPath.Owner(path);
        return _entities.Contains(main) ? Task.CompletedTask : _database.WriteAsync(session => _entities.Ensure(session, main, topic));
    }

    private async Task SettleAsync(IReadOnlyList<LockedMessage> messages, Func<SqliteSession, LockedMessage, bool> settle)
    {
        var lost = await _database.WriteAsync(session => messages.Where(m => !settle(session, m)).ToList());
        foreach (var path in messages.Select(m => m.Entity).Distinct())
            _settlement.WakeAfter(path);
        if (lost.Count > 0)
            throw new MessageLockLostException(lost[0].Message.SequenceNumber);
    }

    private bool Complete(SqliteSession session, LockedMessage message)
    {
        if (!_options.Faults.LosesLock())
            return _settlement.Complete(session, message);
        _settlement.Abandon(session, message);
        return false;
    }

    private async Task WaitAsync(Task changed, DateTimeOffset? nextAt, CancellationToken ct)
    {
        var wait = nextAt is { } at ? Max(at - _time.GetUtcNow(), TimeSpan.FromMilliseconds(1)) : Timeout.InfiniteTimeSpan;
        try
        {
            await changed.WaitAsync(wait, _time, ct);
        }
        catch (TimeoutException)
        {
            // The time of a scheduled message or of the end of a lock has come.
        }
    }

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;

    private void Insert(SqliteSession session, Entity entity, OutgoingMessage message)
    {
        var now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        var id = message.MessageId ?? Guid.NewGuid().ToString("N");
        if (_options.DuplicateDetectionWindow is { } window && !IsNew(session, entity, id, now, window))
            return;
        var scheduled = message.ScheduledEnqueueTime?.ToUnixTimeMilliseconds() ?? 0;
        session.Execute(
            "INSERT INTO message (entity, available_at, message_id, body, content_type, correlation_id, subject, enqueued_at) "
            + "VALUES (@0, @1, @2, @3, @4, @5, @6, @7)",
            entity.Id, scheduled > now ? scheduled : 0, id, message.Body.ToArray(), message.ContentType, message.CorrelationId,
            message.Subject, Math.Max(now, scheduled));
    }

    private static bool IsNew(SqliteSession session, Entity entity, string id, long now, TimeSpan window)
    {
        session.Execute("DELETE FROM sent_id WHERE sent_at <= @0", now - (long)window.TotalMilliseconds);
        return session.Execute(
            "INSERT INTO sent_id (entity, message_id, sent_at) VALUES (@0, @1, @2) ON CONFLICT DO NOTHING", entity.Id, id, now) == 1;
    }
}
