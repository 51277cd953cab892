using Commerce.Functions.Cosmos;
using Commerce.Shared.Audit;

namespace Commerce.Functions.Audit;

/// <summary>
/// Runs the audit, a slice at a time. A slice rechecks what was in doubt, follows the change feeds, and goes on with the round; each
/// step is small, and the checkpoint is written every few seconds, so that a run that is killed loses no more than these. One run works
/// at a time; should two do so all the same, the one whose checkpoint is not the newest stops.
/// </summary>
public sealed class Auditor(
    AuditStore store, AuditReader reader, LedgerAudit ledgers, HoldAudit holds, OrderBooks books, TimeProvider time)
{
    /// <summary>
    /// A round begins so long after the one before: so old a difference can be, and older by the time that a round takes.
    /// </summary>
    internal static readonly TimeSpan RoundEvery = TimeSpan.FromDays(1);

    /// <summary>How often it is checked whether another run has come to its end.</summary>
    private static readonly TimeSpan BusyPause = TimeSpan.FromMilliseconds(200);

    /// <summary>What is known without reading anything but the checkpoint.</summary>
    internal Task<AuditCheckpoint?> FindAsync(CancellationToken ct) => store.FindAsync(ct);

    /// <summary>Works for a slice of time, or until there is nothing to do.</summary>
    /// <param name="slice">Longest time.</param>
    /// <param name="ct">Ends the work, as if it were killed.</param>
    /// <returns>The checkpoint as it is then.</returns>
    internal async Task<AuditCheckpoint> RunAsync(TimeSpan slice, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        return await TryRunAsync(now - RoundEvery, now + slice, ct) ?? await store.FindAsync(ct) ?? await CreateAsync(ct);
    }

    /// <summary>Works until a round is complete that began from now on, or the time is over.</summary>
    /// <param name="wait">Longest time.</param>
    /// <param name="ct">Ends the work, as if it were killed.</param>
    /// <returns>The checkpoint as it is then; null when there is none yet.</returns>
    internal async Task<AuditCheckpoint?> ProveAsync(TimeSpan wait, CancellationToken ct)
    {
        var asked = time.GetUtcNow();
        var deadline = asked + wait;
        while (true)
        {
            var checkpoint = time.GetUtcNow() < deadline ? await TryRunAsync(asked, deadline, ct) : await store.FindAsync(ct);
            if (time.GetUtcNow() >= deadline || checkpoint?.Proof?.StartedAt >= asked)
                return checkpoint;
            await Task.Delay(BusyPause, time, ct);
        }
    }

    /// <summary>Works, unless another run does. Null: another run does.</summary>
    private async Task<AuditCheckpoint?> TryRunAsync(DateTimeOffset provedSince, DateTimeOffset deadline, CancellationToken ct)
    {
        var checkpoint = await store.FindAsync(ct) ?? await CreateAsync(ct);
        if (checkpoint.BusyUntil > time.GetUtcNow())
            return null;
        var progress = new AuditProgress(checkpoint, store, time);
        if (!await progress.TrySaveAsync(ct))
            return null;
        try
        {
            var run = new AuditRun(progress, reader, ledgers, holds, books, time);
            return await run.RunAsync(provedSince, deadline, ct) ? progress.Checkpoint : null;
        }
        catch
        {
            // Others need not wait for a run that has failed, nor do again what it has done.
            await progress.TrySaveAsync(CancellationToken.None, isOver: true);
            throw;
        }
    }

    private async Task<AuditCheckpoint> CreateAsync(CancellationToken ct) => new()
    {
        CreatedAt = time.GetUtcNow(),
        Feed =
        [
            .. await reader.FeedRangesAsync(AuditPart.Accounts, CommerceDatabase.Accounts, ct),
            .. await reader.FeedRangesAsync(AuditPart.Products, CommerceDatabase.Catalog, ct),
        ],
    };
}

/// <summary>The checkpoint of a run that is at work.</summary>
internal sealed class AuditProgress(AuditCheckpoint checkpoint, AuditStore store, TimeProvider time)
{
    /// <summary>How much work a run that is killed loses at most.</summary>
    private static readonly TimeSpan SaveEvery = TimeSpan.FromSeconds(5);

    /// <summary>How long a run that was killed keeps others from beginning; no step takes nearly as long.</summary>
    private static readonly TimeSpan BusyFor = TimeSpan.FromSeconds(60);

    private DateTimeOffset _savedAt;

    /// <summary>As it is now; what was changed since it was last saved is not stored yet.</summary>
    public AuditCheckpoint Checkpoint { get; set; } = checkpoint;

    public AuditRound Round
    {
        get => Checkpoint.Round!;
        set => Checkpoint = Checkpoint with { Round = value };
    }

    /// <summary>Notes a place that has to be rechecked.</summary>
    public void Doubt(AuditPart part, LedgerPlace place)
    {
        var (next, isListed) = Checkpoint.With(new AuditDoubt(part, place, time.GetUtcNow()));
        Checkpoint = next;
        if (!isListed && Checkpoint.Round is { } round)
            Round = round with { Unlisted = round.Unlisted + 1 };
    }

    /// <summary>Saves if that has not been done for some seconds. False when another run is faster.</summary>
    public async Task<bool> TrySaveIfDueAsync(CancellationToken ct) => time.GetUtcNow() - _savedAt < SaveEvery || await TrySaveAsync(ct);

    /// <summary>Saves. False when another run is faster.</summary>
    /// <param name="ct">Stops the writing.</param>
    /// <param name="isOver">True when others may begin.</param>
    public async Task<bool> TrySaveAsync(CancellationToken ct, bool isOver = false)
    {
        _savedAt = time.GetUtcNow();
        if (await store.TryWriteAsync(Checkpoint with { BusyUntil = isOver ? null : _savedAt + BusyFor }, ct) is not { } written)
            return false;
        Checkpoint = written;
        return true;
    }
}
