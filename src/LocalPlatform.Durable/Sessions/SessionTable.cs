using System.Collections.Concurrent;
using LocalPlatform.Durable.Store;

namespace LocalPlatform.Durable.Sessions;

/// <summary>
/// The live instances. Those that only wait are kept in the order of last use, and the oldest is closed when they are more, or their
/// histories larger, than allowed; its next event makes a new session, which reads the history.
/// </summary>
internal sealed class SessionTable(DurableRuntime runtime, int idleSessionsMax, long idleBytesMax)
{
    private readonly ConcurrentDictionary<long, OrchestrationSession> _sessions = new();
    private readonly ConcurrentDictionary<string, OrchestrationSession> _bornHere = new(StringComparer.Ordinal);
    private readonly LinkedList<OrchestrationSession> _idle = [];
    private long _idleBytes;

    /// <summary>Live instances, waiting or at work.</summary>
    public int Count => _sessions.Count;

    /// <summary>Delivers an event, or with null the news that there is something to look at.</summary>
    public void Post(long key, P.HistoryEvent? posted)
    {
        while (true)
        {
            var session = _sessions.GetOrAdd(key, static (key, runtime) => new OrchestrationSession(key, null, runtime), runtime);
            if (session.TryPost(posted))
                return;
            Remove(session); // It was closed in this moment.
        }
    }

    /// <summary>
    /// Lets a new instance take its first turn, whose commit stores it. Null when a session of that id is live: then the store has to
    /// say whether that one has ended.
    /// </summary>
    public OrchestrationSession? TryBegin(StoredInstance newborn)
    {
        var session = new OrchestrationSession(newborn.Key, newborn, runtime);
        if (!_bornHere.TryAdd(newborn.Id, session))
            return null;
        _sessions.TryAdd(newborn.Key, session);
        session.TryPost(DurableRuntime.StartIsDue);
        return session;
    }

    /// <summary>The state of an instance that was begun in this process and is still in memory, or null.</summary>
    public StoredInstance? FindState(string instanceId) => _bornHere.TryGetValue(instanceId, out var session) ? session.Instance : null;

    public void Remove(OrchestrationSession session)
    {
        Forget(session);
        lock (_idle)
            TakeOut(session);
    }

    /// <summary>Takes note that a session has become idle.</summary>
    public void Touch(OrchestrationSession session)
    {
        List<OrchestrationSession>? evicted = null;
        lock (_idle)
        {
            TakeOut(session);
            _idle.AddLast(session.Place);
            _idleBytes += session.IdleBytes = session.HistoryBytes;
            while (_idle.Count > idleSessionsMax || _idleBytes > idleBytesMax)
            {
                var oldest = _idle.First!.Value;
                TakeOut(oldest);
                if (oldest.TryClose()) // Else it is at work again and comes back here when it is done.
                    (evicted ??= []).Add(oldest);
            }
        }
        foreach (var closed in evicted ?? [])
            Forget(closed);
    }

    private void TakeOut(OrchestrationSession session)
    {
        if (session.Place.List is null)
            return;
        _idle.Remove(session.Place);
        _idleBytes -= session.IdleBytes;
    }

    private void Forget(OrchestrationSession session)
    {
        _sessions.TryRemove(new KeyValuePair<long, OrchestrationSession>(session.Key, session));
        if (session.BornAs is { } id)
            _bornHere.TryRemove(new KeyValuePair<string, OrchestrationSession>(id, session));
    }
}
