using Commerce.Functions.Cosmos;
using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.Logging;

namespace Commerce.Functions.Health;

/// <summary>
/// Whether the store answers. It is asked once a second at most, however many want to know: anybody may, and what they cost is not to be the
/// buyers' throughput.
/// </summary>
public sealed partial class StoreProbe(CommerceDatabase database, TimeProvider time, ILogger<StoreProbe> logger)
{
    /// <summary>For so long an answer is good, counted from the question.</summary>
    public static readonly TimeSpan GoodFor = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan Within = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private Task<bool>? _answer;
    private long _askedAt;

    /// <summary>True when the store has answered within two seconds.</summary>
    public Task<bool> AnswersAsync()
    {
        lock (_gate)
        {
            if (_answer is { } answer && (!answer.IsCompleted || time.GetElapsedTime(_askedAt) < GoodFor))
                return answer;
            _askedAt = time.GetTimestamp();
            return _answer = AskAsync();
        }
    }

    private async Task<bool> AskAsync()
    {
        using var deadline = new CancellationTokenSource(Within, time);
        try
        {
            // The cheapest question there is: a point read that finds nothing.
            using var answer = await database[CommerceDatabase.Ranking].ReadItemStreamAsync(
                "health", new PartitionKey("health"), cancellationToken: deadline.Token);
            if (answer.IsSuccessStatusCode || answer.IsMissingItem())
                return true;
            LogNotReady((int)answer.StatusCode, null);
        }
#pragma warning disable CA1031 // Whatever keeps the store from answering, the answer here is the same.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            LogNotReady(0, fault);
        }
        return false;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Not ready: the store answered {Status}")]
    private partial void LogNotReady(int status, Exception? fault);
}
