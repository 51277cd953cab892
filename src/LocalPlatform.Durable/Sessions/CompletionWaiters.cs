using System.Collections.Concurrent;
using LocalPlatform.Durable.Store;

namespace LocalPlatform.Durable.Sessions;

/// <summary>Clients that wait for an instance to start or to end. They are told by the turn that does it; nobody polls.</summary>
internal sealed class CompletionWaiters
{
    private readonly ConcurrentDictionary<string, List<Waiter>> _waiters = new(StringComparer.Ordinal);

    /// <summary>
    /// Waits until the instance has ended, or only started. <paramref name="current"/> is asked once after the wait is registered, so
    /// that no change can fall in between; null: the state is not known to be final.
    /// </summary>
    public async Task<StoredInstance> WaitAsync(
        string instanceId, bool untilEnd, Func<StoredInstance?> current, CancellationToken cancellationToken)
    {
        var waiter = new Waiter(untilEnd);
        Register(instanceId, waiter);
        try
        {
            if (current() is { } now && waiter.IsServedBy(now))
                return now;
            return await waiter.Task.WaitAsync(cancellationToken);
        }
        finally
        {
            if (!waiter.Task.IsCompletedSuccessfully)
                Unregister(instanceId, waiter);
        }
    }

    /// <summary>Tells those whom the new state serves.</summary>
    public void Tell(StoredInstance state)
    {
        if (!_waiters.TryGetValue(state.Id, out var list))
            return;
        lock (list)
        {
            list.RemoveAll(waiter => waiter.IsServedBy(state) && waiter.TrySetResult(state));
            if (list.Count == 0)
                _waiters.TryRemove(new KeyValuePair<string, List<Waiter>>(state.Id, list));
        }
    }

    private void Register(string instanceId, Waiter waiter)
    {
        while (true)
        {
            var list = _waiters.GetOrAdd(instanceId, static _ => []);
            lock (list)
            {
                list.Add(waiter);
                // The list may have been taken out of the table between the two statements; then it is nobody's.
                if (_waiters.TryGetValue(instanceId, out var registered) && ReferenceEquals(registered, list))
                    return;
            }
        }
    }

    private void Unregister(string instanceId, Waiter waiter)
    {
        if (!_waiters.TryGetValue(instanceId, out var list))
            return;
        lock (list)
        {
            list.Remove(waiter);
            if (list.Count == 0)
                _waiters.TryRemove(new KeyValuePair<string, List<Waiter>>(instanceId, list));
        }
    }

    private sealed class Waiter(bool untilEnd)
        : TaskCompletionSource<StoredInstance>(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public bool IsServedBy(StoredInstance state) =>
            state.IsCompleted || (!untilEnd && state.Status != P.OrchestrationStatus.Pending);
    }
}
