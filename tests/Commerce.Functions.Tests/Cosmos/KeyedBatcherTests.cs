using System.Collections.Concurrent;
using Commerce.Functions.Cosmos;

namespace Commerce.Functions.Tests.Cosmos;

public sealed class KeyedBatcherTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(120);

    [Fact]
    public async Task What_waits_while_a_commit_runs_is_committed_together()
    {
        var gate = new Gate();
        var sizes = new ConcurrentQueue<int>();
        var batcher = new KeyedBatcher<int, int>(
            async (_, batch) =>
            {
                sizes.Enqueue(batch.Count);
                await gate.PassAsync();
                Double(batch);
            },
            batchSizeMax: 4,
            queueLengthMax: 100);

        var first = batcher.TrySubmit("key", 0)!;
        await gate.ReachedAsync();
        var rest = Enumerable.Range(1, 10).Select(i => batcher.TrySubmit("key", i)!).ToArray();
        gate.Open();

        Assert.Equal(Enumerable.Range(1, 10).Select(i => 2 * i), await Task.WhenAll(rest).WaitAsync(Deadline));
        Assert.Equal(0, await first);
        Assert.Equal([1, 4, 4, 2], sizes);
    }

    [Fact]
    public async Task Work_of_one_key_is_never_committed_by_two_at_once_and_keeps_its_order()
    {
        var running = 0;
        var seen = new ConcurrentQueue<int>();
        var batcher = new KeyedBatcher<int, int>(
            async (_, batch) =>
            {
                Assert.Equal(1, Interlocked.Increment(ref running));
                foreach (var pending in batch)
                    seen.Enqueue(pending.Work);
                await Task.Yield();
                Interlocked.Decrement(ref running);
                Double(batch);
            },
            batchSizeMax: 7,
            queueLengthMax: int.MaxValue);
        // Each waits for its answer now and then, so that lanes retire and are opened again all the time.
        for (var round = 0; round < 200; round++)
        {
            var start = round * 10;
            await Task.WhenAll(Enumerable.Range(start, 10).Select(i => batcher.TrySubmit("key", i)!)).WaitAsync(Deadline);
        }
        Assert.Equal(Enumerable.Range(0, 2_000), seen);
    }

    [Fact]
    public async Task A_busy_key_does_not_hold_up_another()
    {
        var gate = new Gate();
        var batcher = new KeyedBatcher<int, int>(
            async (key, batch) =>
            {
                if (key == "busy")
                    await gate.PassAsync();
                Double(batch);
            },
            batchSizeMax: 1,
            queueLengthMax: 1_000);
        var stuck = Enumerable.Range(0, 500).Select(i => batcher.TrySubmit("busy", i)!).ToArray();
        Assert.Equal(14, await batcher.TrySubmit("idle", 7)!.WaitAsync(Deadline));
        Assert.DoesNotContain(stuck, task => task.IsCompleted);
        gate.Open();
        await Task.WhenAll(stuck).WaitAsync(Deadline);
    }

    [Fact]
    public async Task A_full_queue_takes_nothing_more_and_says_so()
    {
        var gate = new Gate();
        var batcher = new KeyedBatcher<int, int>(
            async (_, batch) =>
            {
                await gate.PassAsync();
                Double(batch);
            },
            batchSizeMax: 10,
            queueLengthMax: 3);
        var taken = new List<Task<int>> { batcher.TrySubmit("key", 0)! };
        await gate.ReachedAsync();
        taken.AddRange(Enumerable.Range(1, 3).Select(i => batcher.TrySubmit("key", i)!));
        Assert.Null(batcher.TrySubmit("key", 4));
        Assert.NotNull(batcher.TrySubmit("another", 4));
        gate.Open();
        var results = await Task.WhenAll(taken).WaitAsync(Deadline);
        Assert.Equal([0, 2, 4, 6], results);
        Assert.NotNull(batcher.TrySubmit("key", 4));
    }

    [Fact]
    public async Task A_failed_commit_fails_its_own_batch_and_no_other()
    {
        var batcher = new KeyedBatcher<int, int>(
            (_, batch) =>
            {
                if (batch.Any(pending => pending.Work < 0))
                    throw new InvalidOperationException("broken");
                Double(batch);
                return Task.CompletedTask;
            },
            batchSizeMax: 10,
            queueLengthMax: 10);
        await Assert.ThrowsAsync<InvalidOperationException>(() => batcher.TrySubmit("key", -1)!.WaitAsync(Deadline));
        Assert.Equal(2, await batcher.TrySubmit("key", 1)!.WaitAsync(Deadline));
    }

    [Fact]
    public async Task Under_load_from_many_sides_nothing_is_lost_or_done_twice()
    {
        var done = new ConcurrentDictionary<int, int>();
        var batcher = new KeyedBatcher<int, int>(
            (_, batch) =>
            {
                foreach (var pending in batch)
                    done.AddOrUpdate(pending.Work, 1, (_, count) => count + 1);
                Double(batch);
                return Task.CompletedTask;
            },
            batchSizeMax: 16,
            queueLengthMax: int.MaxValue);
        await Parallel.ForEachAsync(Enumerable.Range(0, 20_000), async (i, ct) =>
            Assert.Equal(2 * i, await batcher.TrySubmit($"key{i % 5}", i)!.WaitAsync(Deadline, ct)));
        Assert.Equal(20_000, done.Count);
        Assert.All(done.Values, count => Assert.Equal(1, count));
    }

    [Fact]
    public async Task Idle_keys_leave_nothing_behind()
    {
        var batcher = new KeyedBatcher<int, int>(
            (_, batch) =>
            {
                Double(batch);
                return Task.CompletedTask;
            },
            batchSizeMax: 16,
            queueLengthMax: 16);
        await Task.WhenAll(Enumerable.Range(0, 1_000).Select(i => batcher.TrySubmit($"key{i}", i)!)).WaitAsync(Deadline);
        Assert.True(SpinWait.SpinUntil(() => batcher.ActiveKeys == 0, Deadline));
    }

    private static void Double(IReadOnlyList<Pending<int, int>> batch)
    {
        foreach (var pending in batch)
            pending.Complete(2 * pending.Work);
    }

    private sealed class Gate
    {
        private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task PassAsync()
        {
            _reached.TrySetResult();
            return _open.Task;
        }

        public Task ReachedAsync() => _reached.Task.WaitAsync(Deadline);

        public void Open() => _open.TrySetResult();
    }
}
