using System.Collections.Concurrent;
using LocalPlatform.Worker.Rpc;

namespace LocalPlatform.Worker;

/// <summary>The process of the worker that was to run a function is gone: how far the run came nobody knows.</summary>
internal sealed class WorkerGoneException() : OperationCanceledException("The worker that ran the function is gone.");

/// <summary>A function ran longer than <c>functionTimeout</c>, and ended when it was asked to.</summary>
internal sealed class FunctionTimedOutException(string function)
    : OperationCanceledException($"The run of '{function}' was cancelled: it took longer than functionTimeout.");

/// <summary>A run of a function that a worker has been asked for. Completes with what the worker answers.</summary>
internal sealed class Invocation(WorkerFunction function, Invocations owner, long startedAt)
    : TaskCompletionSource<InvocationResponse>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    private readonly TaskCompletionSource _arrived = new();
    private readonly TaskCompletionSource<bool> _ran = new();

    public WorkerFunction Function { get; } = function;

    public string Id { get; } = Guid.NewGuid().ToString();

    /// <summary>Timestamp of the clock at its start.</summary>
    public long StartedAt { get; } = startedAt;

    /// <summary>Somebody wants it to end: the caller went away, it took too long, or the host stops.</summary>
    public bool IsCancelled { get; private set; }

    /// <summary>It is to end because it took too long.</summary>
    public bool HasTimedOut { get; private set; }

    /// <summary>
    /// Completes when the worker has begun with the run, or has ended it before that. What waits goes on in the worker's own turn.
    /// </summary>
    public Task Arrived => _arrived.Task;

    /// <summary>
    /// Whether it has run without a failure. Known before the worker's answer of one that has: only what it sends is still on the way.
    /// </summary>
    public Task<bool> Ran => _ran.Task;

    /// <summary>Asks the worker to end it; it completes when the worker has.</summary>
    public void Cancel() => owner.Cancel(this);

    public void NoteCancelled(bool hasTimedOut) => (IsCancelled, HasTimedOut) = (true, hasTimedOut);

    public void Arrive() => _arrived.TrySetResult();

    public void Succeed() => _ran.TrySetResult(true);

    /// <summary>It is over: the worker has answered.</summary>
    public void End(InvocationResponse response)
    {
        TrySetResult(response);
        _ran.TrySetResult(response.Result.Status == StatusResult.Types.Status.Success);
        Arrive();
    }

    /// <summary>It is over, and nobody will ever answer.</summary>
    public void Abandon()
    {
        TrySetException(new WorkerGoneException());
        _ran.TrySetException(new WorkerGoneException());
        Arrive();
    }
}

/// <summary>
/// The runs that one worker has under way. A cancellation may reach the worker before the request that it is about, and then nobody is
/// told; so the worker is told again and again until it answers. Runs longer than <c>functionTimeout</c> are cancelled, too.
/// </summary>
internal sealed class Invocations : IDisposable
{
    private static readonly TimeSpan LookPeriod = TimeSpan.FromMilliseconds(100);

    private readonly ConcurrentDictionary<string, Invocation> _running = new(StringComparer.Ordinal);
    private readonly Action<StreamingMessage> _send;
    private readonly TimeSpan? _timeout;
    private readonly TimeProvider _time;
    private readonly ITimer _look;
    private int _cancelled;
    private volatile bool _isAbandoned;

    /// <param name="send">Sends a message to the worker.</param>
    /// <param name="timeout">Longest a run may take; null for no limit.</param>
    /// <param name="time">The clock.</param>
    public Invocations(Action<StreamingMessage> send, TimeSpan? timeout, TimeProvider time)
    {
        _send = send;
        _timeout = timeout;
        _time = time;
        _look = time.CreateTimer(_ => Look(), null, LookPeriod, LookPeriod);
    }

    /// <summary>Begins a run of a function.</summary>
    public Invocation Begin(WorkerFunction function)
    {
        var invocation = new Invocation(function, this, _time.GetTimestamp());
        _running[invocation.Id] = invocation;
        if (_isAbandoned)
            invocation.Abandon();
        return invocation;
    }

    /// <summary>The run of that id, if it is under way.</summary>
    public Invocation? Find(string id) => _running.GetValueOrDefault(id);

    /// <summary>Takes the worker's answer.</summary>
    public void End(InvocationResponse response)
    {
        if (!_running.TryRemove(response.InvocationId, out var invocation))
            return;
        if (invocation.IsCancelled)
            Interlocked.Decrement(ref _cancelled);
        invocation.End(response);
    }

    /// <summary>Asks the worker to end a run; it completes when the worker has.</summary>
    public void Cancel(Invocation invocation) => Cancel(invocation, hasTimedOut: false);

    /// <summary>Asks for the end of all that runs.</summary>
    public void CancelAll()
    {
        foreach (var invocation in _running.Values)
            Cancel(invocation);
    }

    /// <summary>The worker is gone: nobody will answer any more.</summary>
    public void Abandon()
    {
        _isAbandoned = true;
        foreach (var invocation in _running.Values)
            invocation.Abandon();
        _running.Clear();
    }

    public void Dispose() => _look.Dispose();

    private void Look()
    {
        if (_timeout is null && Volatile.Read(ref _cancelled) == 0)
            return;
        foreach (var invocation in _running.Values)
        {
            if (invocation.IsCancelled)
                Tell(invocation);
            else if (_timeout is { } timeout && _time.GetElapsedTime(invocation.StartedAt) > timeout)
                Cancel(invocation, hasTimedOut: true);
        }
    }

    private void Cancel(Invocation invocation, bool hasTimedOut)
    {
        lock (invocation)
        {
            if (invocation.IsCancelled || !_running.ContainsKey(invocation.Id))
                return;
            invocation.NoteCancelled(hasTimedOut);
            Interlocked.Increment(ref _cancelled);
        }
        Tell(invocation);
    }

    private void Tell(Invocation invocation) =>
        _send(new StreamingMessage { InvocationCancel = new InvocationCancel { InvocationId = invocation.Id } });
}
