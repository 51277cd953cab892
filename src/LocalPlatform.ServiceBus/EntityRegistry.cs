using System.Collections.Concurrent;
using LocalPlatform.Storage;

namespace LocalPlatform.ServiceBus;

/// <summary>
/// The queues and subscriptions by path, with the row ids of their main and dead-letter queues and their wake-up signals.
/// </summary>
internal sealed class EntityRegistry
{
    private readonly ConcurrentDictionary<string, Entity> _entities = new(StringComparer.OrdinalIgnoreCase);

    public EntityRegistry(GroupCommitDatabase database)
    {
        var rows = database.Read(session => session.Query(
            "SELECT id, path, topic FROM entity ORDER BY id",
            row => new Entity(row.GetInt64(0), row.GetString(1), row.IsDBNull(2) ? null : row.GetString(2))));
        foreach (var entity in rows)
            _entities[entity.Path] = entity;
    }

    public IEnumerable<Entity> All => _entities.Values;

    /// <exception cref="KeyNotFoundException">There is no such queue or subscription.</exception>
    public Entity this[string path] => _entities.TryGetValue(path, out var entity)
        ? entity
        : throw new KeyNotFoundException($"There is no Service Bus queue or subscription '{path}'.");

    public bool Contains(string path) => _entities.ContainsKey(path);

    /// <summary>The entities that get a copy of what is sent to a queue or topic.</summary>
    public IEnumerable<Entity> Receivers(string queueOrTopic) => _entities.TryGetValue(queueOrTopic, out var queue)
        ? [queue]
        : _entities.Values.Where(e => queueOrTopic.Equals(e.Topic, StringComparison.OrdinalIgnoreCase));

    /// <summary>Stores an entity and its dead-letter queue unless they are there. Runs inside a write.</summary>
    public void Ensure(SqliteSession session, string path, string? topic)
    {
        foreach (var (name, of) in ((string, string?)[])[(path, topic), (EntityPath.DeadLetter(path), null)])
        {
            session.Execute("INSERT INTO entity (path, topic) VALUES (@0, @1) ON CONFLICT DO NOTHING", name, of);
            var id = session.QueryFirst("SELECT id FROM entity WHERE path = @0", row => row.GetInt64(0), name);
            _entities.TryAdd(name, new Entity(id, name, of));
        }
    }
}

/// <summary>A queue, a subscription or a dead-letter queue.</summary>
internal sealed class Entity(long id, string path, string? topic)
{
    private TaskCompletionSource _changed = NewSignal();

    public long Id { get; } = id;

    public string Path { get; } = path;

    /// <summary>The topic of a subscription.</summary>
    public string? Topic { get; } = topic;

    /// <summary>Completes when a message may have become available. Taken before looking, so that no message is missed.</summary>
    public Task Changed => Volatile.Read(ref _changed).Task;

    /// <summary>Wakes all who wait for a message.</summary>
    public void Wake() => Interlocked.Exchange(ref _changed, NewSignal()).TrySetResult();

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
