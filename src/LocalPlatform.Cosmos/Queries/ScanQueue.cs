using System.Collections.Concurrent;
using LocalPlatform.Cosmos.Protocol;

namespace LocalPlatform.Cosmos.Queries;

/// <summary>
/// Queries that no index serves yet and that go through everything: few at a time, so that a crowd of them leaves cores and pool threads
/// to those that need little. Whoever asks what somebody else waits to be told, waits along and is told the same.
/// </summary>
/// <param name="atATime">How many may run at the same time.</param>
internal sealed class ScanQueue(int atATime)
{
    private readonly TaskFactory _turns = new(new ConcurrentExclusiveSchedulerPair(TaskScheduler.Default, atATime).ConcurrentScheduler);
    private readonly ConcurrentDictionary<string, Lazy<Task<GatewayResponse>>> _waiting = new(StringComparer.Ordinal);

    /// <summary>What the scan answers. It begins after the call, so it tells of all that was written before.</summary>
    /// <param name="question">The same for requests that have the same answer.</param>
    /// <param name="scan">Run once for all who wait with the same question.</param>
    public Task<GatewayResponse> AnswerAsync(string question, Func<GatewayResponse> scan) =>
        _waiting.GetOrAdd(question, new Lazy<Task<GatewayResponse>>(() => _turns.StartNew(() =>
        {
            _waiting.TryRemove(question, out _);
            return scan();
        }))).Value;
}
