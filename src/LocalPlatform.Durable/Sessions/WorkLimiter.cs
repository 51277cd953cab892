using System.Collections.Concurrent;

namespace LocalPlatform.Durable.Sessions;

/// <summary>Runs queued work on the thread pool, at most a given number at a time, in the order in which it came.</summary>
internal sealed class WorkLimiter<T>(int concurrencyMax, Func<T, ValueTask> run)
{
    private readonly ConcurrentQueue<T> _queue = new();
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _running;
    private volatile bool _closed;

    /// <summary>Work that has not begun.</summary>
    public int QueueLength => _queue.Count;

    public void Enqueue(T work)
    {
        _queue.Enqueue(work);
        TryBegin();
    }

    /// <summary>Begins nothing more; the task completes when what runs has ended.</summary>
    public Task CloseAsync()
    {
        _closed = true;
        if (Volatile.Read(ref _running) == 0)
            _idle.TrySetResult();
        return _idle.Task;
    }

    private void TryBegin()
    {
        while (!_closed && !_queue.IsEmpty)
        {
            if (Interlocked.Increment(ref _running) > concurrencyMax)
            {
                // Whoever holds the last place looks at the queue again after giving it back, so nothing is left lying.
                if (Interlocked.Decrement(ref _running) >= concurrencyMax)
                    return;
                continue;
            }
            ThreadPool.UnsafeQueueUserWorkItem(static limiter => _ = limiter.RunQueueAsync(), this, preferLocal: true);
            return;
        }
    }

    private async Task RunQueueAsync()
    {
        // One dequeue a place: a place that kept going would starve the others of the pool.
        if (!_closed && _queue.TryDequeue(out var work))
        {
            TryBegin();
            await run(work);
        }
        var running = Interlocked.Decrement(ref _running);
        if (_closed && running == 0)
            _idle.TrySetResult();
        TryBegin();
    }
}
