using Faults;

namespace EndToEnd.Tests.Support;

/// <summary>
/// Requests under way at the same time, each held at a write of its own until all are there; then the app that sent the writes dies of
/// SIGKILL, and never sees their answers.
/// </summary>
internal static class DyingTogether
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);

    /// <param name="cosmos">The store, which outlives the app.</param>
    /// <param name="process">The app.</param>
    /// <param name="afterwards">True when it dies after the writes; false when they do not come to pass.</param>
    /// <param name="requests">What is asked of the app, and the write that it does not survive.</param>
    public static async Task DieAsync(
        CosmosFront cosmos, ShopProcess process, bool afterwards, IReadOnlyList<(DeathPoint Point, Func<Task<Answer>> Request)> requests)
    {
        var death = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var isDying = 0;
        cosmos.Faults.Watch = async (call, isAfter) =>
        {
            var isHeld = requests.Any(request => request.Point.Holds(call, isAfter, afterwards));
            // It takes a while to die, and must not learn from a look meanwhile what has been written.
            if (!isHeld && Volatile.Read(ref isDying) == 0)
                return;
            await death.Task;
            throw new HttpRequestException("The one who asked is dead.");
        };
        var unanswered = requests.Select(request => ShopProcess.AssertUnansweredAsync(request.Request)).ToList();
        var reached = Task.WhenAll(requests.Select(request => request.Point.Reached.WaitAsync(Deadline)));
        await await Task.WhenAny([reached, .. unanswered]);
        Volatile.Write(ref isDying, 1);
        await process.KillAsync();
        death.SetResult();
        await Task.WhenAll(unanswered);
        cosmos.Faults.Watch = null;
    }
}

/// <summary>A write of one request: the so many-th of its kind in partitions that are this request's alone.</summary>
internal sealed class DeathPoint(CosmosOperation operation, string container, int occurrence, params IEnumerable<string> partitions)
{
    private readonly HashSet<string> _keys = [.. partitions.Select(static partition => $"[\"{partition}\"]")];
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _toBegin = occurrence;
    private int _toReach = occurrence;

    public Task Reached => _reached.Task;

    /// <summary>
    /// True for the call that is the point, and for all that come after it: also a client that has lost patience gets no further. A look
    /// is held from the moment the write begins: it might see what has been written before the write's own answer is held.
    /// </summary>
    public bool Holds(CosmosCall call, bool isAfter, bool diesAfterwards)
    {
        if (!_keys.Contains(call.PartitionKey))
            return false;
        var isOfKind = call.Operation == operation && call.Container == container;
        if (isOfKind && !isAfter)
            Interlocked.Decrement(ref _toBegin);
        if (isOfKind && isAfter == diesAfterwards && Interlocked.Decrement(ref _toReach) == 0)
            _reached.SetResult();
        return _reached.Task.IsCompleted || (!isOfKind && Volatile.Read(ref _toBegin) <= 0);
    }
}
