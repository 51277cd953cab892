using System.Collections.Concurrent;

namespace Commerce.Functions.Cosmos;

/// <summary>
/// Natural batching: work for one key goes through one runner, which takes whatever is waiting and commits it together. Idle keys
/// have no runner and no memory; a lone piece of work is committed at once. So within a process requests never contend with each
/// other, and the busier a key is, the cheaper each piece of work on it becomes.
/// </summary>
/// <param name="commit">Commits a batch of one key; it must complete every <see cref="Pending{TWork, TResult}"/> it is given.</param>
/// <param name="batchSizeMax">Most pieces of work handed to one commit.</param>
/// <param name="queueLengthMax">Most pieces of work that may wait for one key.</param>
public sealed class KeyedBatcher<TWork, TResult>(
    Func<string, IReadOnlyList<Pending<TWork, TResult>>, Task> commit, int batchSizeMax, int queueLengthMax)
{
    private readonly ConcurrentDictionary<string, Lane> _lanes = new();

    /// <summary>Keys with work waiting or under way.</summary>
    public int ActiveKeys => _lanes.Count;

    /// <summary>Queues work for a key.</summary>
    /// <returns>The result of the commit, or null when the key's queue is full: nothing was queued then.</returns>
    public Task<TResult>? TrySubmit(string key, TWork work)
    {
        var pending = new Pending<TWork, TResult>(work);
        while (true)
        {
            var lane = _lanes.GetOrAdd(key, static _ => new Lane());
            switch (lane.TryEnqueue(pending, queueLengthMax))
            {
                case Admission.Full:
                    return null;
                case Admission.Queued:
                    return pending.Task;
                case Admission.QueuedFirst:
                    // Neither the caller's thread nor its trace may carry other callers' commits.
                    ThreadPool.UnsafeQueueUserWorkItem(
                        run => _ = run.Batcher.RunAsync(run.Key, run.Lane), (Batcher: this, Key: key, Lane: lane), preferLocal: false);
                    return pending.Task;
                case Admission.Closed:
                    // The lane retired between the lookup and the lock; whoever is first removes it, and the next lookup makes a new one.
                    _lanes.TryRemove(KeyValuePair.Create(key, lane));
                    continue;
            }
        }
    }

    private async Task RunAsync(string key, Lane lane)
    {
        while (true)
        {
            var batch = lane.Take(batchSizeMax);
            if (batch.Count == 0)
            {
                _lanes.TryRemove(KeyValuePair.Create(key, lane));
                return;
            }
            try
            {
                await commit(key, batch);
            }
#pragma warning disable CA1031 // Whatever it was belongs to those who wait, not to the runner.
            catch (Exception failure)
#pragma warning restore CA1031
            {
                foreach (var pending in batch)
                    pending.Fail(failure);
            }
        }
    }

    private enum Admission
    {
        Queued,
        QueuedFirst,
        Full,
        Closed,
    }

    private sealed class Lane
    {
        private readonly Lock _lock = new();
        private readonly Queue<Pending<TWork, TResult>> _waiting = new();
        private bool _running;
        private bool _closed;

        public Admission TryEnqueue(Pending<TWork, TResult> pending, int lengthMax)
        {
            lock (_lock)
            {
                if (_closed)
                    return Admission.Closed;
                if (_waiting.Count >= lengthMax)
                    return Admission.Full;
                _waiting.Enqueue(pending);
                if (_running)
                    return Admission.Queued;
                _running = true;
                return Admission.QueuedFirst;
            }
        }

        /// <summary>The next batch; empty when there is no work left, and then the lane is closed for good.</summary>
        public List<Pending<TWork, TResult>> Take(int max)
        {
            lock (_lock)
            {
                var batch = new List<Pending<TWork, TResult>>(Math.Min(max, _waiting.Count));
                while (batch.Count < max && _waiting.TryDequeue(out var pending))
                    batch.Add(pending);
                _closed = batch.Count == 0;
                return batch;
            }
        }
    }
}

/// <summary>A piece of work that waits for its commit.</summary>
public sealed class Pending<TWork, TResult>(TWork work)
{
    private readonly TaskCompletionSource<TResult> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TWork Work { get; } = work;

    public Task<TResult> Task => _completion.Task;

    public void Complete(TResult result) => _completion.TrySetResult(result);

    public void Fail(Exception failure) => _completion.TrySetException(failure);
}
