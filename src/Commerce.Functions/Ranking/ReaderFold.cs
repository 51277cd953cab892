using Microsoft.Extensions.Logging;

namespace Commerce.Functions.Ranking;

/// <summary>
/// Folds new sales when somebody reads lists that were made a while ago. So the best sellers are seconds old while there are readers, and a
/// shop whose lists nobody reads is left to the timer, once a minute. Of several instances one goes on doing it, and the others take over
/// when its lists are no longer fresh; two that fold at a time do no harm, since one is refused by the checkpoint's ETag.
/// </summary>
public sealed partial class ReaderFold(RankingKeeper keeper, TimeProvider time, ILogger<ReaderFold> logger)
{
    /// <summary>Age of lists at which a reader has them made anew, and the shortest time between two such runs of an instance.</summary>
    public static readonly TimeSpan FoldAfter = TimeSpan.FromSeconds(5);

    private long _notBefore = DateTimeOffset.MinValue.UtcTicks;

    /// <summary>Begins a run in the background if these lists call for one, and none has begun here for a while.</summary>
    /// <returns>The run; completed if there is none.</returns>
    public Task StartIfDue(TopLists lists)
    {
        ArgumentNullException.ThrowIfNull(lists);
        var now = time.GetUtcNow();
        var notBefore = Volatile.Read(ref _notBefore);
        return now - lists.MadeAt < FoldAfter || now.UtcTicks < notBefore
            || Interlocked.CompareExchange(ref _notBefore, (now + FoldAfter).UtcTicks, notBefore) != notBefore
            ? Task.CompletedTask
            : Task.Run(FoldAsync);
    }

    private async Task FoldAsync()
    {
        try
        {
            await keeper.KeepUpAsync(CancellationToken.None);
        }
#pragma warning disable CA1031 // Whoever asked has been answered; the timer folds as well.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            LogNotFolded(fault);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "New sales could not be folded for a reader; the timer tries again")]
    private partial void LogNotFolded(Exception fault);
}
