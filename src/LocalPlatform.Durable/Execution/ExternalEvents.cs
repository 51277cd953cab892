namespace LocalPlatform.Durable.Execution;

/// <summary>
/// Who waits for which event, and events nobody has waited for yet. The latest waiter is served first, as in the original: a loop
/// that gave up an earlier wait must not lose an event to it. A cancelled wait is skipped. Names compare without regard to case.
/// </summary>
internal sealed class ExternalEvents
{
    private readonly Dictionary<string, Stack<IWaiter>> _waiters = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<(string Name, string? Payload)> _unclaimed = [];

    private interface IWaiter
    {
        Type EventType { get; }

        bool IsOver { get; }

        void Receive(string? payload);
    }

    /// <summary>Whether any wait is open.</summary>
    public bool HasWaiters => _waiters.Values.Any(stack => stack.Any(waiter => !waiter.IsOver));

    /// <summary>Events that came before anybody waited for them, oldest first.</summary>
    public IReadOnlyList<(string Name, string? Payload)> Unclaimed => _unclaimed;

    /// <summary>Waits for an event. One that is there already is taken even when the token is cancelled, as in the original.</summary>
    /// <exception cref="ArgumentException">An earlier wait for an event of this name, even a cancelled one, expects another type.</exception>
    public Task<T> WaitFor<T>(string name, CancellationToken cancellationToken)
    {
        if (!_waiters.TryGetValue(name, out var stack))
            _waiters[name] = stack = new Stack<IWaiter>();
        else if (stack.TryPeek(out var earlier) && earlier.EventType != typeof(T))
            throw new ArgumentException(
                $"Event '{name}' is awaited as {earlier.EventType} already, and cannot be awaited as {typeof(T)} as well.", nameof(name));
        var waiter = new Waiter<T>();
        var unclaimed = _unclaimed.FindIndex(e => string.Equals(e.Name, name, StringComparison.OrdinalIgnoreCase));
        if (unclaimed >= 0)
        {
            var payload = _unclaimed[unclaimed].Payload;
            _unclaimed.RemoveAt(unclaimed);
            waiter.Receive(payload);
            return waiter.Task;
        }
        stack.Push(waiter);
        waiter.CancelWith(cancellationToken);
        return waiter.Task;
    }

    public void Raise(string name, string? payload)
    {
        if (_waiters.TryGetValue(name, out var stack))
        {
            while (stack.TryPop(out var waiter))
            {
                if (waiter.IsOver)
                    continue;
                waiter.Receive(payload);
                return;
            }
        }
        _unclaimed.Add((name, payload));
    }

    private sealed class Waiter<T> : TaskCompletionSource<T>, IWaiter
    {
        private CancellationTokenRegistration _registration;

        public Type EventType => typeof(T);

        public bool IsOver => Task.IsCompleted;

        public void CancelWith(CancellationToken cancellationToken)
        {
            if (cancellationToken.CanBeCanceled)
                _registration = cancellationToken.Register(() => TrySetCanceled(cancellationToken));
        }

        public void Receive(string? payload)
        {
            _registration.Dispose();
            this.Complete(payload);
        }
    }
}

internal static class PayloadCompletion
{
    /// <summary>Completes the task with what the JSON holds, or with the failure to read it as that type.</summary>
    public static void Complete<T>(this TaskCompletionSource<T> completion, string? payload)
    {
        T? value;
        try
        {
            value = JsonDataConverter.Default.Deserialize<T>(payload);
        }
        catch (Exception unreadable) when (unreadable is System.Text.Json.JsonException or NotSupportedException)
        {
            completion.TrySetException(unreadable);
            return;
        }
        completion.TrySetResult(value!);
    }
}
