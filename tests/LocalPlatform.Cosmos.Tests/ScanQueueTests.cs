using LocalPlatform.Cosmos.Protocol;
using LocalPlatform.Cosmos.Queries;

namespace LocalPlatform.Cosmos.Tests;

public sealed class ScanQueueTests
{
    private readonly ScanQueue _scans = new(2);
    private readonly TaskCompletionSource _held = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _running;
    private int _runningMost;
    private int _runs;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task No_more_run_at_the_same_time_than_may()
    {
        var asked = Enumerable.Range(0, 8).Select(i => AskAsync($"q{i}")).ToList();
        await Eventually.HoldsAsync(() => Volatile.Read(ref _running) == 2);

        _held.SetResult();
        await Task.WhenAll(asked);

        Assert.Equal((8, 2), (_runs, _runningMost));
    }

    /// <summary>What has begun may not see what was written since: who comes then is not told what it finds.</summary>
    [Fact]
    public async Task Who_waits_with_the_same_question_is_told_the_same_and_who_comes_after_the_beginning_is_not()
    {
        var begun = (await BeginAsync("q"), await BeginAsync("other"));
        var waiting = Enumerable.Range(0, 8).Select(_ => AskAsync("q")).ToList();

        _held.SetResult();

        var told = await Task.WhenAll(waiting);
        Assert.Single(told.Distinct());
        Assert.NotSame(await begun.Item1, told[0]);
        await begun.Item2;
        Assert.Equal(3, _runs);
        Assert.NotSame(told[0], await AskAsync("q"));
    }

    [Fact]
    public async Task A_fault_is_told_to_all_who_waited_for_it_and_to_nobody_after()
    {
        var begun = (await BeginAsync("a"), await BeginAsync("b"));
        var waiting = Enumerable.Range(0, 3).Select(_ => _scans.AnswerAsync("q", () => throw new IOException("The disk is gone."))).ToList();
        _held.SetResult();

        foreach (var ask in waiting)
            await Assert.ThrowsAsync<IOException>(() => ask);
        await Task.WhenAll(begun.Item1, begun.Item2);
        for (var i = 0; i < 3; i++)
            Assert.Equal(200, (await AskAsync("q")).Status);
    }

    /// <summary>A scan that is under way. In a task of its own, so that awaiting its beginning does not wait for its end.</summary>
    private async Task<Task<GatewayResponse>> BeginAsync(string question)
    {
        var before = Volatile.Read(ref _running);
        var asked = AskAsync(question);
        await Eventually.HoldsAsync(() => Volatile.Read(ref _running) == before + 1);
        return asked;
    }

    private Task<GatewayResponse> AskAsync(string question) => _scans.AnswerAsync(question, Scan);

    private GatewayResponse Scan()
    {
        Interlocked.Increment(ref _runs);
        var running = Interlocked.Increment(ref _running);
        lock (_scans)
            _runningMost = Math.Max(_runningMost, running);
        Assert.True(_held.Task.Wait(TimeSpan.FromMinutes(1), Stop));
        Interlocked.Decrement(ref _running);
        return new GatewayResponse { Status = 200 };
    }
}
