using System.Text.Json;
using Commerce.Functions.Cosmos;
using Commerce.Shared.Audit;
using Commerce.Shared.Catalog;
using Microsoft.Azure.Cosmos;

namespace Commerce.Functions.Audit;

/// <summary>One run of the audit.</summary>
internal sealed class AuditRun(
    AuditProgress progress, AuditReader reader, LedgerAudit ledgers, HoldAudit holds, OrderBooks books, TimeProvider time)
{
    /// <summary>A recheck comes so much later: no replica lags so far behind, and no step of an order takes so long.</summary>
    internal static readonly TimeSpan RecheckAfter = TimeSpan.FromSeconds(10);

    /// <summary>No two clocks disagree by more.</summary>
    private static readonly TimeSpan ClockSkewMax = TimeSpan.FromMinutes(1);

    private const int OwnersPerStep = 100;

    // An owner comes as often as it has documents.
    private const int OwnerRowsPerStep = 10 * OwnersPerStep;
    private const int ChangesPerStep = 200;

    /// <summary>Works until there is nothing to do or the time is over. False when another run was faster.</summary>
    /// <param name="provedSince">A round begins unless the last one began at this time or later.</param>
    /// <param name="deadline">When no further step is begun.</param>
    /// <param name="ct">Ends the work, as if it were killed.</param>
    public async Task<bool> RunAsync(DateTimeOffset provedSince, DateTimeOffset deadline, CancellationToken ct)
    {
        await RecheckAsync(static _ => true, ct);
        foreach (var step in Steps(provedSince, ct))
        {
            if (time.GetUtcNow() >= deadline)
                break;
            await step();
            if (!await progress.TrySaveIfDueAsync(ct))
                return false;
        }
        await SettleDoubtsAsync(deadline, ct);
        return await progress.TrySaveAsync(ct, isOver: true);
    }

    /// <summary>What there is to do: the changes first, then the round.</summary>
    private IEnumerable<Func<Task>> Steps(DateTimeOffset provedSince, CancellationToken ct)
    {
        var begun = time.GetUtcNow();
        for (var range = 0; range < progress.Checkpoint.Feed.Count; range++)
        {
            var hasMore = true;
            while (hasMore)
                yield return async () => hasMore = await FollowFeedAsync(range, begun, ct);
        }
        progress.Checkpoint = progress.Checkpoint with { ChangesProvedAt = begun - ClockSkewMax };
        while (progress.Checkpoint.Round is not null || !(progress.Checkpoint.Proof?.StartedAt >= provedSince))
            yield return () => GoRoundAsync(ct);
    }

    /// <summary>Waits for what is in doubt to be due for its recheck, as far as there is time.</summary>
    private async Task SettleDoubtsAsync(DateTimeOffset deadline, CancellationToken ct)
    {
        while (progress.Checkpoint.Doubts.Where(static doubt => doubt.ConfirmedAt is null).MinBy(static doubt => doubt.SeenAt) is { } first)
        {
            var due = first.SeenAt + RecheckAfter;
            if (due >= deadline)
                return;
            if (due - time.GetUtcNow() is var wait && wait > TimeSpan.Zero)
                await Task.Delay(wait, time, ct);
            await RecheckAsync(static doubt => doubt.ConfirmedAt is null, ct);
        }
    }

    /// <summary>Rechecks what has been in doubt for long enough: what agrees is forgotten, what does not is a difference.</summary>
    private async Task RecheckAsync(Func<AuditDoubt, bool> isWanted, CancellationToken ct)
    {
        var due = progress.Checkpoint.Doubts.Where(doubt => isWanted(doubt) && time.GetUtcNow() - doubt.SeenAt >= RecheckAfter).ToList();
        foreach (var doubt in due)
        {
            var differences = await CheckAsync(doubt, ct);
            var confirmed = doubt with
            {
                ConfirmedAt = doubt.ConfirmedAt ?? time.GetUtcNow(),
                Differences = [.. differences.Take(AuditDoubt.DifferencesMax)],
            };
            progress.Checkpoint = progress.Checkpoint with
            {
                Doubts =
                [
                    .. progress.Checkpoint.Doubts
                        .Where(other => other != doubt || differences.Count > 0)
                        .Select(other => other == doubt ? confirmed : other),
                ],
            };
        }
    }

    private async Task<List<AuditDifference>> CheckAsync(AuditDoubt doubt, CancellationToken ct)
    {
        var owner = doubt.Place.Owner;
        switch (doubt.Part)
        {
            case AuditPart.Orders:
                return (await books.CheckAsync([owner], ct)).GetValueOrDefault(owner, []);
            case AuditPart.Holds:
                return await holds.FindAsync(owner, ct) is { } hold ? [hold] : [];
            default:
                var step = await ledgers.StepAsync(doubt.Part, doubt.Place, LedgerAudit.RecordsPerStep, ct);
                return [.. step.Differences];
        }
    }

    /// <summary>
    /// Checks what a page of a change feed tells of. False when it has come to what was written after the run began: a feed need not end.
    /// </summary>
    private async Task<bool> FollowFeedAsync(int index, DateTimeOffset begun, CancellationToken ct)
    {
        var range = progress.Checkpoint.Feed[index];
        var ledger = LedgerQueries.Of(range.Part);
        var unproved = (progress.Checkpoint.ChangesProvedAt ?? progress.Checkpoint.CreatedAt) - ClockSkewMax;
        AuditPage page;
        try
        {
            page = await reader.ReadFeedAsync(ledger.Container, range, unproved, ChangesPerStep, ct);
        }
        catch (CosmosException fault) when (fault.RefusesToContinue(range.Continuation))
        {
            MoveFeedTo(index, null);
            return true;
        }
        var ownerName = ledger.Container.PartitionKeyPath.TrimStart('/');
        var places = from document in page.Documents
                     let sequence = document.Number("sequence") ?? document.Number("entryCount") ?? document.Number("movementCount")
                     where sequence is not null && document.Text("kind") is not ("refused" or "sealed")
                     group sequence.Value by document.Text(ownerName) into owner
                     let records = Math.Min(owner.Max() - owner.Min() + 3, LedgerAudit.RecordsPerStep)
                     select (LedgerAudit.Before(owner.Key, owner.Min()), (int)records);
        await StepLedgersAsync(range.Part, [.. places], ct);
        await CheckOrdersAsync([.. page.Documents.Where(static document => document.Text("type") == "order")], ct);
        MoveFeedTo(index, page.Continuation);
        return page.Documents.Count > 0 && page.Documents[^1].Number("_ts") < begun.ToUnixTimeSeconds();
    }

    private void MoveFeedTo(int index, string? continuation)
    {
        var feed = progress.Checkpoint.Feed.ToArray();
        feed[index] = feed[index] with { Continuation = continuation };
        progress.Checkpoint = progress.Checkpoint with { Feed = feed };
    }

    private Task GoRoundAsync(CancellationToken ct)
    {
        progress.Round = progress.Checkpoint.Round ?? new AuditRound { StartedAt = time.GetUtcNow() };
        return progress.Round.Part == AuditPart.Orders ? GoThroughOrdersAsync(ct) : GoThroughLedgersAsync(ct);
    }

    private async Task GoThroughLedgersAsync(CancellationToken ct)
    {
        var (round, part) = (progress.Round, progress.Round.Part);
        var places = round.Open.Count > 0 ? round.Open : await NextOwnersAsync(part, round.After, ct);
        if (places.Count == 0)
        {
            progress.Round = round with { Part = part == AuditPart.Accounts ? AuditPart.Products : AuditPart.Orders, After = "" };
            return;
        }
        var steps = await StepLedgersAsync(part, [.. places.Select(static place => (place, LedgerAudit.RecordsPerStep))], ct);
        // A shard is a part of its product.
        var ended = steps.Zip(places).Count(static step =>
            step.First is { Next: null, Head: not null } && !StockPartition.IsShard(step.Second.Owner));
        progress.Round = progress.Round with
        {
            After = round.Open.Count > 0 ? round.After : places[^1].Owner,
            Open = [.. steps.Select(static step => step.Next).OfType<LedgerPlace>()],
            Accounts = progress.Round.Accounts + (part == AuditPart.Accounts ? ended : 0),
            Products = progress.Round.Products + (part == AuditPart.Products ? ended : 0),
        };
    }

    /// <summary>The next users or products that have any document, be it their head or not.</summary>
    private async Task<IReadOnlyList<LedgerPlace>> NextOwnersAsync(AuditPart part, string after, CancellationToken ct)
    {
        var ledger = LedgerQueries.Of(part);
        var page = await reader.ReadPageAsync(ledger.Container, ledger.OwnersAfter(after), null, OwnerRowsPerStep, null, ct);
        var owners = page.Documents.Select(static row => row.Text("owner")).Distinct().Take(OwnersPerStep);
        return [.. owners.Select(static owner => new LedgerPlace(owner, 0, 0))];
    }

    private async Task GoThroughOrdersAsync(CancellationToken ct)
    {
        AuditPage page;
        try
        {
            page = await reader.ReadPageAsync(
                LedgerQueries.Accounts.Container, OrderBooks.AllOrders, null, OrderBooks.OrdersAtOnce, progress.Round.Continuation, ct);
        }
        catch (CosmosException fault) when (fault.RefusesToContinue(progress.Round.Continuation))
        {
            progress.Round = progress.Round with { Continuation = null, Orders = 0 };
            return;
        }
        await CheckOrdersAsync(page.Documents, ct);
        progress.Round = progress.Round with { Continuation = page.Continuation, Orders = progress.Round.Orders + page.Documents.Count };
        if (page.Continuation is null)
        {
            var round = progress.Round;
            progress.Checkpoint = progress.Checkpoint with
            {
                Round = null,
                Proof = new(round.StartedAt, time.GetUtcNow(), round.Accounts, round.Products, round.Orders, round.Unlisted),
            };
        }
    }

    /// <summary>A step along each of some ledgers, and whether what they hold and name is there.</summary>
    private async Task<LedgerStep[]> StepLedgersAsync(
        AuditPart part, IReadOnlyList<(LedgerPlace Place, int Records)> places, CancellationToken ct)
    {
        var steps = new LedgerStep[places.Count];
        var options = new ParallelOptions { MaxDegreeOfParallelism = reader.AtOnce, CancellationToken = ct };
        await Parallel.ForAsync(0, steps.Length, options, async (i, stepCt) =>
            steps[i] = await ledgers.StepAsync(part, places[i].Place, places[i].Records, stepCt));
        foreach (var (step, (place, _)) in steps.Zip(places))
        {
            if (step.Differences.Count > 0)
                progress.Doubt(part, place);
            if (step.Head?.Held is not (null or 0))
                await CheckHoldAsync(place.Owner, ct);
        }
        foreach (var orderId in await books.MissingAsync([.. steps.SelectMany(static step => step.OrderIds).Distinct()], ct))
            progress.Doubt(AuditPart.Orders, new(orderId, 0, 0));
        return steps;
    }

    private async Task CheckHoldAsync(string userId, CancellationToken ct)
    {
        if (await holds.FindAsync(userId, ct) is not null)
            progress.Doubt(AuditPart.Holds, new(userId, 0, 0));
    }

    private async Task CheckOrdersAsync(IReadOnlyCollection<JsonElement> orders, CancellationToken ct)
    {
        if (orders.Count == 0)
            return;
        foreach (var orderId in (await books.CheckAsync(orders, ct)).Keys)
            progress.Doubt(AuditPart.Orders, new(orderId, 0, 0));
        var pending = orders.Where(static order => order.Text("status") == "pending");
        foreach (var userId in pending.Select(static order => order.Text("userId")).Distinct())
            await CheckHoldAsync(userId, ct);
    }
}
